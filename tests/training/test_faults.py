"""What a client sees of each fault, and whether the shop did the work. In process; sockets have their own tests."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tests.training.kiosk import Kiosk, client, sell
from tillbridge.training.faults import PHASES, FaultPlan


@pytest.mark.parametrize(
    ("fault", "phase", "status", "booked"),
    [
        ("storm_429", None, 429, 0), ("error_5xx", None, 502, 0), ("error_5xx", "after", 502, 1),
        ("html", None, 200, 0), ("html", "after", 200, 1),
        ("expired_token", None, 201, 1), ("revoked_token", "after", 201, 1),
    ],
)  # fmt: skip
async def test_a_fault_that_answers(fault: str, phase: Any, status: int, booked: int) -> None:
    kiosk = Kiosk()
    kiosk.faults.arm(fault, phase=phase)
    async with client(kiosk) as shop:
        answer = await sell(shop)
        assert (answer.status_code, len(kiosk.sales)) == (status, booked)
        if status != 201:
            assert "html" in answer.headers["content-type"], "not what an API answers"
            assert (await sell(shop)).json()["number"] == booked + 1, "the fault struck once"
    assert (kiosk.expired, kiosk.revoked) == (fault == "expired_token", fault == "revoked_token")


@pytest.mark.parametrize(
    ("fault", "phase", "failure", "booked"),
    [
        ("timeout_before_commit", None, httpx.ReadTimeout, 0), ("timeout_after_commit", None, httpx.ReadTimeout, 1),
        ("reset", None, httpx.ReadError, 0), ("reset", "after", httpx.ReadError, 1),
        ("truncated", None, httpx.RemoteProtocolError, 1),
    ],
)  # fmt: skip
async def test_a_fault_that_breaks_the_line(
    fault: str, phase: Any, failure: type[httpx.TransportError], booked: int
) -> None:
    kiosk = Kiosk()
    kiosk.faults.arm(fault, phase=phase)
    async with client(kiosk) as shop:
        with pytest.raises(failure):
            await sell(shop)
        assert len(kiosk.sales) == booked
        assert (await sell(shop)).status_code == 201


async def test_half_of_the_answer_comes_before_the_line_is_cut() -> None:
    kiosk = Kiosk()
    kiosk.faults.arm("truncated")
    got: list[bytes] = []

    async def read(answer: httpx.Response) -> None:
        async for part in answer.aiter_bytes():
            got.append(part)

    async with client(kiosk) as shop, shop.stream("POST", "/sales", json={"reference": "A1"}) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            await read(answer)
        assert 0 < len(b"".join(got)) < int(answer.headers["content-length"])


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_slow_shop_takes_its_time_on_its_own_clock_and_sells_once(phase: Any) -> None:
    clock = VirtualClock()
    kiosk = Kiosk(clock)
    kiosk.faults.arm("slow", seconds=20, phase=phase)
    began = clock.now()
    async with client(kiosk) as shop:
        assert (await sell(shop)).json()["number"] == 1
    assert (clock.now() - began).total_seconds() == 20
    assert kiosk.sales == ["A1"]


async def test_a_fault_strikes_only_what_it_matches_and_so_many_times() -> None:
    kiosk = Kiosk()
    storm = kiosk.faults.arm("storm_429", times=2, match="POST /sales")
    broken = kiosk.faults.arm("error_5xx", match='"B7"')
    async with client(kiosk) as shop:
        assert (await shop.get("/sales")).status_code == 200
        assert [(await sell(shop)).status_code for _ in range(3)] == [429, 429, 201]
        assert (await sell(shop, "B7")).status_code == 502
    assert (storm.fired, broken.fired) == (2, 1)
    assert [(each["fault"], each["fired"]) for each in kiosk.faults.as_json()] == [("storm_429", 2), ("error_5xx", 1)]


async def test_a_stranger_does_not_answer() -> None:
    async with client(Kiosk()) as shop:
        with pytest.raises(httpx.ConnectError):
            await shop.get("https://elsewhere.example/sales")


@pytest.mark.parametrize(
    ("fault", "phase"),
    [("flood", None), ("reset", "sideways"), ("timeout_before_commit", "after"), ("truncated", "before")],
)
def test_a_fault_that_cannot_be_is_refused(fault: str, phase: Any) -> None:
    with pytest.raises(ValueError, match=fault):
        FaultPlan().arm(fault, phase=phase)


def test_every_fault_of_the_list_can_be_armed_and_told() -> None:
    plan = FaultPlan()
    for name in PHASES:
        plan.arm(name)
    assert [each["fault"] for each in json.loads(json.dumps(plan.as_json()))] == list(PHASES)
    plan.clear()
    assert plan.take("GET /", "") is None
