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
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.dialect import judge
from tillbridge.platforms.sylius.mapping import map_customer, map_product
from tillbridge.platforms.sylius.order_mapping import map_order, map_placed
from tillbridge.platforms.sylius.shelf import Shelf

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "sylius"
pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="needs ../shared/recordings/sylius")

SHELF = Shelf("EUR", "LANTERN_WEB", "en_US", "UTC", "ean")
ADMIN, SHOP = "/api/v2/admin", "/api/v2/shop"


@dataclass(frozen=True)
class Exchange:
    """One recorded answer with what was asked."""

    name: str
    method: str
    path: str
    linked: bool
    status: int
    headers: dict[str, str]
    text: str


def exchanges() -> Iterator[Exchange]:
    for file in sorted(RECORDINGS.glob("[0-9]*.json")):
        for at, row in enumerate(json.loads(file.read_text(), parse_float=Decimal)["exchanges"]):
            asked, told = row["request"], row["response"]
            text = json.dumps(told["body"], default=float) if "body" in told else told.get("body_text", "")
            yield Exchange(
                name=f"{file.stem[:2]}/{at}",
                method=asked["method"],
                path=asked["path"],
                linked="ld+json" in asked["headers"].get("Accept", ""),
                status=told["status"],
                headers={name.lower(): str(value) for name, value in told.get("headers", {}).items()},
                text=text,
            )


def _product(row: Any) -> object:
    return map_product(row, {}, {}, SHELF, "$")


def _order(row: Any) -> object:
    return map_order(row, "$", "Europe/Berlin", "UTC"), map_placed(row)


MAPPED: dict[str, Callable[[Any], object]] = {
    rf"{ADMIN}/channels(/\w+)?": lambda row: parse(wire.Channel, row, "$"),
    rf"{ADMIN}/products(/\w+)?": _product,
    rf"{ADMIN}/product-variants(/\w+)?": lambda row: parse(wire.Variant, row, "$"),
    rf"{ADMIN}/product-options/\w+": lambda row: parse(wire.Option, row, "$"),
    rf"{ADMIN}/customers(/\d+)?": lambda row: map_customer(row, "$", "UTC"),
    rf"{ADMIN}/orders(/[^/]+(/cancel)?)?": _order,
    rf"{ADMIN}/payments/\d+/\w+": lambda row: parse(wire.Payment, row, "$"),
    rf"{ADMIN}/promotions": lambda row: parse(wire.Promotion, row, "$"),
    rf"{ADMIN}/promotions/\w+/coupons/[^/]+": lambda row: parse(wire.PromotionCoupon, row, "$"),
    rf"{SHOP}/orders(/[^/]+(/(items|complete|shipments/\d+|payments/\d+|items/\d+))?)?": lambda row: parse(
        wire.Cart, row, "$"
    ),
}


def outcome(exchange: Exchange) -> str:
    """ "mapped", or the name of the typed error; anything else is a failure of the test."""
    try:
        body = parse_json(exchange.text, exchange.status) if exchange.text else None
    except TillbridgeError as error:
        return type(error).__name__
    answer = Answer(exchange.status, exchange.headers, body, exchange.text, "", 0.0)
    safe = exchange.method == "GET"
    repeat = Repeat.SAFE if safe else Repeat.NEVER
    if verdict := judge(answer, repeat) or by_status(answer, repeatable=safe, clock=VirtualClock()):
        return type(verdict).__name__
    mapper = next((found for form, found in MAPPED.items() if re.fullmatch(form, exchange.path)), None)
    if mapper is None or body is None:
        return "not read by us"
    rows = body.get("hydra:member", [body]) if isinstance(body, dict) else body
    for row in rows:
        if isinstance(row, str):
            continue
        try:
            mapper(row)
        except Drift as error:
            return f"Drift {error.params['path']}"
    return "mapped"


ALL = list(exchanges()) if RECORDINGS.exists() else []


@pytest.mark.parametrize("exchange", ALL, ids=lambda each: each.name)
def test_a_recorded_answer_maps_or_is_refused_by_a_typed_error(exchange: Exchange) -> None:
    result = outcome(exchange)
    assert not result.startswith("Drift"), f"{exchange.name} {exchange.path}: {result}"
    if exchange.status >= 400:
        assert result not in ("mapped", "not read by us")


def test_most_good_answers_were_really_mapped() -> None:
    results = [outcome(each) for each in ALL if each.status < 400]
    assert results.count("mapped") > 125


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("03/0", "TokenRejected"),
        ("03/1", "TokenRejected"),
        ("04/2", "TokenRejected"),
        ("05/1", "MissingPermission"),
        ("11/0", "NotFound"),
        ("11/4", "NotFound"),
        ("12/4", "PlatformRefused"),
        ("15/2", "PlatformRefused"),
        ("20/4", "PlatformRefused"),
        ("21/14", "PlatformRefused"),
        ("21/16", "NotFound"),
        ("25/0", "PlatformRefused"),
        ("25/8", "OutcomeUnknown"),
        ("29/2", "PlatformRefused"),
    ],
)
def test_a_failure_is_told_by_its_kind(name: str, expected: str) -> None:
    assert outcome(next(each for each in ALL if each.name == name)) == expected


def test_a_refused_code_names_its_field() -> None:
    exchange = next(each for each in ALL if each.name == "20/4")
    answer = Answer(exchange.status, exchange.headers, json.loads(exchange.text), exchange.text, "", 0.0)
    verdict = judge(answer, Repeat.SAFE)
    assert verdict is not None
    assert verdict.params["field"] == "couponCode"
    assert verdict.params["reason"] == "couponCode: Coupon code is invalid."


def test_a_recorded_sale_reads_back_paid_with_its_discount() -> None:
    raw = json.loads(next(each for each in ALL if each.name == "21/13").text, parse_float=Decimal)
    order, placed = map_order(raw, "$", "Europe/Berlin", "UTC"), map_placed(raw)
    assert (str(placed.total), str(placed.tax), str(placed.discount)) == ("80.64 EUR", "12.88 EUR", "8.96 EUR")
    assert (placed.paid, placed.number, order.totals.total) == (True, "000000001", placed.total)
    assert [(each.sku, str(each.gross)) for each in order.lines] == [
        ("LL_NOTE_001", "23.04 EUR"),
        ("LL_SHIRT_INK_M", "57.60 EUR"),
    ]
