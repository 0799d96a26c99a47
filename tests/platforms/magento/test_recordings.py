"""Every answer recorded from a real shop maps, or is refused by a typed error; nothing falls through."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.support.clock import VirtualClock
from tillbridge.domain.errors import Drift, TillbridgeError
from tillbridge.net.client import Answer, Repeat
from tillbridge.net.reading import parse_json
from tillbridge.net.verdicts import by_status
from tillbridge.platforms.magento import wire, wire_offers
from tillbridge.platforms.magento.dialect import judge, judge_signed
from tillbridge.platforms.magento.mapping import Goods, map_customer, map_product
from tillbridge.platforms.magento.order_mapping import map_order, map_placed
from tillbridge.platforms.reading import parse

from .recorded_shop import RECORDINGS

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs ../shared/recordings/magento")


@dataclass(frozen=True)
class Exchange:
    """One recorded answer with what was asked."""

    name: str
    method: str
    path: str
    query: dict[str, str]
    signed: bool
    partial: bool
    status: int
    headers: dict[str, str]
    text: str

    @property
    def whole(self) -> bool:
        """Whether the answer's records carry all their fields."""
        return "fields" not in self.query and not self.partial


def exchanges() -> Iterator[Exchange]:
    for file in sorted(RECORDINGS.glob("*.json")):
        for at, row in enumerate(json.loads(file.read_text())["exchanges"]):
            asked, told = row["request"], row["response"]
            body = asked.get("body")
            yield Exchange(
                name=f"{file.stem[:2]}/{at}",
                method=asked["method"],
                path=re.sub(r"^/rest(/(?!async)\w+)?/V1", "", asked["path"]),
                query=dict(parse_qsl(asked.get("query") or "")),
                signed=str(asked["headers"].get("Authorization", "")).startswith("OAuth"),
                partial=isinstance(body, dict) and "entity_id" in (body.get("entity") or {}),
                status=told["status"],
                headers={name.lower(): str(value) for name, value in told["headers"].items()},
                text=json.dumps(told["body"]) if "body" in told else told["body_text"],
            )


def _product(row: Any) -> object:
    return map_product(row, "$", Goods())


def _order(row: Any) -> object:
    return map_order(row, "$", "UTC"), map_placed(row)


MAPPED: dict[str, Callable[[Any], object]] = {
    r"/products(/LL-[^/]+)?|/configurable-products/[^/]+/children": _product,
    r"/products/attributes/\w+": lambda row: parse(wire.Attribute, row, "$"),
    r"/orders(/\d+)?": _order,
    r"/customers(/\d+|/search)?": lambda row: map_customer(row, "$"),
    r"/coupons/search": lambda row: parse(wire_offers.Coupon, row, "$"),
    r"/salesRules/\d+": lambda row: parse(wire_offers.Rule, row, "$"),
    r"/creditmemos": lambda row: parse(wire.Memo, row, "$"),
    r"/inventory/source-items": lambda row: parse(wire.SourceItem, row, "$"),
    r"/(guest-)?carts/\w+/totals": lambda row: parse(wire_offers.CartTotals, row, "$"),
}


def outcome(exchange: Exchange) -> str:
    """ "mapped", or the name of the typed error; anything else is a failure of the test."""
    safe = exchange.method == "GET"
    try:
        body = parse_json(exchange.text, exchange.status)
    except TillbridgeError as error:
        return "PlatformUnavailable" if exchange.status >= 500 and safe else type(error).__name__
    answer = Answer(exchange.status, exchange.headers, body, exchange.text, "", 0.0)
    verdict = (judge_signed if exchange.signed else judge)(answer, Repeat.SAFE if safe else Repeat.NEVER)
    if verdict := verdict or by_status(answer, repeatable=safe, clock=VirtualClock()):
        return type(verdict).__name__
    mapper = next((found for form, found in MAPPED.items() if re.fullmatch(form, exchange.path)), None)
    if mapper is None or exchange.method == "DELETE" or body == []:
        return "not read by us"
    rows = body.get("items") or [] if isinstance(body, dict) and "total_count" in body else body
    for row in rows if isinstance(rows, list) else [rows]:
        try:
            mapper(row)
        except Drift as error:
            return f"Drift {error.params['path']}"
    return "mapped"


ALL = list(exchanges()) if RECORDINGS.is_dir() else []


@pytest.mark.parametrize("exchange", ALL, ids=lambda each: each.name)
def test_a_recorded_answer_maps_or_is_refused_by_a_typed_error(exchange: Exchange) -> None:
    result = outcome(exchange)
    if exchange.status >= 400:
        assert result not in ("mapped", "not read by us")
        assert not result.startswith("Drift")
    elif exchange.whole:
        assert not result.startswith("Drift"), f"{exchange.name} {exchange.path}: {result}"


def test_whole_records_were_really_mapped() -> None:
    assert [outcome(each) for each in ALL if each.whole].count("mapped") > 60


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("03/0", "TokenRejected"),
        ("04/1", "WrongCredentials"),
        ("04/3", "PlatformUnavailable"),
        ("05/1", "TokenRejected"),
        ("11/0", "NotFound"),
        ("14/9", "PlatformUnavailable"),
        ("17/1", "PlatformRefused"),
        ("20/6", "NotFound"),
        ("29/7", "PlatformUnavailable"),
        ("31/0", "PlatformUnavailable"),
        ("32/2", "TokenRejected"),
        ("35/3", "PlatformRefused"),
    ],
)
def test_a_failure_is_told_by_its_kind(name: str, expected: str) -> None:
    assert outcome(next(each for each in ALL if each.name == name)) == expected


def test_placeholders_are_filled_from_lists_and_objects() -> None:
    def said(name: str) -> str:
        found = next(each for each in ALL if each.name == name)
        body = json.loads(found.text, parse_float=Decimal)
        verdict = judge(Answer(found.status, found.headers, body, found.text, "", 0.0), Repeat.SAFE)
        assert verdict is not None
        return str(verdict.params.get("reason") or verdict.params.get("name"))

    assert said("11/2") == 'The "no_such_attr" attribute name is invalid. Reset the name and try again.'
    assert said("16/5") == "No such entity with customerId = 99999"
    assert '"street" is required' in said("18/2")


def test_a_recorded_sale_is_read_to_the_cent() -> None:
    """The shop's own order of recording 21 and the import of 35: lines add up, discounts stay with their lines."""
    placed = json.loads(next(each for each in ALL if each.name == "21/16").text, parse_float=Decimal)
    order = map_order(placed, "$", "Europe/Berlin")
    assert [str(line.gross) for line in order.lines] == ["23.04 EUR", "57.60 EUR"]
    assert [str(line.discount) for line in order.lines] == ["2.56 EUR", "6.40 EUR"]
    assert str(order.totals.total) == "80.64 EUR"
    assert {str(tax.rate) for line in order.lines for tax in line.taxes} == {"0.19"}
    imported = json.loads(next(each for each in ALL if each.name == "35/1").text, parse_float=Decimal)
    assert str(map_order(imported, "$", "Europe/Berlin").totals.total) == "38.34 EUR"
    assert map_placed(imported).paid
