"""WooCommerce orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
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
    PlacedRefund,
    TaxLine,
    Tender,
    TenderKind,
)
from tillbridge.domain.references import is_reference
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.reading import parse, utc
from tillbridge.platforms.woocommerce import marks, wire

_PAYMENT = {
    "pending": PaymentStatus.PENDING,
    "on-hold": PaymentStatus.PENDING,
    "failed": PaymentStatus.PENDING,
    "checkout-draft": PaymentStatus.PENDING,
    "processing": PaymentStatus.PAID,
    "completed": PaymentStatus.PAID,
    "cancelled": PaymentStatus.CANCELLED,
    "refunded": PaymentStatus.REFUNDED,
    "trash": PaymentStatus.CANCELLED,
}
DISCOUNT_TYPES = {
    "percent": DiscountType.PERCENTAGE,
    "fixed_cart": DiscountType.FIXED,
    "fixed_product": DiscountType.FIXED,
}
_REDUCED = "_reduced_stock"


def map_to_unified_orders(payload: Iterable[Any], zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of a ``GET /orders`` answer; ``zone`` dates them. Raises Drift with the path."""
    return tuple(map_order(each, f"$[{at}]", zone) for at, each in enumerate(payload))


def map_order(raw: Any, path: str, zone: str) -> Order:
    """One order. One that carries a till's reference is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    reference = reference_of(node)
    lines = _lines(node)
    created = utc(node.date_created_gmt)
    zero = Money.zero(node.currency)
    return Order(
        id=uuid5(NAMESPACE_URL, f"woocommerce:order:{node.id}:{created.isoformat()}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt=marks.read(node.meta_data, marks.RECEIPT),
        currency=node.currency,
        prices_include_tax=node.prices_include_tax,
        lines=lines,
        discounts=_coupons(node),
        tenders=_tenders(node),
        totals=sum_lines(lines, node.currency, zero),
        sold_at=created,
        business_date=created.astimezone(ZoneInfo(zone)).date(),
        till=marks.read(node.meta_data, marks.TILL),
        location=marks.read(node.meta_data, marks.LOCATION),
        customer=_customer(node),
        billing=address_of(node.billing),
        shipping=address_of(node.shipping),
        note=html.unescape(node.customer_note),
        external_id=str(node.id),
        number=node.number,
        payment=_payment(node),
        updated_at=utc(node.date_modified_gmt),
    )


def reference_of(node: wire.Order) -> str:
    """Our reference, if the order carries one; from its meta data, else from the transaction id."""
    for found in (marks.read(node.meta_data, marks.REFERENCE), node.transaction_id):
        if is_reference(found):
            return found
    return ""


def _refunded(node: wire.Order) -> Money:
    return total([Money(abs(each.total or Decimal(0)), node.currency) for each in node.refunds], node.currency)


def _payment(node: wire.Order) -> PaymentStatus:
    known = _PAYMENT.get(node.status, PaymentStatus.UNKNOWN)
    if known is PaymentStatus.PENDING and node.date_paid_gmt is not None:
        known = PaymentStatus.PAID
    if known is PaymentStatus.PAID and _refunded(node):
        return PaymentStatus.PARTLY_REFUNDED
    return known


def _lines(node: wire.Order) -> tuple[OrderLine, ...]:
    """Goods, fees and shipping, and one line for what rounding left over, so that lines add up to the total."""
    percents = {each.rate_id: each for each in node.tax_lines}
    lines = [_goods(each, node, percents) for each in node.line_items]
    lines += [_extra(each, LineKind.FREE_TEXT, node, percents) for each in node.fee_lines]
    shipping = [each for each in node.shipping_lines if each.total or each.total_tax]
    lines += [_extra(each, LineKind.SHIPPING, node, percents) for each in shipping]
    rest = Money(node.total, node.currency) - total([each.gross for each in lines], node.currency)
    return (*lines, _plain_line("rest", "Rounding", rest)) if rest else tuple(lines)


def _plain_line(line_id: str, title: str, amount: Money) -> OrderLine:
    zero = Money.zero(amount.currency)
    return OrderLine(
        id=line_id,
        kind=LineKind.FREE_TEXT,
        title=title,
        sku="",
        quantity=Decimal(1) if amount >= zero else Decimal(-1),
        unit="piece",
        unit_price=abs(amount),
        subtotal=amount,
        discount=zero,
        net=amount,
        tax=zero,
        gross=amount,
        taxes=(),
    )


def _goods(row: wire.OrderItem, node: wire.Order, percents: dict[int, wire.TaxRow]) -> OrderLine:
    net, tax = Money(row.total, node.currency), Money(row.total_tax, node.currency)
    before = Money(row.subtotal, node.currency)
    if node.prices_include_tax:
        before += Money(row.subtotal_tax, node.currency)
    after = net + tax if node.prices_include_tax else net
    variant = str(row.variation_id or row.product_id)
    known = bool(row.product_id)
    return OrderLine(
        id=marks.read(row.meta_data, marks.LINE) or str(row.id),
        kind=LineKind.PRODUCT if known else LineKind.FREE_TEXT,
        title=html.unescape(row.name),
        sku=row.sku,
        quantity=row.quantity,
        unit="piece",
        unit_price=Money(before.amount / (row.quantity or 1), node.currency),
        subtotal=before,
        discount=before - after,
        net=net,
        tax=tax,
        gross=net + tax,
        taxes=_taxes(row.taxes, tax, node.prices_include_tax, percents),
        listing=Listing(str(row.product_id), variant, "", row.sku) if known else None,
        external_id=str(row.id),
    )


def _extra(row: wire.ExtraLine, kind: LineKind, node: wire.Order, percents: dict[int, wire.TaxRow]) -> OrderLine:
    net, tax = Money(row.total, node.currency), Money(row.total_tax, node.currency)
    after = net + tax if node.prices_include_tax else net
    negative = after.amount < 0
    return OrderLine(
        id=marks.read(row.meta_data, marks.LINE) or str(row.id),
        kind=kind,
        title=html.unescape(row.name or row.method_title),
        sku="",
        quantity=Decimal(-1) if negative else Decimal(1),
        unit="piece",
        unit_price=abs(after),
        subtotal=after,
        discount=Money.zero(node.currency),
        net=net,
        tax=tax,
        gross=net + tax,
        taxes=_taxes(row.taxes, tax, node.prices_include_tax, percents),
        external_id=str(row.id),
    )


def _taxes(
    rows: Sequence[wire.LineTax], tax: Money, included: bool, percents: dict[int, wire.TaxRow]
) -> tuple[TaxLine, ...]:
    """The line's tax by rate. Amounts are shared anew, since the shop's parts may not add up to its own line tax."""
    told = [each for each in rows if each.id in percents]
    if not told:
        return (TaxLine("Tax", Decimal(0), tax, included),) if tax else ()
    weights = [abs(int((each.total or Decimal(0)).scaleb(6))) for each in told]
    parts = share(tax, weights if any(weights) else [1] * len(told))
    found = [percents[each.id] for each in told]
    return tuple(
        TaxLine(html.unescape(row.label), (row.rate_percent or Decimal(0)) / 100, part, included)
        for row, part in zip(found, parts, strict=True)
    )


def _coupons(node: wire.Order) -> tuple[AppliedDiscount, ...]:
    found = []
    for each in node.coupon_lines:
        amount = (each.discount or Decimal(0)) + (each.discount_tax or Decimal(0) if node.prices_include_tax else 0)
        kind = DISCOUNT_TYPES.get(each.discount_type, DiscountType.FIXED)
        value = each.nominal_amount if each.nominal_amount is not None else amount
        found.append(AppliedDiscount(each.code, kind, value, Money(amount, node.currency), each.code))
    return tuple(found)


def _tenders(node: wire.Order) -> tuple[Tender, ...]:
    if _payment(node) in (PaymentStatus.PENDING, PaymentStatus.UNKNOWN, PaymentStatus.CANCELLED):
        return ()
    title = html.unescape(node.payment_method_title) or "Online payment"
    zero = Money.zero(node.currency)
    return (Tender(TenderKind.OTHER, title, Money(node.total, node.currency), zero),)


def _customer(node: wire.Order) -> Customer | None:
    email = node.billing.email
    if not email and not node.customer_id:
        return None
    return Customer(
        email=email,
        first_name=html.unescape(node.billing.first_name),
        last_name=html.unescape(node.billing.last_name),
        phone=node.billing.phone,
        external_id=str(node.customer_id) if node.customer_id else "",
    )


def address_of(node: wire.Place) -> Address | None:
    """An address, or None when nothing of it is filled in."""
    found = Address(
        first_name=html.unescape(node.first_name),
        last_name=html.unescape(node.last_name),
        company=html.unescape(node.company),
        line1=html.unescape(node.address_1),
        line2=html.unescape(node.address_2),
        city=html.unescape(node.city),
        region=node.state,
        postcode=node.postcode,
        country=node.country,
        phone=node.phone,
    )
    return None if found == Address() else found


def map_placed(raw: Any, path: str = "$") -> PlacedOrder:
    """What a fresh read of an order shows. Amounts in the order's currency. Raises Drift with the path."""
    node = parse(wire.Order, raw, path)
    discount = (node.discount_total or Decimal(0)) + (
        (node.discount_tax or Decimal(0)) if node.prices_include_tax else Decimal(0)
    )
    sold_codes = marks.read(node.meta_data, marks.CODES)
    counted = {each.code.lower() for each in node.coupon_lines}
    codes = {each.lower() for each in sold_codes.split(", ") if each}
    return PlacedOrder(
        platform_order_id=str(node.id),
        number=node.number,
        total=Money(node.total, node.currency),
        tax=Money(node.total_tax, node.currency),
        discount=Money(discount, node.currency),
        paid=node.date_paid_gmt is not None and node.status not in ("pending", "failed", "checkout-draft"),
        stock=_stock(node),
        cancelled=node.status in ("cancelled", "trash"),
        refunded=_refunded(node),
        code_counted=codes <= counted if codes else None,
    )


def _stock(node: wire.Order) -> StockEffect:
    """Lowered when the shop marked the lines it keeps stock for; goods without kept stock have no mark.

    Open when other goods of the shop went as a fee beside them.
    """
    if not any(marks.read(each.meta_data, _REDUCED) not in ("", "0") for each in node.line_items):
        return StockEffect.NOT_LOWERED
    uncounted = any(marks.read(each.meta_data, marks.UNCOUNTED) for each in node.fee_lines)
    return StockEffect.UNKNOWN if uncounted else StockEffect.LOWERED


def map_refund(rows: Iterable[Any], reference: str, currency: str, path: str = "$") -> PlacedRefund | None:
    """The refund that carries a reference, out of an order's refunds."""
    for at, each in enumerate(rows):
        node = parse(wire.Refund, each, f"{path}[{at}]")
        if marks.read(node.meta_data, marks.REFERENCE) == reference:
            return PlacedRefund(str(node.id), Money(abs(node.amount or Decimal(0)), currency))
    return None
