"""Magento orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.basket import sum_lines
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
    TaxLine,
    Tender,
    TenderKind,
)
from tillbridge.domain.references import is_reference
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.magento import marks, wire
from tillbridge.platforms.reading import parse, utc

_CANCELLED, _CLOSED = "canceled", "closed"


def map_to_unified_orders(payload: Iterable[Any], zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of a ``GET /orders`` answer; ``zone`` dates them. Raises Drift with the path."""
    return tuple(map_order(each, f"$[{at}]", zone) for at, each in enumerate(payload))


def map_order(raw: Any, path: str, zone: str) -> Order:
    """One order, amounts with tax. One that carries a till's reference is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    reference = reference_of(node)
    lines = _lines(node)
    created = utc(node.created_at)
    receipt, till, location = marks.receipt_of(node.payment.additional_information)
    return Order(
        id=uuid5(NAMESPACE_URL, f"magento:order:{node.entity_id}:{created.isoformat()}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt=receipt,
        currency=node.order_currency_code,
        prices_include_tax=True,
        lines=lines,
        discounts=_discounts(node, lines),
        tenders=_tenders(node),
        totals=sum_lines(lines, node.order_currency_code, Money.zero(node.order_currency_code)),
        sold_at=created,
        business_date=created.astimezone(ZoneInfo(zone)).date(),
        till=till,
        location=location,
        customer=_customer(node),
        billing=address_of(node.billing_address),
        shipping=_shipping_address(node),
        note=node.customer_note,
        external_id=str(node.entity_id),
        number=node.increment_id,
        payment=_payment(node),
        updated_at=utc(node.updated_at),
    )


def reference_of(node: wire.Order) -> str:
    """Our reference, if the order carries one: as its number, else as its outside reference."""
    found = (node.increment_id, node.ext_order_id)
    return next((each for each in found if is_reference(each)), "")


def is_paid(node: wire.Order) -> bool:
    """Nothing due, and paid, or nothing to pay."""
    return node.state != _CANCELLED and node.total_due <= 0 and (node.total_paid > 0 or not node.grand_total)


def _payment(node: wire.Order) -> PaymentStatus:
    if node.state == _CANCELLED:
        return PaymentStatus.CANCELLED
    if node.total_refunded > 0:
        whole = node.total_refunded >= node.total_paid
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTLY_REFUNDED
    if is_paid(node):
        return PaymentStatus.PAID
    return PaymentStatus.PARTLY_PAID if node.total_paid > 0 else PaymentStatus.PENDING


def _lines(node: wire.Order) -> tuple[OrderLine, ...]:
    """Goods, shipping, and one line for what is left over, so that lines add up to the total."""
    currency = node.order_currency_code
    shipping = Money(node.shipping_incl_tax - node.shipping_discount_amount, currency)
    whole = Money(node.grand_total, currency) - shipping
    lines = [_goods(row, gross, node) for row, gross in zip(node.rows, _grosses(node, whole), strict=True)]
    if shipping:
        tax = Money(node.shipping_tax_amount, currency)
        lines.append(_plain_line("shipping", node.shipping_description or "Shipping", LineKind.SHIPPING, shipping, tax))
    rest = Money(node.grand_total, currency) - total([each.gross for each in lines], currency)
    if rest:
        lines.append(_plain_line("rest", "Rounding", LineKind.FREE_TEXT, rest, Money.zero(currency)))
    return tuple(lines)


def _grosses(node: wire.Order, whole: Money) -> list[Money]:
    """What was paid per line. Shops print row totals after discount or before it; the sum tells which."""
    currency = node.order_currency_code
    after = [Money(_with_tax(each), currency) for each in node.rows]
    before = [Money(_with_tax(each) - each.discount_amount, currency) for each in node.rows]
    return before if total(before, currency) == whole != total(after, currency) else after


def _with_tax(row: wire.OrderItem) -> Decimal:
    return row.row_total + row.tax_amount + row.discount_tax_compensation_amount


def _goods(row: wire.OrderItem, gross: Money, node: wire.Order) -> OrderLine:
    tax = Money(row.tax_amount, gross.currency)
    quantity = row.qty_ordered
    unit = row.price if row.price_incl_tax is None else row.price_incl_tax
    subtotal = Money(unit * quantity, gross.currency)
    subtotal = max(subtotal, gross)
    known = row.product_id is not None
    if known and "sku" not in row.model_fields_set:
        raise Drift(path="$.items.sku", expected="the SKU of the product it names", found="nothing")
    # the line of a variant names its frame; the child's line names the variant
    child = next((each for each in node.items if each.parent_item_id == row.item_id), row)
    product, variant = str(row.product_id or ""), str(child.product_id or row.product_id or "")
    return OrderLine(
        id=row.ext_order_item_id or str(row.item_id),
        kind=LineKind.PRODUCT if known else LineKind.FREE_TEXT,
        title=row.name,
        sku=row.sku if known else "",
        quantity=quantity,
        unit="piece",
        unit_price=Money(unit, gross.currency),
        subtotal=subtotal,
        discount=subtotal - gross,
        net=gross - tax,
        tax=tax,
        gross=gross,
        taxes=_taxes(row, tax, node),
        listing=Listing(product, variant, row.sku, row.sku) if known else None,
        external_id=str(row.item_id),
    )


def _taxes(row: wire.OrderItem, tax: Money, node: wire.Order) -> tuple[TaxLine, ...]:
    if not tax:
        return ()
    told = node.extension_attributes.applied_taxes
    name = next((each.title for each in told if each.percent == row.tax_percent and each.title), "Tax")
    return (TaxLine(name, row.tax_percent / 100, tax, included=True),)


def _plain_line(line_id: str, title: str, kind: LineKind, gross: Money, tax: Money) -> OrderLine:
    zero = Money.zero(gross.currency)
    net = gross - tax
    rate = (tax.amount / net.amount).quantize(Decimal("0.001")) if tax and net else Decimal(0)
    return OrderLine(
        id=line_id,
        kind=kind,
        title=title,
        sku="",
        quantity=Decimal(1) if gross >= zero else Decimal(-1),
        unit="piece",
        unit_price=abs(gross),
        subtotal=gross,
        discount=zero,
        net=net,
        tax=tax,
        gross=gross,
        taxes=(TaxLine("Tax", rate, tax, included=True),) if tax else (),
    )


def _discounts(node: wire.Order, lines: Sequence[OrderLine]) -> tuple[AppliedDiscount, ...]:
    amount = total([each.discount for each in lines], node.order_currency_code)
    if not amount:
        return ()
    title = node.discount_description or node.coupon_code or "Discount"
    return (AppliedDiscount(title, DiscountType.FIXED, amount.amount, amount, node.coupon_code),)


def _tenders(node: wire.Order) -> tuple[Tender, ...]:
    if not is_paid(node):
        return ()
    told = [each for each in node.payment.additional_information if isinstance(each, str)]
    zero = Money.zero(node.order_currency_code)
    title = told[0] if told else node.payment.method or "Online payment"
    return (Tender(TenderKind.OTHER, title, Money(node.grand_total, node.order_currency_code), zero),)


def _customer(node: wire.Order) -> Customer | None:
    if not node.customer_email and not node.customer_id:
        return None
    return Customer(
        email=node.customer_email,
        first_name=node.customer_firstname,
        last_name=node.customer_lastname,
        phone=node.billing_address.telephone if node.billing_address else "",
        external_id=str(node.customer_id) if node.customer_id else "",
    )


def _shipping_address(node: wire.Order) -> Address | None:
    found = node.extension_attributes.shipping_assignments
    return address_of(found[0].shipping.address) if found else None


def address_of(node: wire.Place | None) -> Address | None:
    """An address, or None when nothing of it is filled in."""
    if node is None:
        return None
    region = node.region.region_code or node.region.region if isinstance(node.region, wire.Region) else node.region
    found = Address(
        first_name=node.firstname,
        last_name=node.lastname,
        company=node.company,
        line1=node.street[0] if node.street else "",
        line2=", ".join(each for each in node.street[1:] if each),
        city=node.city,
        region=node.region_code or region or "",
        postcode=node.postcode,
        country=node.country_id,
        phone=node.telephone,
    )
    return None if found == Address() else found


def map_placed(raw: Any, path: str = "$", *, code_counted: bool | None = None) -> PlacedOrder:
    """What a fresh read of an order shows. Raises Drift with the path.

    An imported order leaves the shop's stock alone; one of the shop's own reserves it.
    """
    node = parse(wire.Order, raw, path)
    currency = node.order_currency_code
    given_back = node.state == _CLOSED and node.total_refunded >= node.total_paid > 0
    return PlacedOrder(
        platform_order_id=str(node.entity_id),
        number=node.increment_id,
        total=Money(node.grand_total, currency),
        tax=Money(node.tax_amount, currency),
        discount=Money(abs(node.discount_amount), currency),
        paid=is_paid(node),
        stock=StockEffect.NOT_LOWERED if reference_of(node) else StockEffect.LOWERED,
        cancelled=node.state == _CANCELLED or given_back,
        refunded=Money(node.total_refunded, currency),
        code_counted=code_counted if node.coupon_code else None,
    )
