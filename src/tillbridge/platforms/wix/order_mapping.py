"""Wix orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.money import Money, total
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
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import marks, wire, wire_orders
from tillbridge.platforms.wix.spec import STORES_APP

CANCELED, NOT_FULFILLED = "CANCELED", "NOT_FULFILLED"
_PAYMENT = {
    "NOT_PAID": PaymentStatus.PENDING,
    "PENDING": PaymentStatus.PENDING,
    "PENDING_MERCHANT": PaymentStatus.PENDING,
    "DECLINED": PaymentStatus.PENDING,
    "PARTIALLY_PAID": PaymentStatus.PARTLY_PAID,
    "PAID": PaymentStatus.PAID,
    "PARTIALLY_REFUNDED": PaymentStatus.PARTLY_REFUNDED,
    "FULLY_REFUNDED": PaymentStatus.REFUNDED,
    "CANCELED": PaymentStatus.CANCELLED,
}
_PAID = (PaymentStatus.PAID, PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED)
_FAILED = "FAILED"


def map_to_unified_orders(payload: Iterable[Any], zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of an ``orders/search`` answer; ``zone`` dates them. Raises Drift with the path."""
    return tuple(map_order(each, f"$[{at}]", zone) for at, each in enumerate(payload))


def map_order(raw: Any, path: str, zone: str) -> Order:
    """One order. One that carries a till's reference is its echo and has origin POS."""
    node = parse(wire_orders.Order, raw, path)
    reference = node.channelInfo.externalOrderId if is_reference(node.channelInfo.externalOrderId) else ""
    lines = _lines(node)
    sold_at = node.purchasedDate or node.createdDate
    return Order(
        id=uuid5(NAMESPACE_URL, f"wix:order:{node.id}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt=marks.read(node.customFields, marks.RECEIPT),
        currency=node.currency,
        prices_include_tax=node.taxIncludedInPrices,
        lines=lines,
        discounts=_discounts(node),
        tenders=_tenders(node),
        totals=sum_lines(lines, node.currency, Money.zero(node.currency)),
        sold_at=sold_at,
        business_date=sold_at.astimezone(ZoneInfo(zone)).date(),
        till=marks.read(node.customFields, marks.TILL),
        location=marks.read(node.customFields, marks.LOCATION),
        customer=_customer(node),
        billing=_address(node.billingInfo),
        shipping=_address(node.recipientInfo),
        note=node.buyerNote,
        external_id=node.id,
        number=node.number,
        payment=payment_of(node),
        updated_at=node.updatedDate,
    )


def payment_of(node: wire_orders.Order) -> PaymentStatus:
    """How far an order is paid. One without anything to pay is, once it is approved."""
    if node.status == CANCELED:
        return PaymentStatus.CANCELLED
    if not node.priceSummary.total.amount and node.status == "APPROVED":
        return PaymentStatus.PAID
    return _PAYMENT.get(node.paymentStatus, PaymentStatus.UNKNOWN)


def is_paid(node: wire_orders.Order) -> bool:
    """Whether nothing is left to pay, whatever was given back since."""
    if not node.priceSummary.total.amount:
        return node.status in ("APPROVED", CANCELED)
    return _PAYMENT.get(node.paymentStatus) in _PAID


def _money(value: wire.Amount | None, currency: str) -> Money:
    return Money.zero(currency) if value is None else Money(value.amount, currency)


def _lines(node: wire_orders.Order) -> tuple[OrderLine, ...]:
    """Goods, shipping, and one line for what else is in the total, so that lines add up to it."""
    lines = [_goods(each, node) for each in node.lineItems]
    if (shipping := _shipping(node)) is not None:
        lines.append(shipping)
    rest = Money(node.priceSummary.total.amount, node.currency) - total([each.gross for each in lines], node.currency)
    if rest:
        lines.append(_plain("rest", LineKind.FREE_TEXT, "Fees and rounding", rest, Money.zero(node.currency), node))
    return tuple(lines)


def _goods(row: wire_orders.OrderLine, node: wire_orders.Order) -> OrderLine:
    tax = _money(row.taxInfo.taxAmount, node.currency)
    gross = _gross(row, tax, node)
    discount = _money(row.totalDiscount, node.currency)
    subtotal = (gross if node.taxIncludedInPrices else gross - tax) + discount
    before = row.priceBeforeDiscounts
    listing = _listing(row)
    gift_card = row.itemType.preset == "GIFT_CARD"
    kind = LineKind.GIFT_CARD if gift_card else LineKind.PRODUCT if listing is not None else LineKind.FREE_TEXT
    return OrderLine(
        id=row.id,
        kind=kind,
        title=row.productName.original,
        sku=row.physicalProperties.sku,
        quantity=row.quantity,
        unit="piece",
        unit_price=Money(before.amount if before is not None else subtotal.amount / (row.quantity or 1), node.currency),
        subtotal=subtotal,
        discount=discount,
        net=gross - tax,
        tax=tax,
        gross=gross,
        taxes=_taxes(row.taxInfo, tax, node),
        listing=listing,
        external_id=row.id,
    )


def _gross(row: wire_orders.OrderLine, tax: Money, node: wire_orders.Order) -> Money:
    """What the line came to; without its total, from the displayed price."""
    if row.totalPriceAfterTax is not None:
        return Money(row.totalPriceAfterTax.amount, node.currency)
    if row.totalPriceBeforeTax is not None:
        return Money(row.totalPriceBeforeTax.amount, node.currency) + tax
    shown = _money(row.price, node.currency) * row.quantity
    return shown if node.taxIncludedInPrices else shown + tax


def _listing(row: wire_orders.OrderLine) -> Listing | None:
    """Where the goods are listed; goods of other Wix apps, such as bookings, are none of ours."""
    found = row.catalogReference
    if found is None or found.appId.lower() != STORES_APP or not found.catalogItemId:
        return None
    variant = found.options.variantId if found.options is not None else ""
    stock = f"{found.catalogItemId}/{variant}" if variant else ""
    return Listing(found.catalogItemId, variant, stock, row.physicalProperties.sku)


def _taxes(info: wire_orders.LineTax, tax: Money, node: wire_orders.Order) -> tuple[TaxLine, ...]:
    rate = info.taxRate or Decimal(0)
    return (TaxLine("Tax", rate, tax, node.taxIncludedInPrices),) if tax or rate else ()


def _shipping(node: wire_orders.Order) -> OrderLine | None:
    if node.shippingInfo is None:
        return None
    cost = node.shippingInfo.cost
    tax = _money(cost.taxInfo.taxAmount, node.currency)
    gross = _money(cost.totalPriceAfterTax, node.currency)
    if cost.totalPriceAfterTax is None:
        gross = _money(cost.price, node.currency) + (Money.zero(node.currency) if node.taxIncludedInPrices else tax)
    if not gross:
        return None
    return _plain("shipping", LineKind.SHIPPING, node.shippingInfo.title or "Shipping", gross, tax, node)


def _plain(line_id: str, kind: LineKind, title: str, gross: Money, tax: Money, node: wire_orders.Order) -> OrderLine:
    zero = Money.zero(gross.currency)
    subtotal = gross if node.taxIncludedInPrices else gross - tax
    return OrderLine(
        id=line_id,
        kind=kind,
        title=title,
        sku="",
        quantity=Decimal(1) if gross >= zero else Decimal(-1),
        unit="piece",
        unit_price=abs(subtotal),
        subtotal=subtotal,
        discount=zero,
        net=gross - tax,
        tax=tax,
        gross=gross,
        taxes=(TaxLine("Tax", Decimal(0), tax, node.taxIncludedInPrices),) if tax else (),
    )


def _discounts(node: wire_orders.Order) -> tuple[AppliedDiscount, ...]:
    found = []
    for each in node.appliedDiscounts:
        worth = each.coupon or each.merchantDiscount or each.discountRule
        if worth is None:
            continue
        amount = _money(worth.amount, node.currency)
        code = each.coupon.code if each.coupon is not None else ""
        said = each.merchantDiscount.description if each.merchantDiscount is not None else ""
        title = (each.coupon.name if each.coupon is not None else "") or said or code or "Discount"
        found.append(AppliedDiscount(title, DiscountType.FIXED, amount.amount, amount, code))
    return tuple(found)


def _tenders(node: wire_orders.Order) -> tuple[Tender, ...]:
    if payment_of(node) not in _PAID:
        return ()
    amount = Money(node.priceSummary.total.amount, node.currency)
    title = marks.read(node.customFields, marks.PAID_WITH) or "Online payment"
    return (Tender(TenderKind.OTHER, title, amount, Money.zero(node.currency)),)


def _customer(node: wire_orders.Order) -> Customer | None:
    if not node.buyerInfo.email:
        return None
    person = node.billingInfo.contactDetails if node.billingInfo is not None else wire.Person()
    return Customer(
        email=node.buyerInfo.email,
        first_name=person.firstName,
        last_name=person.lastName,
        phone=person.phone,
        external_id=node.buyerInfo.contactId,
    )


def _address(row: wire_orders.OrderAddress | None) -> Address | None:
    if row is None:
        return None
    place, person = row.address, row.contactDetails
    found = Address(
        first_name=person.firstName,
        last_name=person.lastName,
        company=person.company,
        line1=place.addressLine,
        line2=place.addressLine2,
        city=place.city,
        region=place.subdivision,
        postcode=place.postalCode,
        country=place.country,
        phone=person.phone,
    )
    return None if found == Address() else found


def map_placed(node: wire_orders.Order, stock: StockEffect, location: str) -> PlacedOrder:
    """What a fresh read of an order shows. Amounts in the order's currency."""
    codes = marks.has(node.customFields, marks.CODES) or any(each.coupon is not None for each in node.appliedDiscounts)
    return PlacedOrder(
        platform_order_id=node.id,
        number=node.number,
        total=Money(node.priceSummary.total.amount, node.currency),
        tax=_money(node.priceSummary.tax or node.taxInfo.totalTax, node.currency),
        discount=_money(node.priceSummary.discount, node.currency),
        paid=is_paid(node),
        stock=stock,
        location=location,
        cancelled=node.status == CANCELED,
        refunded=_money(node.balanceSummary.refunded, node.currency),
        code_counted=False if codes else None,
    )


def map_refund(found: wire_orders.Transactions, reference: str, currency: str) -> PlacedRefund | None:
    """The refund that carries a reference, as the first word of its reason, out of an order's refunds."""
    for each in found.refunds:
        if each.details.reason.split(" ", 1)[0] == reference:
            parts = [Money(part.amount.amount, currency) for part in each.transactions if part.refundStatus != _FAILED]
            return PlacedRefund(each.id, total(parts, currency))
    return None
