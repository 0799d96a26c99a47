"""Sales as the till makes them, with made-up Shopify listings, and Shopify's arithmetic as it documents it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tillbridge.domain.basket import BasketLine, Discount, Payment, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Customer
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Order, TenderKind

VAT = TaxRate("VAT", Decimal("0.23"))
SOLD_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLACE = "gid://shopify/Location/71002"


def goods(number: int, unit_price: str, quantity: str = "1", **more: Any) -> BasketLine:
    """A listed product line."""
    values: dict[str, Any] = {
        "id": f"line-{number}",
        "kind": LineKind.PRODUCT,
        "title": f"Goods {number}",
        "quantity": Decimal(quantity),
        "unit_price": Money(Decimal(unit_price), more.pop("currency", "EUR")),
        "sku": f"SKU-{number}",
        "taxes": (VAT,),
        "listing": Listing(f"gid://shopify/Product/{number}", f"gid://shopify/ProductVariant/{number}", "", ""),
    }
    return BasketLine(**{**values, **more})


def sold(
    lines: Sequence[BasketLine],
    *,
    discounts: Sequence[Discount] = (),
    payments: Sequence[Payment] | None = None,
    included: bool = True,
    cash_step: str | None = None,
    customer: Customer | None = None,
    note: str = "",
) -> Order:
    """A paid sale; by card unless payments are given."""
    currency = lines[0].unit_price.currency
    step = Money(Decimal(cash_step), currency) if cash_step else None

    def reckon(paid: Sequence[Payment]) -> Any:
        return price(
            lines, currency=currency, prices_include_tax=included, discounts=discounts, payments=paid, cash_step=step
        )

    chosen = list(payments or ())
    left = reckon(chosen).due
    if left:
        chosen.append(Payment(TenderKind.CARD, "card", left))
    facts = SaleFacts(
        id=new_id(), reference="TB0123456789ABCDEFGHJKMNPQ", receipt="T1-000184", sold_at=SOLD_AT,
        business_date=SOLD_AT.date(), till="T1", location="Main", customer=customer, note=note,
    )  # fmt: skip
    return to_order(reckon(chosen), facts)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _amount(bag: Mapping[str, Any]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def reckoned(order: Mapping[str, Any], *, per_line: bool = False) -> Decimal:
    """The total Shopify makes of an ``OrderCreateOrderInput``: given prices and taxes, one code off the goods."""
    worths = [_amount(each["priceSet"]) * each["quantity"] for each in order["lineItems"]]
    taxed = [tax for each in (*order["lineItems"], *order["shippingLines"]) for tax in each["taxLines"]]
    tax = Decimal(0) if order["taxesIncluded"] else sum((_amount(each["priceSet"]) for each in taxed), Decimal(0))
    shipping = sum((_amount(each["priceSet"]) for each in order["shippingLines"]), Decimal(0))
    return sum(worths, Decimal(0)) - _off(order.get("discountCode") or {}, worths, per_line) + tax + shipping


def _off(code: Mapping[str, Any], worths: Sequence[Decimal], per_line: bool) -> Decimal:
    if fixed := code.get("itemFixedDiscountCode"):
        return min(_amount(fixed["amountSet"]), sum(worths, Decimal(0)))
    if percent := code.get("itemPercentageDiscountCode"):
        part = Decimal(str(percent["percentage"])) / 100
        return sum((cents(each * part) for each in worths), Decimal(0)) if per_line else cents(sum(worths) * part)
    return Decimal(0)


def received(order: Mapping[str, Any]) -> Decimal:
    """What the transactions add up to."""
    return sum((_amount(each["amountSet"]) for each in order["transactions"]), Decimal(0))
