"""The control door: books, mails, faults and clock of a shop, for this machine alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tests.training.kiosk import Kiosk, client, sell

DOOR = "/__control__"


async def test_the_books_are_those_of_the_shop() -> None:
    kiosk = Kiosk()
    async with client(kiosk) as shop:
        await sell(shop, "A1")
        told = (await shop.get(f"{DOOR}/ledger")).json()
    assert told == {"orders": [{"id": "1", "reference": "A1"}], "gift_cards": [], "stock": {"PAPER": 9}}


async def test_a_mail_stays_in_the_outbox() -> None:
    kiosk = Kiosk(VirtualClock())
    kiosk.outbox.send("a@example.com", "Thank you")
    async with client(kiosk) as shop:
        mails = (await shop.get(f"{DOOR}/outbox")).json()["mails"]
    assert [(each["to"], each["subject"], each["at"]) for each in mails] == [
        ("a@example.com", "Thank you", "2026-11-24T09:00:00+00:00")
    ]


async def test_faults_are_armed_told_and_taken_away_and_never_hit_the_door() -> None:
    async with client(Kiosk()) as shop:
        armed = await shop.post(f"{DOOR}/faults", json={"fault": "error_5xx", "times": 9})
        assert armed.status_code == 200
        assert (await sell(shop)).status_code == 502
        [told] = (await shop.get(f"{DOOR}/faults")).json()["faults"]
        assert (told["fault"], told["times"], told["fired"]) == ("error_5xx", 9, 1)
        assert (await shop.delete(f"{DOOR}/faults")).json()["faults"] == []
        assert (await sell(shop)).status_code == 201


@pytest.mark.parametrize("wanted", [{}, {"fault": "flood"}, {"fault": "reset", "phase": "never"}, []])
async def test_a_fault_that_makes_no_sense_is_refused_with_a_reason(wanted: object) -> None:
    async with client(Kiosk()) as shop:
        answer = await shop.post(f"{DOOR}/faults", json=wanted)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_the_shops_time_can_be_put_forward() -> None:
    clock = VirtualClock()
    kiosk = Kiosk(clock)
    async with client(kiosk) as shop:
        before = datetime.fromisoformat((await shop.get(f"{DOOR}/clock")).json()["now"])
        after = datetime.fromisoformat((await shop.post(f"{DOOR}/clock", json={"advance": 90})).json()["now"])
    assert after - before == timedelta(seconds=90)
    clock.advance(10)
    assert kiosk.clock.now() == after + timedelta(seconds=10), "it goes on following its clock"


async def test_the_door_is_shut_for_web_pages_and_for_other_machines() -> None:
    kiosk = Kiosk()
    async with client(kiosk) as shop:
        assert (await shop.get(f"{DOOR}/ledger", headers={"Origin": "https://evil.example"})).status_code == 403
    app: Any = kiosk.app
    far = httpx.ASGITransport(app=app, client=("192.0.2.7", 40000))
    async with httpx.AsyncClient(transport=far, base_url="http://kiosk.example") as shop:
        assert (await shop.get(f"{DOOR}/ledger")).status_code == 403
        assert (await shop.get("/sales")).status_code == 200
