"""Every answer recorded from a real shop maps, or is refused by a typed error; nothing falls through."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.support.clock import VirtualClock
from tillbridge.domain.errors import Drift, TillbridgeError
from tillbridge.net.client import Answer, Repeat
from tillbridge.net.reading import parse_json
from tillbridge.net.verdicts import by_status
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.dialect import judge
from tillbridge.platforms.prestashop.mapping import Goods, map_customer, map_product
from tillbridge.platforms.prestashop.order_mapping import Surroundings, map_order, map_placed
from tillbridge.platforms.prestashop.xml_text import read
from tillbridge.platforms.reading import parse

from .recorded_shop import RECORDINGS, Row, recording

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs ../shared/recordings/prestashop")

_AROUND = Surroundings(zone="Europe/Dublin", currencies={"1": "EUR"})
MAPPED: dict[str, Callable[[Any], object]] = {
    "products": lambda row: map_product(row, Goods(zone="Europe/Dublin"), "$"),
    "combinations": lambda row: parse(wire.Combination, row, "$"),
    "stock_availables": lambda row: parse(wire.Stock, row, "$"),
    "customers": lambda row: map_customer(row, "$", zone="Europe/Dublin"),
    "addresses": lambda row: parse(wire.Address, row, "$"),
    "orders": lambda row: (map_order(row, "$", _AROUND), map_placed(row, _AROUND)),
    "order_states": lambda row: parse(wire.OrderState, row, "$"),
    "order_slip": lambda row: parse(wire.Slip, row, "$"),
    "order_cart_rules": lambda row: parse(wire.UsedRule, row, "$"),
    "cart_rules": lambda row: parse(wire.CartRule, row, "$"),
    "product_options": lambda row: parse(wire.Option, row, "$"),
    "product_option_values": lambda row: parse(wire.OptionValue, row, "$"),
}


def _everything() -> list[Row]:
    return [each for number in range(1, 19) for each in recording(f"{number:02}")] if RECORDINGS.is_dir() else []


def _text(exchange: Row) -> str:
    told = exchange["response"]
    return json.dumps(told["json"]) if told.get("json") is not None else told.get("text") or ""


def _is_xml(exchange: Row) -> bool:
    return any(name == "Content-Type" and "xml" in value for name, value in exchange["response"]["headers"])


def outcome(exchange: Row) -> str:
    """ "mapped", "read", or the name of the typed error; anything else is a failure of the test."""
    status, method = exchange["response"]["status"], exchange["request"]["method"]
    text = _text(exchange)
    headers = {name.lower(): value for name, value in exchange["response"]["headers"]}
    try:
        if _is_xml(exchange):
            body = None
            if status < 400 and read(text, status):
                return "read"
        else:
            body = parse_json(text, status) if text.strip() else None
    except TillbridgeError as error:
        return type(error).__name__
    answer = Answer(status, headers, body, text, "", 0.0)
    safe = method == "GET"
    repeat = Repeat.SAFE if safe else Repeat.NEVER
    if verdict := judge(answer, repeat) or by_status(answer, repeatable=safe, clock=VirtualClock()):
        return type(verdict).__name__
    return _mapped(exchange, body)


def _whole(exchange: Row) -> bool:
    """Whether the records carry all their fields: full lists do, single answers leave out what is empty."""
    return exchange["request"]["method"] == "GET" and dict(exchange["request"]["query"]).get("display") == "full"


def _mapped(exchange: Row, body: Any) -> str:
    resource = exchange["request"]["path"].removeprefix("/api/").partition("/")[0]
    mapper = MAPPED.get(resource)
    if mapper is None or not _whole(exchange) or not body:
        return "not read by us"
    (rows,) = body.values()
    found: list[str] = []
    for row in rows:
        try:
            mapper(row)
        except Drift as error:
            found.append(f"{error.params['path']} {error.params['expected']}")
    return f"Drift {found[0]}" if found else "mapped"


ALL = _everything()


@pytest.mark.parametrize("exchange", ALL, ids=lambda each: each["name"])
def test_a_recorded_answer_maps_or_is_refused_by_a_typed_error(exchange: Row) -> None:
    result = outcome(exchange)
    assert not result.startswith("Drift"), f"{exchange['name']}: {result}"
    if exchange["response"]["status"] >= 400:
        assert result not in ("mapped", "read", "not read by us")


def test_whole_records_were_really_mapped() -> None:
    assert [outcome(each) for each in ALL].count("mapped") >= 20


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01/6", "TokenRejected"),
        ("01/7", "TokenRejected"),
        ("01/8", "TokenRejected"),
        ("01/12", "MissingPermission"),
        ("01/14", "MissingPermission"),
        ("05/10", "PlatformRefused"),
        ("05/20", "NotFound"),
        ("06/9", "PlatformRefused"),
        ("07/23", "NotTheApi"),
        ("07/37", "OutcomeUnknown"),
        ("08/39", "PlatformRefused"),
        ("08/52", "NotFound"),
        ("12/16", "NotFound"),
        ("12/14", "PlatformRefused"),
        ("13/3", "PlatformUnavailable"),
        ("13/4", "PlatformUnavailable"),
        ("13/6", "PlatformUnavailable"),
        ("13/9", "NotTheApi"),
        ("14/18", "OutcomeUnknown"),
    ],
)
def test_a_failure_is_told_by_its_kind(name: str, expected: str) -> None:
    assert outcome(next(each for each in ALL if each["name"] == name)) == expected


def test_a_missing_field_is_named_by_the_shop_and_by_us() -> None:
    exchange = next(each for each in ALL if each["name"] == "08/39")
    answer = Answer(400, {}, exchange["response"]["json"], "", "", 0.0)
    verdict = judge(answer, Repeat.NEVER)
    assert verdict is not None
    assert verdict.params["field"] == "total_paid"


def test_recorded_money_is_read_to_the_cent() -> None:
    rows: Mapping[str, Any] = next(each for each in ALL if each["name"] == "07/42")["response"]["json"]
    order = map_order(rows["orders"][0], "$", _AROUND)
    assert order.totals.total.amount == Decimal("12.90")
    assert order.totals.tax.amount == Decimal("2.41")
