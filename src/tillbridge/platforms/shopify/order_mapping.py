"""Shopify orders to the unified form and to what a push brings back, pure. Called through ``mapping`` and by orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import Drift
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
    Totals,
)
from tillbridge.domain.references import is_reference
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.reading import parse
from tillbridge.platforms.shopify import marks, wire
from tillbridge.platforms.shopify.reading import amount, bag, records

_PAYMENT = {
    "PENDING": PaymentStatus.PENDING,
    "AUTHORIZED": PaymentStatus.PENDING,
    "EXPIRED": PaymentStatus.PENDING,
    "PARTIALLY_PAID": PaymentStatus.PARTLY_PAID,
    "PAID": PaymentStatus.PAID,
    "PARTIALLY_REFUNDED": PaymentStatus.PARTLY_REFUNDED,
    "REFUNDED": PaymentStatus.REFUNDED,
    "VOIDED": PaymentStatus.CANCELLED,
}
_SETTLED = {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}


def map_to_unified_orders(payload: Mapping[str, Any], zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of an ``OrdersPage`` answer's data; ``zone`` dates them."""
    found = records(payload, "orders.nodes")
    return tuple(map_order(each, f"$.orders.nodes[{at}]", zone) for at, each in enumerate(found))


def map_order(raw: Any, path: str, zone: str) -> Order:
    """One whole order. An order that carries a till's reference is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    currency, source = node.currencyCode, node.sourceIdentifier or ""
    ours = is_reference(source)
    lines = _lines(node, path)
    whole = bag(node.totalPriceSet, f"{path}.totalPriceSet", currency)
    return Order(
        id=uuid5(NAMESPACE_URL, node.id),
        origin=Origin.POS if ours else Origin.ONLINE,
        reference=source if ours else "",
        receipt=marks.read(node.customAttributes, marks.RECEIPT),
        currency=currency,
        prices_include_tax=node.taxesIncluded,
        lines=lines,
        discounts=_discounts(node, path),
        tenders=_tenders(node, path),
        totals=_totals(lines, whole),
        sold_at=node.processedAt,
        business_date=node.processedAt.astimezone(ZoneInfo(zone)).date(),
        till=marks.read(node.customAttributes, marks.TILL),
        location=node.retailLocation.name or "" if node.retailLocation else "",
        customer=_customer(node),
        billing=map_address(node.billingAddress) if node.billingAddress else None,
        shipping=map_address(node.shippingAddress) if node.shippingAddress else None,
        note=node.note or "",
        external_id=node.id,
        number=node.name,
        payment=_payment(node),
        updated_at=node.updatedAt,
    )


def _payment(node: wire.Order) -> PaymentStatus:
    if node.cancelledAt is not None:
        return PaymentStatus.CANCELLED
    return _PAYMENT.get(node.displayFinancialStatus or "", PaymentStatus.UNKNOWN)


def _totals(lines: tuple[OrderLine, ...], whole: Money) -> Totals:
    currency = whole.currency
    return Totals(
        subtotal=total([each.subtotal for each in lines], currency),
        discount=total([each.discount for each in lines], currency),
        tax=total([each.tax for each in lines], currency),
        total=whole,
        rounding=Money.zero(currency),
    )


def _lines(node: wire.Order, path: str) -> tuple[OrderLine, ...]:
    """Goods, shipping, and one line for what Shopify adds beside them, so that lines add up to the total."""
    lines = [
        _line(each, node, f"{path}.lineItems.nodes[{at}]")
        for at, each in enumerate(node.lineItems.nodes)
    ]  # fmt: skip
    shipping = node.shippingLines.nodes if node.shippingLines else ()
    lines += [_shipping(each, node, f"{path}.shippingLines.nodes[{at}]") for at, each in enumerate(shipping)]
    whole = bag(node.totalPriceSet, f"{path}.totalPriceSet", node.currencyCode)
    rest = whole - total([each.gross for each in lines], node.currencyCode)
    return (*lines, _rest(rest)) if rest and not node.lineItems.pageInfo.hasNextPage else tuple(lines)


def _line(node: wire.OrderLine, order: wire.Order, path: str) -> OrderLine:
    currency = order.currencyCode
    unit = bag(node.originalUnitPriceSet, f"{path}.originalUnitPriceSet", currency)
    subtotal = unit * node.quantity
    after = bag(node.discountedTotalSet, f"{path}.discountedTotalSet", currency)
    taxes = _taxes(node.taxLines, order, path)
    net, tax, gross = _split(after, taxes, order)
    title = f"{node.title} {node.variantTitle}" if node.variantTitle else node.title
    return OrderLine(
        id=marks.read(node.customAttributes, marks.LINE) or node.id,
        kind=LineKind.GIFT_CARD if node.isGiftCard else LineKind.PRODUCT if node.variant else LineKind.FREE_TEXT,
        title=title,
        sku=node.sku or "",
        quantity=Decimal(node.quantity),
        unit="",
        unit_price=unit,
        subtotal=subtotal,
        discount=subtotal - after,
        net=net,
        tax=tax,
        gross=gross,
        taxes=taxes,
        listing=_listing(node),
        external_id=node.id,
    )


def _listing(node: wire.OrderLine) -> Listing | None:
    if node.variant is None:
        return None
    item, product = node.variant.inventoryItem, node.product
    return Listing(product.id if product else "", node.variant.id, item.id if item else "", node.sku or "")


def _shipping(node: wire.ShippingLine, order: wire.Order, path: str) -> OrderLine:
    currency = order.currencyCode
    before = bag(node.originalPriceSet, f"{path}.originalPriceSet", currency)
    after = bag(node.discountedPriceSet, f"{path}.discountedPriceSet", currency)
    taxes = _taxes(node.taxLines, order, path)
    net, tax, gross = _split(after, taxes, order)
    return OrderLine(
        id=node.id, kind=LineKind.SHIPPING, title=node.title, sku="", quantity=Decimal(1), unit="", unit_price=before,
        subtotal=before, discount=before - after, net=net, tax=tax, gross=gross, taxes=taxes, external_id=node.id,
    )  # fmt: skip


def _rest(rest: Money) -> OrderLine:
    zero = Money.zero(rest.currency)
    return OrderLine(
        id="rest", kind=LineKind.FREE_TEXT, title="Tips, duties and changes", sku="", quantity=Decimal(1), unit="",
        unit_price=rest, subtotal=rest, discount=zero, net=rest, tax=zero, gross=rest, taxes=(),
    )  # fmt: skip


def _taxes(nodes: Iterable[wire.TaxLine], order: wire.Order, path: str) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(
            each.title,
            each.rate if each.rate is not None else Decimal(0),
            bag(each.priceSet, f"{path}.taxLines[{at}].priceSet", order.currencyCode),
            order.taxesIncluded,
        )
        for at, each in enumerate(nodes)
    )


def _split(after: Money, taxes: tuple[TaxLine, ...], order: wire.Order) -> tuple[Money, Money, Money]:
    """Net, tax and gross of an amount after discounts."""
    tax = total([each.amount for each in taxes], after.currency)
    return (after - tax, tax, after) if order.taxesIncluded else (after, tax, after + tax)


def _discounts(node: wire.Order, path: str) -> tuple[AppliedDiscount, ...]:
    """Each application with its kind; the amount of a single one is all that came off, of several their own values."""
    found = node.discountApplications.nodes if node.discountApplications else ()
    off = (
        bag(node.totalDiscountsSet, f"{path}.totalDiscountsSet", node.currencyCode) if node.totalDiscountsSet else None
    )
    return tuple(
        _discount(each, node.currencyCode, off if len(found) == 1 else None, f"{path}.discountApplications.nodes[{at}]")
        for at, each in enumerate(found)
    )


def _discount(node: wire.Application, currency: str, off: Money | None, path: str) -> AppliedDiscount:
    title, none = node.title or node.code or "", Money.zero(currency)
    if "percentage" in node.value:
        percentage = parse(_Percentage, node.value, f"{path}.value").percentage
        return AppliedDiscount(title, DiscountType.PERCENTAGE, abs(percentage), off or none, node.code or "")
    fixed = parse(wire.MoneyV2, node.value, f"{path}.value")
    worth = amount(fixed.amount, f"{path}.value.amount", currency)
    return AppliedDiscount(title, DiscountType.FIXED, worth.amount, off or worth, node.code or "")


class _Percentage(wire.Wire):
    percentage: wire.Number


def _tenders(node: wire.Order, path: str) -> tuple[Tender, ...]:
    zero = Money.zero(node.currencyCode)
    return tuple(
        Tender(
            _kind(each.gateway or ""),
            each.gateway or "",
            bag(each.amountSet, f"{path}.transactions[{at}].amountSet", node.currencyCode),
            zero,
        )
        for at, each in enumerate(node.transactions)
        if each.kind in ("SALE", "CAPTURE") and each.status == "SUCCESS"
    )


def _kind(gateway: str) -> TenderKind:
    words = gateway.lower().replace("_", " ")
    for word, kind in (("gift card", TenderKind.GIFT_CARD), ("cash", TenderKind.CASH), ("card", TenderKind.CARD)):
        if word in words:
            return kind
    return TenderKind.OTHER


def _customer(node: wire.Order) -> Customer | None:
    who = node.customer
    if who is None:
        return Customer(email=node.email) if node.email else None
    email = who.defaultEmailAddress.emailAddress if who.defaultEmailAddress else node.email or ""
    return Customer(
        email=email, first_name=who.firstName or "", last_name=who.lastName or "", external_id=who.id
    )  # fmt: skip


def map_address(node: wire.Address) -> Address:
    return Address(
        first_name=node.firstName or "", last_name=node.lastName or "", company=node.company or "",
        line1=node.address1 or "", line2=node.address2 or "", city=node.city or "", region=node.provinceCode or "",
        postcode=node.zip or "", country=node.countryCodeV2 or "", phone=node.phone or "",
    )  # fmt: skip


def map_placed(raw: Any, path: str, currency: str) -> PlacedOrder:
    """What a fresh read says of a pushed order. Stock effect and location are the marks its create left on it."""
    node = parse(wire.Order, raw, path)
    if node.currencyCode != currency:
        raise Drift(path=f"{path}.currencyCode", expected=currency, found=node.currencyCode)
    zero = Money.zero(currency)
    left = bag(node.totalOutstandingSet, f"{path}.totalOutstandingSet", currency)
    return PlacedOrder(
        platform_order_id=node.id,
        number=node.name,
        total=bag(node.totalPriceSet, f"{path}.totalPriceSet", currency),
        tax=bag(node.totalTaxSet, f"{path}.totalTaxSet", currency) if node.totalTaxSet else zero,
        discount=bag(node.totalDiscountsSet, f"{path}.totalDiscountsSet", currency) if node.totalDiscountsSet else zero,
        paid=node.displayFinancialStatus in _SETTLED and not left,
        stock=_stock_effect(node),
        location=marks.read(node.customAttributes, marks.LOCATION)
        or (node.retailLocation.id if node.retailLocation else ""),
        cancelled=node.cancelledAt is not None,
        refunded=bag(node.totalRefundedSet, f"{path}.totalRefundedSet", currency),
        code_counted=_code_counted(node),
    )


def _stock_effect(node: wire.Order) -> StockEffect:
    mark = marks.read(node.customAttributes, marks.STOCK)
    return StockEffect(mark) if mark in {each.value for each in StockEffect} else StockEffect.UNKNOWN


def _code_counted(node: wire.Order) -> bool | None:
    """A code Shopify lists was handed to it as a code; one that stands in our mark only was not."""
    if node.discountCodes:
        return True
    return False if marks.read(node.customAttributes, marks.CODES) else None


def map_refund(raw: Any, reference: str, path: str, currency: str) -> PlacedRefund | None:
    """The refund whose note begins with the reference, if the order has it."""
    node = parse(wire.Order, raw, path)
    for at, each in enumerate(node.refunds):
        if (each.note or "").split(" ", 1)[0] == reference:
            returned = bag(each.totalRefundedSet, f"{path}.refunds[{at}].totalRefundedSet", currency)
            return PlacedRefund(each.id, returned)
    return None
