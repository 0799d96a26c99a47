"""Sylius orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
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
)
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import marks, wire
from tillbridge.platforms.sylius.wire import last_part

_PAYMENT = {
    "cart": PaymentStatus.PENDING,
    "awaiting_payment": PaymentStatus.PENDING,
    "authorized": PaymentStatus.PENDING,
    "partially_authorized": PaymentStatus.PENDING,
    "partially_paid": PaymentStatus.PARTLY_PAID,
    "paid": PaymentStatus.PAID,
    "cancelled": PaymentStatus.CANCELLED,
    "partially_refunded": PaymentStatus.PARTLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
}
_MONEY_CAME = ("paid", "partially_refunded", "refunded")
_RATE = Decimal("0.000001")
_UNPAID = (PaymentStatus.PENDING, PaymentStatus.UNKNOWN, PaymentStatus.CANCELLED)


def map_to_unified_orders(payload: Iterable[Any], zone: str = "UTC", shop_zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of a list's members; ``zone`` dates them, ``shop_zone`` is the one its dates are in. Raises Drift."""
    return tuple(map_order(each, f"$[{at}]", zone, shop_zone) for at, each in enumerate(payload))


def map_order(raw: Any, path: str, zone: str, shop_zone: str) -> Order:
    """One order. One that carries a till's reference in its notes is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    placed_at = _placed_at(node, path, shop_zone)
    reference = marks.reference_of(node.notes)
    till, receipt = marks.till_of(node.notes) if reference else ("", "")
    lines = _lines(node)
    return Order(
        id=uuid5(NAMESPACE_URL, f"sylius:order:{node.tokenValue}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt=receipt,
        currency=node.currencyCode,
        prices_include_tax=_included(node),
        lines=lines,
        discounts=_discounts(node),
        tenders=_tenders(node),
        totals=sum_lines(lines, node.currencyCode, Money.zero(node.currencyCode)),
        sold_at=placed_at,
        business_date=placed_at.astimezone(ZoneInfo(zone)).date(),
        till=till,
        location="",
        customer=_customer(node),
        billing=address_of(node.billingAddress),
        shipping=address_of(node.shippingAddress),
        note="" if reference else node.notes,
        external_id=node.tokenValue,
        number=node.number,
        payment=_payment(node),
        updated_at=placed_at,
    )


def _placed_at(node: wire.Order, path: str, shop_zone: str) -> datetime:
    found = wire.utc(node.checkoutCompletedAt, shop_zone)
    if found is None:
        raise Drift(path=f"{path}.checkoutCompletedAt", expected="the time it was placed", found="nothing")
    return found.astimezone(UTC)


def _included(node: wire.Order) -> bool:
    return not node.taxExcludedTotal


def _payment(node: wire.Order) -> PaymentStatus:
    known = _PAYMENT.get(node.paymentState, PaymentStatus.UNKNOWN)
    return PaymentStatus.CANCELLED if node.state == "cancelled" and known is not PaymentStatus.REFUNDED else known


def _lines(node: wire.Order) -> tuple[OrderLine, ...]:
    """Goods and shipping, and one line for what is left over, so that lines add up to the total.

    Sylius tells the tax of the whole order only; it is shared over the lines by what they cost.
    """
    currency = node.currencyCode
    goods_tax = Money.of_minor(node.taxTotal - node.shippingTaxTotal, currency)
    weights = [abs(each.total) for each in node.items]
    parts: Sequence[Money] = share(goods_tax, weights) if any(weights) else [Money.zero(currency)] * len(weights)
    lines = [_goods(each, part, node) for each, part in zip(node.items, parts, strict=True)]
    if node.shippingTotal:
        tax = Money.of_minor(node.shippingTaxTotal, currency)
        lines.append(_extra("shipping", LineKind.SHIPPING, "Shipping", node.shippingTotal, tax, node))
    rest = Money.of_minor(node.total, currency) - total([each.gross for each in lines], currency)
    if rest:
        lines.append(_extra("rest", LineKind.FREE_TEXT, "Rest", rest.minor, Money.zero(currency), node))
    return tuple(lines)


def _goods(row: wire.Item, tax: Money, node: wire.Order) -> OrderLine:
    unit_price = Money.of_minor(row.unitPrice, node.currencyCode)
    subtotal, gross = unit_price * row.quantity, Money.of_minor(row.total, node.currencyCode)
    code = last_part(row.variant)
    priced = gross if _included(node) else gross - tax
    return OrderLine(
        id=str(row.id),
        kind=LineKind.PRODUCT,
        title=f"{row.productName} {row.variantName}".strip() or code,
        sku=code,
        quantity=Decimal(row.quantity),
        unit="piece",
        unit_price=unit_price,
        subtotal=subtotal,
        discount=subtotal - priced,
        net=gross - tax,
        tax=tax,
        gross=gross,
        taxes=_taxes(gross - tax, tax, node),
        # an order line names no product, and a variant's code is unique in the shop
        listing=Listing("", code, code, code),
        external_id=str(row.id),
    )


def _extra(line_id: str, kind: LineKind, title: str, minor: int, tax: Money, node: wire.Order) -> OrderLine:
    gross = Money.of_minor(minor, node.currencyCode)
    priced = gross if _included(node) else gross - tax
    return OrderLine(
        id=line_id,
        kind=kind,
        title=title,
        sku="",
        quantity=Decimal(1) if minor >= 0 else Decimal(-1),
        unit="piece",
        unit_price=abs(priced),
        subtotal=priced,
        discount=Money.zero(node.currencyCode),
        net=gross - tax,
        tax=tax,
        gross=gross,
        taxes=_taxes(gross - tax, tax, node),
        external_id=line_id,
    )


def _taxes(net: Money, tax: Money, node: wire.Order) -> tuple[TaxLine, ...]:
    """One line at the rate it comes to: the order does not tell the rates themselves."""
    rate = (tax.amount / net.amount).quantize(_RATE) if net else Decimal(0)
    return (TaxLine("Tax", rate, tax, _included(node)),) if tax else ()


def _discounts(node: wire.Order) -> tuple[AppliedDiscount, ...]:
    off = Money.of_minor(-node.orderPromotionTotal, node.currencyCode)
    code, _ = marks.code_of(node.notes) if marks.reference_of(node.notes) else ("", False)
    return (AppliedDiscount(code or "Promotion", DiscountType.FIXED, off.amount, off, code),) if off else ()


def _tenders(node: wire.Order) -> tuple[Tender, ...]:
    if _payment(node) in _UNPAID or not node.total:
        return ()
    title = last_part(node.payments[0].method) if node.payments else "Online payment"
    zero = Money.zero(node.currencyCode)
    return (Tender(TenderKind.OTHER, title, Money.of_minor(node.total, node.currencyCode), zero),)


def _customer(node: wire.Order) -> Customer | None:
    """By id; its e-mail is with the customer, not with the order."""
    if not node.customer:
        return None
    place = node.billingAddress or wire.Place()
    return Customer(
        email="",
        first_name=place.firstName,
        last_name=place.lastName,
        phone=place.phoneNumber,
        external_id=last_part(node.customer),
    )


def address_of(node: wire.Place | None) -> Address | None:
    """An address, or None when nothing of it is filled in."""
    if node is None:
        return None
    found = Address(
        first_name=node.firstName,
        last_name=node.lastName,
        company=node.company,
        line1=node.street,
        city=node.city,
        region=node.provinceName,
        postcode=node.postcode,
        country=node.countryCode,
        phone=node.phoneNumber,
    )
    return None if found == Address() else found


def map_placed(raw: Any, path: str = "$") -> PlacedOrder:
    """What a fresh read of an order shows. Amounts in the order's currency. Raises Drift with the path."""
    node = parse(wire.Order, raw, path)
    code, counted = marks.code_of(node.notes)
    whole = Money.of_minor(node.total, node.currencyCode)
    paid = node.paymentState in _MONEY_CAME
    back = whole if node.paymentState == "refunded" else Money.zero(node.currencyCode)
    return PlacedOrder(
        platform_order_id=node.tokenValue,
        number=node.number,
        total=whole,
        tax=Money.of_minor(node.taxTotal, node.currencyCode),
        discount=Money.of_minor(-node.orderPromotionTotal, node.currencyCode),
        paid=paid,
        # until it is paid an order only holds its goods; cancelling gives them back
        stock=StockEffect.LOWERED if paid and node.state != "cancelled" else StockEffect.NOT_LOWERED,
        cancelled=node.state == "cancelled",
        refunded=back,
        code_counted=counted if code else None,
    )
