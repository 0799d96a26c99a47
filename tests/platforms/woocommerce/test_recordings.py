"""Every answer recorded from a real shop maps, or is refused by a typed error; nothing falls through."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import VirtualClock
from tillbridge.domain.errors import Drift, TillbridgeError
from tillbridge.net.client import Answer, Repeat
from tillbridge.net.reading import parse_json
from tillbridge.net.verdicts import by_status
from tillbridge.platforms.reading import parse
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.dialect import judge
from tillbridge.platforms.woocommerce.mapping import map_customer, map_product
from tillbridge.platforms.woocommerce.order_mapping import map_order, map_placed, map_refund

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "woocommerce"
pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="needs ../shared/recordings/woocommerce")


@dataclass(frozen=True)
class Exchange:
    """One recorded answer with what was asked."""

    name: str
    method: str
    path: str
    query: dict[str, str]
    status: int
    headers: dict[str, str]
    text: str
    trimmed: bool

    @property
    def whole(self) -> bool:
        """Whether the answer's records carry all their fields."""
        return "_fields" not in self.query and not self.trimmed


def exchanges() -> Iterator[Exchange]:
    for file in sorted(RECORDINGS.glob("*.json")):
        for row in json.loads(file.read_text(), parse_float=Decimal)["exchanges"]:
            if row.get("direction") == "shop to integration" or "response" not in row:
                continue
            asked, told = row["request"], row["response"]
            text = told["text"] if "text" in told else json.dumps(told["json"], default=float)
            yield Exchange(
                name=f"{file.stem}#{row['n']}",
                method=asked["method"],
                path=asked["path"].removeprefix("/wp-json"),
                query={name: str(value) for name, value in asked.get("query") or ()},
                status=told["status"],
                headers={name.lower(): value for name, value in told.get("headers") or ()},
                text=text,
                trimmed=bool(row.get("trimmed") or told.get("trimmed")),
            )


def _product(row: Any) -> object:
    return map_product(row, {}, "$", currency="EUR", weight_unit="kg")


def _order(row: Any) -> object:
    return map_order(row, "$", "Europe/Dublin"), map_placed(row)


MAPPED: dict[str, Callable[[Any], object]] = {
    r"/wc/v3/products(/\d+)?": _product,
    r"/wc/v3/variations|/wc/v3/products/\d+/variations(/\d+)?": lambda row: parse(wire.Variation, row, "$"),
    r"/wc/v3/orders(/\d+)?": _order,
    r"/wc/v3/customers(/\d+)?": lambda row: map_customer(row, "$"),
    r"/wc/v3/coupons(/\d+)?": lambda row: parse(wire.Coupon, row, "$"),
    r"/wc/v3/orders/\d+/refunds": lambda row: map_refund([row], "POS-R-000401", "EUR"),
}


def outcome(exchange: Exchange) -> str:
    """ "mapped", or the name of the typed error; anything else is a failure of the test."""
    try:
        body = parse_json(exchange.text, exchange.status)
    except TillbridgeError as error:
        return type(error).__name__
    answer = Answer(exchange.status, exchange.headers, body, exchange.text, "", 0.0)
    safe = exchange.method == "GET"
    repeat = Repeat.SAFE if safe else Repeat.NEVER
    if verdict := judge(answer, repeat) or by_status(answer, repeatable=safe, clock=VirtualClock()):
        return type(verdict).__name__
    mapper = next((found for form, found in MAPPED.items() if re.fullmatch(form, exchange.path)), None)
    if mapper is None or exchange.method == "DELETE":
        return "not read by us"
    found: list[str] = []
    for row in body if isinstance(body, list) else [body]:
        # the products list also answers variations when asked for a code; those are fetched with their parent
        if isinstance(row, dict) and row.get("type") == "variation":
            continue
        try:
            mapper(row)
        except Drift as error:
            found.append(error.params["path"])
    return f"Drift {found[0]}" if found else "mapped"


ALL = list(exchanges()) if RECORDINGS.exists() else []


@pytest.mark.parametrize("exchange", ALL, ids=lambda each: each.name)
def test_a_recorded_answer_maps_or_is_refused_by_a_typed_error(exchange: Exchange) -> None:
    result = outcome(exchange)
    if exchange.status >= 400:
        assert result != "mapped"
        assert not result.startswith("Drift")
    elif exchange.whole:
        assert not result.startswith("Drift"), f"{exchange.name} {exchange.path}: {result}"


def test_whole_records_were_really_mapped() -> None:
    results = [outcome(each) for each in ALL if each.whole]
    assert results.count("mapped") > 90


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01-auth#6", "TokenRejected"),
        ("01-auth#7", "WrongCredentials"),
        ("01-auth#10", "MissingPermission"),
        ("01-auth#12", "MissingPermission"),
        ("01-auth#17", "WrongCredentials"),
        ("10-refund-cancel#8", "PlatformRefused"),
        ("10-refund-cancel#17", "NotFound"),
        ("13-outages#1", "PlatformUnavailable"),
        ("13-outages#2", "PlatformUnavailable"),
        ("13-outages#6", "OutcomeUnknown"),
        ("13-outages#8", "WarningsBeforeJson"),
        ("13-outages#9", "PlatformUnavailable"),
        ("13-outages#11", "NotTheApi"),
    ],
)
def test_a_failure_is_told_by_its_kind(name: str, expected: str) -> None:
    assert outcome(next(each for each in ALL if each.name == name)) == expected
