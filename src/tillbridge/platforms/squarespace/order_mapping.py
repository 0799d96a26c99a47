"""Squarespace orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money, share, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import (
    AppliedDiscount,
    LineKind,
    Order,
    OrderLine,
    Origin,
    PaymentStatus,
    PlacedOrder,
    TaxLine,
    Tender,
    TenderKind,
    Totals,
)
from tillbridge.domain.references import is_reference
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.reading import parse
from tillbridge.platforms.squarespace import marks, wire

_ZERO = Decimal(0)
_RATE = Decimal("0.0001")
_INCLUDED = {"INCLUSIVE": True, "EXCLUSIVE": False}
_CANCELED = "CANCELED"
_GOODS = ("PHYSICAL_PRODUCT", "SERVICE", "DIGITAL")
_PAYMENT = {
    "NOT_CHARGED": PaymentStatus.PENDING,
    "AUTHORIZED": PaymentStatus.PENDING,
    "PENDING": PaymentStatus.PENDING,
    "FAILED": PaymentStatus.PENDING,
    "PARTIALLY_PAID": PaymentStatus.PARTLY_PAID,
    "PAID": PaymentStatus.PAID,
    "REFUND_PENDING": PaymentStatus.PAID,
    "REFUND_FAILED": PaymentStatus.PAID,
    "REFUNDED": PaymentStatus.REFUNDED,
}
ALL_STATES = ",".join(_PAYMENT)
"""Half of the states are hidden from a list unless they are asked for."""
_SETTLED = (PaymentStatus.PAID, PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED)


def map_to_unified_orders(payload: Iterable[Any], zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of a ``GET /1.0/commerce/orders`` answer; ``zone`` dates them. Raises Drift with the path."""
    return tuple(map_order(each, f"$[{at}]", zone) for at, each in enumerate(payload))


def map_order(raw: Any, path: str, zone: str) -> Order:
    """One order. One that carries a till's reference is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    _check_currency(node, path)
    included = _is_included(node, path)
    reference = reference_of(node)
    lines = _lines(node, included)
    currency = node.grand_total.currency
    return Order(
        id=uuid5(NAMESPACE_URL, f"squarespace:order:{node.id}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt="",
        currency=currency,
        prices_include_tax=included,
        lines=lines,
        discounts=_discounts(node),
        tenders=_tenders(node),
        totals=_totals(lines, node),
        sold_at=node.created_on,
        business_date=node.created_on.astimezone(ZoneInfo(zone)).date(),
        till="",
        location="",
        customer=_customer(node),
        billing=_address(node.billing_address),
        shipping=_address(node.shipping_address),
        external_id=node.id,
        number=node.order_number,
        payment=payment_of(node),
        updated_at=node.modified_on,
    )


def reference_of(node: wire.Order) -> str:
    """Our reference, if the order carries one."""
    return node.external_order_reference if is_reference(node.external_order_reference) else ""


def is_test(raw: Any) -> bool:
    """Whether an order was made in the shop's test mode, with no money behind it."""
    return isinstance(raw, dict) and raw.get("testmode") is True


def _is_included(node: wire.Order, path: str) -> bool:
    if node.price_tax_interpretation not in _INCLUDED:
        raise Drift(
            path=f"{path}.priceTaxInterpretation",
            expected="INCLUSIVE or EXCLUSIVE",
            found=node.price_tax_interpretation,
        )
    return _INCLUDED[node.price_tax_interpretation]


def _check_currency(node: wire.Order, path: str) -> None:
    """Raises Drift for an amount in another currency than the total's, which nothing here could reckon with it."""
    amounts = [
        *((f"lineItems[{at}].unitPricePaid", each.unit_price_paid) for at, each in enumerate(node.line_items)),
        *((f"discountLines[{at}].amount", each.amount) for at, each in enumerate(node.discount_lines)),
        *((f"shippingLines[{at}].amount", each.amount) for at, each in enumerate(node.shipping_lines)),
        ("discountTotal", node.discount_total),
        ("taxTotal", node.tax_total),
        ("refundedTotal", node.refunded_total),
    ]
    wanted = node.grand_total.currency
    for name, amount in amounts:
        if amount is not None and amount.currency != wanted:
            raise Drift(path=f"{path}.{name}.currency", expected=wanted, found=amount.currency)


def payment_of(node: wire.Order) -> PaymentStatus:
    """By the money given back first: a refund in part leaves the state as it was."""
    if node.fulfillment_status == _CANCELED:
        return PaymentStatus.CANCELLED
    state = _PAYMENT.get(node.payment_state, PaymentStatus.UNKNOWN)
    back = _value(node.refunded_total)
    if state is PaymentStatus.PAID and back > 0:
        return PaymentStatus.REFUNDED if back >= node.grand_total.value else PaymentStatus.PARTLY_REFUNDED
    return state


def _value(amount: wire.Amount | None) -> Decimal:
    return amount.value if amount else _ZERO


def _lines(node: wire.Order, included: bool) -> tuple[OrderLine, ...]:
    """Goods and shipping with their share of discount and tax, and one line for a rest, so that they add up."""
    currency = node.grand_total.currency
    before = [Money(row.unit_price_paid.value * row.quantity, currency) for row in node.line_items]
    sent = [Money(each.amount.value, currency) for each in node.shipping_lines]
    off = [*_shared(Money(_value(node.discount_total), currency), before), *(Money.zero(currency) for _ in sent)]
    after = [each - less for each, less in zip([*before, *sent], off, strict=True)]
    taxes = _shared(Money(_value(node.tax_total), currency), after)
    rows: list[wire.LineItem | wire.ShippingLine] = [*node.line_items, *node.shipping_lines]
    lines = [
        _line(_about(row, at), price, less, tax, included)
        for at, (row, price, less, tax) in enumerate(zip(rows, [*before, *sent], off, taxes, strict=True), 1)
    ]
    rest = Money(node.grand_total.value, currency) - total([each.gross for each in lines], currency)
    if rest:
        title = "Rounding" if abs(rest.minor) <= len(lines) else "Other"
        about = _About("rest", LineKind.FREE_TEXT, title, Decimal(1 if rest.amount > 0 else -1))
        lines.append(_line(about, rest, Money.zero(currency), Money.zero(currency), included))
    return tuple(lines)


