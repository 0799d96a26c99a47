"""The till's basket: lines, discounts and tenders in, a priced basket and then an Order out. Pure arithmetic.

Called by the till service and by intake; ``domain.pricing`` and ``domain.tendering`` hold the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import (
    AppliedDiscount,
    LineKind,
    Order,
    OrderLine,
    Origin,
    PaymentStatus,
    TaxLine,
    Tender,
    Totals,
)
from tillbridge.domain.pricing import Discount, Reduced, TaxRate, reduce_line, reduce_order, sum_taxes, tax_line
from tillbridge.domain.tendering import Payment, counted, settle

__all__ = ["BasketLine", "Discount", "Payment", "PricedBasket", "SaleFacts", "TaxRate", "price", "to_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """What is sold. ``unit_price`` is in the basket's tax mode and never negative; a return has negative ``quantity``.

    A gift card sold carries neither ``taxes`` nor ``discounts``. ``unit`` is "piece" or a measure such as "kg".
    """

    id: str
    kind: LineKind
    title: str
    quantity: Decimal
    unit_price: Money
    sku: str = ""
    unit: str = "piece"
    taxes: tuple[TaxRate, ...] = ()
    discounts: tuple[Discount, ...] = ()
    listing: Listing | None = None
    return_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedBasket:
    """A basket with every cent in its place. ``discounts`` are those of the whole sale; a line's own stand on the line.

    Lines' gross add up to ``totals.total``; tenders + ``due`` to ``totals.payable``.
    """

    currency: str
    prices_include_tax: bool
    lines: tuple[OrderLine, ...]
    discounts: tuple[AppliedDiscount, ...]
    taxes: tuple[TaxLine, ...]
    totals: Totals
    tenders: tuple[Tender, ...]
    due: Money
    due_in_cash: Money
    change: Money

    @property
    def total(self) -> Money:
        return self.totals.total

    @property
    def paid(self) -> bool:
        return not self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleFacts:
    """What makes a paid basket a sale: who, where, when, and its receipt."""

    id: UUID
    reference: str
    receipt: str
    sold_at: datetime
    business_date: date
    till: str
    location: str
    customer: Customer | None = None
    billing: Address | None = None
    shipping: Address | None = None
    note: str = ""


def price(
    lines: Sequence[BasketLine],
    *,
    currency: str,
    prices_include_tax: bool,
    discounts: Sequence[Discount] = (),
    payments: Sequence[Payment] = (),
    cash_step: Money | None = None,
) -> PricedBasket:
    """Price a basket. Discounts apply in the order given, each to what the former left; no line falls below zero.

    ``cash_step`` (0.05) rounds the rest when cash settles it. Raises InvalidInput naming the line or payment that
    cannot be right.
    """
    reduced = tuple(_reduce(each, currency) for each in lines)
    applied: list[AppliedDiscount] = []
    for rule in discounts if reduced else ():
        reduced, amount = reduce_order(reduced, rule)
        applied.append(AppliedDiscount(rule.title, rule.type, rule.value, amount, rule.code))
    priced = tuple(_finish(line, part, prices_include_tax) for line, part in zip(lines, reduced, strict=True))
    settlement = settle(total([each.gross for each in priced], currency), payments, cash_step)
    return PricedBasket(
        currency=currency,
        prices_include_tax=prices_include_tax,
        lines=priced,
        discounts=tuple(applied),
        taxes=sum_taxes([tax for each in priced for tax in each.taxes]),
        totals=sum_lines(priced, currency, settlement.rounding),
        tenders=settlement.tenders,
        due=settlement.due,
        due_in_cash=settlement.due_in_cash,
        change=settlement.change,
    )


def sum_lines(lines: Sequence[OrderLine], currency: str, rounding: Money) -> Totals:
    """The totals that lines add up to."""
    return Totals(
        subtotal=total([each.subtotal for each in lines], currency),
        discount=total([each.discount for each in lines], currency),
        tax=total([each.tax for each in lines], currency),
        total=total([each.gross for each in lines], currency),
        rounding=rounding,
    )


def to_order(basket: PricedBasket, facts: SaleFacts) -> Order:
    """The paid sale as an order. Raises InvalidInput while anything is due or nothing was sold."""
    if not basket.lines:
        raise InvalidInput(field="basket", reason="it is empty")
    if basket.due:
        raise InvalidInput(field="payment", reason=f"{basket.due} is still due")
    return Order(
        id=facts.id,
        origin=Origin.POS,
        reference=facts.reference,
        receipt=facts.receipt,
        currency=basket.currency,
        prices_include_tax=basket.prices_include_tax,
        lines=basket.lines,
        discounts=basket.discounts,
        tenders=counted(basket.tenders, basket.totals.rounding),
        totals=basket.totals,
        sold_at=facts.sold_at,
        business_date=facts.business_date,
        till=facts.till,
        location=facts.location,
        customer=facts.customer,
        billing=facts.billing,
        shipping=facts.shipping,
        note=facts.note,
        payment=PaymentStatus.PAID,
    )


def _reduce(line: BasketLine, currency: str) -> Reduced:
    _check(line, currency)
    subtotal = line.unit_price * line.quantity
    return reduce_line(Reduced(line.id, line.kind, subtotal, subtotal), line.discounts)


def _check(line: BasketLine, currency: str) -> None:
    problem = next((words for words, wrong in _problems(line, currency) if wrong), None)
    if problem:
        raise InvalidInput(field=line.title or line.id, reason=problem)


def _problems(line: BasketLine, currency: str) -> tuple[tuple[str, bool], ...]:
    return (
        ("the quantity is not a number or zero", not line.quantity.is_finite() or not line.quantity),
        (f"the price is not in {currency}", line.unit_price.currency != currency),
        ("the price is below zero; a return has a negative quantity", line.unit_price.amount < 0),
        ("a tax rate is below zero", any(each.rate < 0 for each in line.taxes)),
        (
            "a gift card is sold without tax and discount",
            line.kind is LineKind.GIFT_CARD and bool(line.discounts or any(each.rate for each in line.taxes)),
        ),
    )


def _finish(line: BasketLine, reduced: Reduced, included: bool) -> OrderLine:
    taxed = tax_line(reduced.left, line.taxes, included)
    return OrderLine(
        id=line.id,
        kind=line.kind,
        title=line.title,
        sku=line.sku,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        subtotal=reduced.subtotal,
        discount=reduced.discount,
        net=taxed.net,
        tax=taxed.tax,
        gross=taxed.gross,
        taxes=taxed.taxes,
        discounts=reduced.applied,
        listing=line.listing,
        return_of=line.return_of,
    )
