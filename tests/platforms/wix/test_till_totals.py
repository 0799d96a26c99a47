"""The till's totals stand to the cent at many rates, with and without tax in the prices."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.wix.adapter import order_of
from tillbridge.domain.basket import BasketLine, Discount, TaxRate
from tillbridge.domain.catalog import Listing
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire_orders
from tillbridge.platforms.wix.order_mapping import map_order
from tillbridge.platforms.wix.order_writing import Circumstances, order_body, payments_body

RATES = ("0.23", "0.19", "0.07", "0.2", "0.055", "0.13", "0.0625", "0")
AT = Circumstances(names_shoppers=False, now=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


def random_order(rng: random.Random, included: bool) -> Order:
    lines = [_line(rng, at) for at in range(1, rng.randint(1, 6) + 1)]
    return order_of(lines, _discounts(rng), included=included)


def _line(rng: random.Random, at: int) -> BasketLine:
    weighed = rng.random() < 0.15
    goods = rng.random() < 0.8
    return BasketLine(
        id=f"L{at}",
        kind=LineKind.PRODUCT if goods else LineKind.FREE_TEXT,
        title=f"Article {at}",
        sku=f"A{at}",
        quantity=Decimal(rng.randint(50, 3000)) / 1000 if weighed else Decimal(rng.randint(1, 5)),
        unit="kg" if weighed else "piece",
        unit_price=Money.of_minor(rng.randint(0, 12_000), "EUR"),
        taxes=(TaxRate("VAT", Decimal(rng.choice(RATES))),),
        listing=Listing(f"p{at}", f"v{at}", "", f"A{at}") if goods else None,
    )


def _discounts(rng: random.Random) -> list[Discount]:
    rules = [
        Discount("Ten", DiscountType.PERCENTAGE, Decimal(10), "TEN"),
        Discount("Scratched", DiscountType.FIXED, Decimal("1.37")),
        Discount("Third", DiscountType.PERCENTAGE, Decimal("33.333"), "THIRD"),
    ]
    return rng.sample(rules, rng.choice((0, 1, 1, 2)))


def stored(body: dict[str, Any]) -> dict[str, Any]:
    """The order as Wix keeps what it was sent."""
    more = {"id": "o1", "number": "1", "status": "APPROVED", "paymentStatus": "PAID"}
    order: dict[str, Any] = body["order"]
    return order | more | {"createdDate": "2026-11-24T09:00:00.000Z", "updatedDate": "2026-11-24T09:00:00.000Z"}


@pytest.mark.parametrize("included", [True, False], ids=["with-tax", "without-tax"])
@pytest.mark.parametrize("seed", range(150))
def test_what_wix_keeps_adds_up_to_the_tills_totals(seed: int, included: bool) -> None:
    order = random_order(random.Random(seed), included)
    raw = stored(order_body(order, AT))
    kept = map_order(raw, "$", "UTC")
    assert (kept.totals.total, kept.totals.tax) == (order.totals.total, order.totals.tax)
    assert (kept.totals.discount, kept.totals.subtotal) == (order.totals.discount, order.totals.subtotal)
    assert [line.gross for line in kept.lines] == [line.gross for line in order.lines]
    node = parse(wire_orders.Order, raw, "$")
    parts = [each.merchantDiscount for each in node.appliedDiscounts]
    off = sum((each.amount.amount for each in parts if each is not None and each.amount is not None), Decimal(0))
    assert off == order.totals.discount.amount


@pytest.mark.parametrize("seed", range(40))
def test_payments_add_up_to_the_total_whatever_is_booked_already(seed: int) -> None:
    rng = random.Random(seed)
    order = random_order(rng, included=True)
    booked = Money.of_minor(rng.randint(0, order.totals.total.minor), "EUR")
    body = payments_body(order, booked)
    rows = body["payments"] if body else []
    assert sum((Decimal(each["amount"]["amount"]) for each in rows), booked.amount) == order.totals.total.amount