def _shared(amount: Money, over: Sequence[Money]) -> tuple[Money, ...]:
    """In proportion to the lines; evenly where none is worth anything."""
    weights = [max(0, each.minor) for each in over]
    if not any(weights):
        return tuple(Money.zero(amount.currency) for _ in over)
    return share(amount, weights)


class _About:
    """What a line is, apart from its money."""

    __slots__ = ("id", "kind", "listing", "quantity", "sku", "title")

    def __init__(
        self, line_id: str, kind: LineKind, title: str, quantity: Decimal, sku: str = "", listing: Listing | None = None
    ) -> None:
        self.id, self.kind, self.title, self.quantity = line_id, kind, title, quantity
        self.sku, self.listing = sku, listing


def _about(row: wire.LineItem | wire.ShippingLine, at: int) -> _About:
    if isinstance(row, wire.ShippingLine):
        return _About(f"shipping-{at}", LineKind.SHIPPING, row.method or "Shipping", Decimal(1))
    known = bool(row.variant_id)
    if known and "sku" not in row.model_fields_set:
        raise Drift(path="$.lineItems.sku", expected="the SKU of the variant it names", found="nothing")
    kind = LineKind.GIFT_CARD if row.line_item_type == "GIFT_CARD" else LineKind.FREE_TEXT
    if known and row.line_item_type in _GOODS:
        kind = LineKind.PRODUCT
    listing = Listing(row.product_id, row.variant_id, row.variant_id, row.sku) if known else None
    return _About(row.id, kind, row.product_name, row.quantity, row.sku, listing)


def _line(about: _About, before: Money, off: Money, tax: Money, included: bool) -> OrderLine:
    after = before - off
    net, gross = (after - tax, after) if included else (after, after + tax)
    rate = (tax.amount / net.amount).quantize(_RATE, rounding=ROUND_HALF_UP) if net.amount and tax else _ZERO
    return OrderLine(
        id=about.id,
        kind=about.kind,
        title=about.title,
        sku=about.sku,
        quantity=about.quantity,
        unit="piece",
        unit_price=Money(before.amount / (about.quantity or 1), before.currency),
        subtotal=before,
        discount=off,
        net=net,
        tax=tax,
        gross=gross,
        taxes=(TaxLine("Tax", rate, tax, included),) if tax else (),
        listing=about.listing,
        external_id=about.id,
    )


def _totals(lines: Sequence[OrderLine], node: wire.Order) -> Totals:
    currency = node.grand_total.currency
    return sum_lines(lines, currency, Money.zero(currency))


def _discounts(node: wire.Order) -> tuple[AppliedDiscount, ...]:
    """Squarespace tells amounts, not the rule behind them."""
    return tuple(
        AppliedDiscount(
            each.name or each.promo_code or "Discount",
            DiscountType.FIXED,
            each.amount.value,
            Money(each.amount.value, each.amount.currency),
            each.promo_code,
        )
        for each in node.discount_lines
    )


def _tenders(node: wire.Order) -> tuple[Tender, ...]:
    if payment_of(node) not in _SETTLED:
        return ()
    paid = Money(node.grand_total.value, node.grand_total.currency)
    return (Tender(TenderKind.OTHER, node.channel_name or "Online payment", paid, Money.zero(paid.currency)),)


def _customer(node: wire.Order) -> Customer | None:
    if not node.customer_email:
        return None
    named = node.billing_address or node.shipping_address or wire.OrderAddress()
    return Customer(
        email=node.customer_email,
        first_name=named.first_name,
        last_name=named.last_name,
        phone=named.phone,
        external_id=node.customer_id,
    )


def _address(node: wire.OrderAddress | None) -> Address | None:
    if node is None:
        return None
    return Address(
        first_name=node.first_name,
        last_name=node.last_name,
        line1=node.address1,
        line2=node.address2,
        city=node.city,
        region=node.state,
        postcode=node.postal_code,
        country=node.country_code,
        phone=node.phone,
    )


def map_placed(raw: Any, path: str = "$") -> PlacedOrder:
    """What a fresh read of an order shows. Raises Drift with the path."""
    node = parse(wire.Order, raw, path)
    _check_currency(node, path)
    currency = node.grand_total.currency
    return PlacedOrder(
        platform_order_id=node.id,
        number=node.order_number,
        total=Money(node.grand_total.value, currency),
        tax=Money(_value(node.tax_total), currency),
        discount=Money(_value(node.discount_total), currency),
        paid=_PAYMENT.get(node.payment_state) in _SETTLED,
        stock=_stock(node),
        cancelled=node.fulfillment_status == _CANCELED,
        refunded=Money(_value(node.refunded_total), currency),
        # nothing shows that a code on an imported order is counted
        code_counted=False if any(each.promo_code for each in node.discount_lines) else None,
    )


def _stock(node: wire.Order) -> StockEffect:
    """An order does not say what it did to stock; its channel does, as far as it is ours."""
    if node.channel_name == marks.CHANNEL_STOCK_LEFT or not any(row.variant_id for row in node.line_items):
        return StockEffect.NOT_LOWERED
    return StockEffect.LOWERED if node.channel_name == marks.CHANNEL else StockEffect.UNKNOWN
