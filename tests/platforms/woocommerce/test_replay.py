"""The recorded requests of a real shop, sent in order to a simulator filled with that shop's rows."""

from __future__ import annotations

from itertools import groupby

import httpx
import pytest

from tests.platforms.conftest import Replayed
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator, woocommerce_simulator
from tillbridge.training.server import transport

from .recorded_shop import RECORDINGS, Row, moment_of, recorded_shop, recording, tax_test_shop
from .replaying import Replay, Result, SetClock

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="shared/recordings/woocommerce is not next to the checkout"
)

LEFT_OUT = {
    "14/15": "the index of a namespace describes every argument of every route; a till reads nothing of it",
    "17/16": "the Store API's product page is not used by a till; the simulator answers the fields the cart needs",
}
_ENDINGS = (", till 0", ", till 1", ", till 2", ", till 3", ", till 4", ", till 5")


def _group(pair: tuple[str, Row]) -> str:
    name, exchange = pair
    for ending in _ENDINGS:
        if name.startswith("15/") and exchange["label"].endswith(ending):
            return f"15 {exchange['label'].removesuffix(ending)}"
    return name


def _in_time(numbers: list[str]) -> list[tuple[str, Row]]:
    found: list[tuple[str, Row]] = []
    for number in numbers:
        moment = None
        for exchange in recording(number):
            moment = moment_of(exchange) or moment
            found.append((f"{number}/{exchange['n']}", {**exchange, "at": moment}))
    return sorted(found, key=lambda pair: (pair[1]["at"], numbers.index(pair[0].partition("/")[0])))


async def _run(numbers: list[str], rows: Row) -> list[Result]:
    clock = SetClock()
    simulator = woocommerce_simulator(clock, seed_shop=rows)
    simulator.shop.lost_pictures.add("http://127.0.0.1:9301/none.jpg")
    results: list[Result] = []
    async with httpx.AsyncClient(mounts=_lines(simulator)) as client:
        replay = Replay(simulator, client, clock)
        for _, members in groupby(_in_time(numbers), _group):
            exchanges = list(members)
            name, first = exchanges[0]
            clock.at = first["at"]
            _between(replay, name)
            if "direction" in first:
                results += [replay.delivery(name, first)] if first["response"] else []
            else:
                results += await replay.together(exchanges)
    return results


def _lines(simulator: WooCommerceSimulator) -> dict[str, httpx.AsyncBaseTransport]:
    # The recorded shop was reached over TLS and, at one port, without.
    return {"https://": transport([simulator]), "http://": httpx.ASGITransport(app=simulator.app)}


def _between(replay: Replay, name: str) -> None:
    """What the recording person changed by hand in the shop between two requests."""
    settings = replay.simulator.shop.settings
    changes = {
        "16/1": ("timezone", "Europe/Athens"),
        "16/20": ("woocommerce_prices_include_tax", "no"),
        "16/21": ("woocommerce_price_num_decimals", "0"),
        "13/1": ("timezone", "Europe/Dublin"),
    }
    if name in changes:
        option, value = changes[name]
        settings[option] = value
    if name == "16/21":
        settings["woocommerce_prices_include_tax"] = "yes"
    if name == "07/37":
        replay.simulator.shop.products[117]["regular_price"] = "12.50"
    if name == "13/1":
        settings["woocommerce_price_num_decimals"] = "2"


async def test_the_recorded_requests_get_answers_of_the_same_shape(replayed: Replayed) -> None:
    """At least 95 of 100 recorded requests, every one of the rest named in LEFT_OUT with its reason."""
    numbers = [f"{n:02}" for n in range(1, 18)]
    results = await _run(numbers, recorded_shop()) + await _run(["18", "19"], tax_test_shop())
    replayed("woocommerce", [(each.name, each.faults) for each in results], LEFT_OUT)
