"""The recorded requests of a real Sylius shop, sent in order to a simulator filled with that shop's rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.platforms.conftest import Replayed
from tillbridge.platforms.sylius.simulator import SyliusSimulator
from tillbridge.training.server import transport

from .recorded_shop import RECORDINGS, fill, numbers, recording
from .replaying import Replay, Result, SetClock

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs ../shared/recordings/sylius")

_SHOP = "/api/v2/shop"
_PLACE = {
    "firstName": "Ines",
    "lastName": "Falkner",
    "street": "Lindenweg 4",
    "city": "Berlin",
    "postcode": "10115",
} | {"phoneNumber": "+49 30 5550101"}
_PEOPLE = {"email": "ines.falkner@example.test", "billingAddress": {**_PLACE, "countryCode": "DE"}}
_LD = {"Accept": "application/ld+json", "Content-Type": "application/ld+json"}
_PATCH = {**_LD, "Content-Type": "application/merge-patch+json"}


async def _ask(replay: Replay, method: str, path: str, body: object) -> dict[str, object]:
    headers = _PATCH if method == "PATCH" else _LD
    if path.startswith("/api/v2/admin"):
        headers = {**headers, "Authorization": f"Bearer {replay.staff_token()}"}
    answer = await replay.client.request(method, f"http://127.0.0.1{path}", headers=headers, json=body)
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json()
    return found


async def _cart(replay: Replay, recorded: str, goods: dict[str, int], *, chosen: bool = False) -> str:
    """A cart the recording person had made before, under the name it was recorded with."""
    token = str((await _ask(replay, "POST", f"{_SHOP}/orders", {}))["tokenValue"])
    replay.tokens[recorded] = token
    for code, quantity in goods.items():
        body = {"productVariant": f"{_SHOP}/product-variants/{code}", "quantity": quantity}
        await _ask(replay, "POST", f"{_SHOP}/orders/{token}/items", body)
    if chosen:
        await _ask(replay, "PUT", f"{_SHOP}/orders/{token}", _PEOPLE)
    return token


async def _choose(replay: Replay, token: str) -> None:
    row = replay.simulator.shop.orders[token]
    shipping, payment = row["shipments"][0]["id"], row["payments"][0]["id"]
    at = f"{_SHOP}/orders/{token}"
    await _ask(replay, "PATCH", f"{at}/shipments/{shipping}", {"shippingMethod": f"{_SHOP}/shipping-methods/in_store"})
    await _ask(replay, "PATCH", f"{at}/payments/{payment}", {"paymentMethod": f"{_SHOP}/payment-methods/pos_till"})


async def _placed(replay: Replay, recorded: str, goods: dict[str, int], notes: str) -> None:
    token = await _cart(replay, recorded, goods, chosen=True)
    await _choose(replay, token)
    await _ask(replay, "PATCH", f"{_SHOP}/orders/{token}/complete", {"notes": notes})


def _token(number: str, at: int) -> str:
    """The cart a recorded request is about."""
    body = recording(number)[at]["response"].get("body")
    if isinstance(body, dict) and "order" in body:
        return str(body["order"]).rpartition("/")[2]
    return str(recording(number)[at]["request"]["path"]).split("/orders/")[1].split("/")[0]


async def _short_life(replay: Replay) -> None:
    replay.simulator.tokens.life = 4


async def _usual_life(replay: Replay) -> None:
    replay.simulator.tokens.life = 3600


async def _before_25(replay: Replay) -> None:
    await _cart(replay, _token("25", 0), {})


async def _before_26(replay: Replay) -> None:
    await _placed(replay, _token("26", 1), {"LL_SOAP_001": 2}, "POS-2026-000104")


async def _before_27(replay: Replay) -> None:
    await _placed(replay, _token("27", 2), {"LL_TOWEL_001": 3}, "POS-2026-000105")


async def _paid_27(replay: Replay) -> None:
    await _ask(replay, "PATCH", "/api/v2/admin/payments/5/complete", {})


async def _second_28(replay: Replay) -> None:
    await _cart(replay, _token("28", 7), {"LL_BOARD_001": 1})


async def _before_30(replay: Replay) -> None:
    await _cart(replay, _token("30", 0), {"LL_MUG_001": 1}, chosen=True)


async def _paying_30(replay: Replay) -> None:
    token = replay.tokens[_token("30", 0)]
    payment = replay.simulator.shop.orders[token]["payments"][0]["id"]
    body = {"paymentMethod": f"{_SHOP}/payment-methods/pos_till"}
    await _ask(replay, "PATCH", f"{_SHOP}/orders/{token}/payments/{payment}", body)


async def _second_30(replay: Replay) -> None:
    await _cart(replay, _token("30", 10), {"LL_MUG_001": 1})


async def _before_31(replay: Replay) -> None:
    await _cart(replay, _token("31", 0), {})


async def _before_32(replay: Replay) -> None:
    await _choose(replay, replay.tokens[_token("31", 0)])


async def _before_33(replay: Replay) -> None:
    await _cart(replay, _token("33", 0), {})


BETWEEN: dict[str, Callable[[Replay], Awaitable[None]]] = {
    "04/0": _short_life,
    "05/0": _usual_life,
    "25/0": _before_25,
    "26/0": _before_26,
    "27/0": _before_27,
    "27/1": _paid_27,
    "28/7": _second_28,
    "30/0": _before_30,
    "30/4": _paying_30,
    "30/10": _second_30,
    "31/0": _before_31,
    "32/0": _before_32,
    "33/0": _before_33,
}
"""What the recording person did in the shop before an exchange, outside the recording."""


async def _run(files: list[str]) -> list[Result]:
    clock = SetClock()
    simulator = SyliusSimulator(clock, fill=fill)
    results: list[Result] = []
    mounts = {"http://": httpx.ASGITransport(app=simulator.app), "https://": transport([simulator])}
    async with httpx.AsyncClient(mounts=mounts) as client:
        replay = Replay(simulator, client, clock)
        for number in files:
            for at, exchange in enumerate(recording(number)):
                name = f"{number}/{at}"
                if name in BETWEEN:
                    await BETWEEN[name](replay)
                results.append(await replay.exchange(name, exchange))
    return results


async def test_the_recorded_requests_get_answers_of_the_same_status_and_shape(
    replayed: Replayed,
) -> None:
    """Every recorded request; the bar is 95 of 100."""
    first = [each for each in numbers() if each < "30"]
    results = await _run(first) + await _run([each for each in numbers() if each >= "30"])
    replayed("sylius", [(each.name, each.faults) for each in results], {})
