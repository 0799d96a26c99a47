"""What is sent adds up to the till's total to the cent, at every rate, with and without tax in the prices."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tillbridge.domain.basket import BasketLine, Discount, Payment, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.catalog import Listing
from tillbridge.domain.money import Money, exponent
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.platforms.magento import wire
from tillbridge.platforms.magento.order_mapping import map_order
from tillbridge.platforms.magento.order_writing import order_body
from tillbridge.platforms.magento.refund_writing import memo_total
from tillbridge.platforms.reading import parse

RATES = ("0.23", "0.19", "0.07", "0.055", "0.2", "0.25", "0.081", "0")
SOLD_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _order(rng: random.Random, currency: str, *, included: bool) -> Order:
    lines = [_line(rng, at, currency) for at in range(rng.randint(1, 6))]
    off = _discounts(rng)
    due = price(lines, currency=currency, prices_include_tax=included, discounts=off).due
    payments = [Payment(TenderKind.CARD, "Card", due)] if due else []
    basket = price(lines, currency=currency, prices_include_tax=included, discounts=off, payments=payments)
    facts = SaleFacts(
        id=UUID(int=7),
        reference="TB0123456789ABCDEFGHJKMNPQ",
        receipt="R-7",
        sold_at=SOLD_AT,
        business_date=date(2026, 11, 24),
        till="T1",
        location="Main",
    )
    return to_order(basket, facts)


def _line(rng: random.Random, at: int, currency: str) -> BasketLine:
    own = (Discount("by hand", DiscountType.PERCENTAGE, Decimal(10)),) if rng.random() < 0.3 else ()
    weighed = rng.random() < 0.1
    taxes = [TaxRate("VAT", Decimal(rng.choice(RATES)))]
    if rng.random() < 0.1:
        taxes.append(TaxRate("City", Decimal("0.0125")))
    return BasketLine(
        id=f"L{at}",
        kind=LineKind.PRODUCT,
        title=f"Article {at}",
        sku=f"A{at}",
        quantity=Decimal(rng.randint(50, 3000)) / 1000 if weighed else Decimal(rng.randint(1, 5)),
        unit="kg" if weighed else "piece",
        unit_price=Money.of_minor(rng.randint(1, 12_000), currency),
        taxes=tuple(taxes),
        discounts=own,
        listing=Listing("9", str(at + 1), f"A{at}", f"A{at}"),
    )


def _discounts(rng: random.Random) -> Sequence[Discount]:
    chance = rng.random()
    if chance < 0.2:
        return [Discount("five off", DiscountType.FIXED, Decimal(5))]
    if chance < 0.5:
        return [Discount("autumn", DiscountType.PERCENTAGE, Decimal(rng.choice(["7.5", "15", "33", "100"])))]
    return []


def _d(value: object) -> Decimal:
    return Decimal(str(value))


SIZES = [60, pytest.param(5_000, marks=pytest.mark.soak)]
SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 300))]


@pytest.mark.parametrize("included", [True, False], ids=["with tax", "without tax"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("baskets", SIZES)
def test_the_sums_of_what_is_sent_are_the_tills(baskets: int, currency: str, included: bool) -> None:
    rng = random.Random(f"{currency}{included}")
    step = Decimal(1).scaleb(-exponent(currency))
    for _ in range(baskets):
        order = _order(rng, currency, included=included)
        sent = order_body(order, 1, {})["entity"]
        names = ("subtotal", "tax_amount", "discount_tax_compensation_amount", "discount_amount")
        assert sum(_d(sent[name]) for name in names) == _d(sent["grand_total"]) == order.totals.total.amount
        assert _d(sent["tax_amount"]) == order.totals.tax.amount
        assert -_d(sent["discount_amount"]) == order.totals.discount.amount
        for item, line in zip(sent["items"], order.lines, strict=True):
            gross = _d(item["row_total"]) + _d(item["tax_amount"]) + _d(item["discount_tax_compensation_amount"])
            assert gross - _d(item["discount_amount"]) == line.gross.amount
            # the tax inside a discount, give or take what rounding makes of it
            assert _d(item["discount_tax_compensation_amount"]) >= -step
            if not line.discount or not included:
                assert item["discount_tax_compensation_amount"] == 0
        for name in ("total_paid", "total_invoiced", "base_grand_total"):
            assert sent[name] == sent["grand_total"]


def _as_read(sent: dict[str, Any]) -> dict[str, Any]:
    """The import as the shop prints it: row totals less discount."""
    items = [
        {**item, "item_id": at, "row_total": _d(item["row_total"]) - _d(item["discount_amount"])}
        for at, item in enumerate(sent["items"], 1)
    ]
    return {**sent, "entity_id": 5, "items": items, "total_due": 0, "updated_at": sent["created_at"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_sent_is_read_back_as_the_same_sale(seed: int) -> None:
    order = _order(random.Random(seed), "EUR", included=True)
    read = map_order(_as_read(order_body(order, 1, {})["entity"]), "$", "Europe/Dublin")
    assert read.reference == order.reference
    assert read.totals.total == order.totals.total
    assert read.totals.tax == order.totals.tax
    assert [(line.id, line.gross, line.tax) for line in read.lines] == [
        (line.id, line.gross, line.tax) for line in order.lines
    ]
    assert (read.receipt, read.till, read.location) == ("R-7", "T1", "Main")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_whole_refund_is_the_whole_total(seed: int) -> None:
    order = _order(random.Random(seed), "EUR", included=True)
    node = parse(wire.Order, _as_read(order_body(order, 1, {})["entity"]), "$")
    assert memo_total(node, [(row, row.qty_ordered) for row in node.rows]) == order.totals.total.amount


def test_recorded_arithmetic_is_ours() -> None:
    """Two mugs and a notebook at 10 % off with 19 % inside, as a real shop keeps them."""
    vat = (TaxRate("MwSt", Decimal("0.19")),)
    lines = [
        BasketLine(
            id=sku, kind=LineKind.PRODUCT, title=sku, sku=sku, quantity=Decimal(count),
            unit_price=Money(Decimal(amount), "EUR"), taxes=vat,
        )
        for sku, count, amount in (("MUG", 2, "14.90"), ("BOOK", 1, "12.80"))
    ]  # fmt: skip
    ten = [Discount("Till discount 10 %", DiscountType.PERCENTAGE, Decimal(10))]
    due = price(lines, currency="EUR", prices_include_tax=True, discounts=ten).due
    paid = [Payment(TenderKind.CARD, "Card", due)]
    basket = price(lines, currency="EUR", prices_include_tax=True, discounts=ten, payments=paid)
    order = to_order(
        basket,
        SaleFacts(
            id=UUID(int=1), reference="TB0123456789ABCDEFGHJKMNPQ", receipt="R", sold_at=SOLD_AT,
            business_date=date(2026, 11, 24), till="T", location="M",
        ),
    )  # fmt: skip
    sent = order_body(order, 1, {})["entity"]
    told = [sent[name] for name in ("subtotal", "tax_amount", "discount_tax_compensation_amount", "grand_total")]
    assert told == [35.8, 6.12, 0.68, 38.34]
    mug = sent["items"][0]
    kept = [mug[name] for name in ("price", "row_total", "discount_amount", "tax_amount", "row_total_incl_tax")]
    assert kept == [12.52, 25.04, 2.98, 4.28, 29.8]
