"""BigCommerce orders to the unified form, and to what a push brings back. Pure; called by ``mapping`` and orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Customer
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
    PlacedRefund,
    TaxLine,
    Tender,
    TenderKind,
)
from tillbridge.domain.references import is_reference
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.bigcommerce import marks, wire
from tillbridge.platforms.bigcommerce.places import of_billing
from tillbridge.platforms.reading import parse, utc

INCOMPLETE, CANCELLED = 0, 5
_ZERO = Decimal(0)
_RATE = Decimal("0.0001")
_HIGHEST = Decimal(10)
_BY_STATUS = {
    1: PaymentStatus.PENDING,
    2: PaymentStatus.PAID,
    3: PaymentStatus.PAID,
    4: PaymentStatus.REFUNDED,
    5: PaymentStatus.CANCELLED,
    6: PaymentStatus.PENDING,
    7: PaymentStatus.PENDING,
    8: PaymentStatus.PAID,
    9: PaymentStatus.PAID,
    10: PaymentStatus.PAID,
    11: PaymentStatus.PAID,
    12: PaymentStatus.PENDING,
    13: PaymentStatus.PAID,
    14: PaymentStatus.PARTLY_REFUNDED,
}
_BY_WORD = {
    "authorized": PaymentStatus.PENDING,
    "captured": PaymentStatus.PAID,
    "capture pending": PaymentStatus.PENDING,
    "declined": PaymentStatus.PENDING,
    "held for review": PaymentStatus.PENDING,
    "paid": PaymentStatus.PAID,
    "partially refunded": PaymentStatus.PARTLY_REFUNDED,
    "pending": PaymentStatus.PENDING,
    "refunded": PaymentStatus.REFUNDED,
    "void": PaymentStatus.CANCELLED,
    "void pending": PaymentStatus.CANCELLED,
}
_SETTLED = (PaymentStatus.PAID, PaymentStatus.PARTLY_REFUNDED, PaymentStatus.REFUNDED)


def map_to_unified_orders(payload: Iterable[Any], zone: str = "UTC") -> tuple[Order, ...]:
    """Orders of a ``GET /v2/orders`` answer with their lines; ``zone`` dates them. Raises Drift with the path."""
    return tuple(map_order(each, f"$[{at}]", zone) for at, each in enumerate(payload))


def map_order(raw: Any, path: str, zone: str) -> Order:
    """One order. One that carries a till's reference is its echo and has origin POS."""
    node = parse(wire.Order, raw, path)
    reference = reference_of(node)
    lines = _lines(node)
    created = utc(node.date_created)
    return Order(
        id=uuid5(NAMESPACE_URL, f"bigcommerce:order:{node.id}:{created.isoformat()}"),
        origin=Origin.POS if reference else Origin.ONLINE,
        reference=reference,
        receipt=_mark(node, reference, marks.RECEIPT),
        currency=node.currency,
        prices_include_tax=included(node),
        lines=lines,
        discounts=_discounts(node),
        tenders=_tenders(node),
        totals=sum_lines(lines, node.currency, Money.zero(node.currency)),
        sold_at=created,
        business_date=created.astimezone(ZoneInfo(zone)).date(),
        till=_mark(node, reference, marks.TILL),
        location=_mark(node, reference, marks.LOCATION),
        customer=_customer(node),
        billing=of_billing(node.billing_address),
        shipping=None,
        note=node.customer_message,
        external_id=str(node.id),
        number=str(node.id),
        payment=payment_of(node),
        updated_at=node.date_modified,
    )


def reference_of(node: wire.Order) -> str:
    """Our reference, if the order carries one."""
    return node.external_order_id if is_reference(node.external_order_id) else ""


def _mark(node: wire.Order, reference: str, name: str) -> str:
    return marks.read(node.staff_notes, name) if reference else ""


def included(node: wire.Order) -> bool:
    """Whether prices include tax; where the order does not say, as a shop that sells to people."""
    return node.is_tax_inclusive_pricing is not False


def payment_of(node: wire.Order) -> PaymentStatus:
    """By status for till orders, whose payment BigCommerce knows nothing of; else by its word first."""
    by_status = _BY_STATUS.get(node.status_id, PaymentStatus.UNKNOWN)
    if reference_of(node) or node.status_id == CANCELLED:
        return by_status
    return _BY_WORD.get(node.payment_status.lower(), by_status)


def _lines(node: wire.Order) -> tuple[OrderLine, ...]:
    """Goods and shipping, and one line for what rounding left over, so that lines add up to the total."""
    rows = node.consignments.line_items
    lines = [_goods(row, off, node) for row, off in zip(rows, _shares(rows, node), strict=True)]
    ex, inc = node.shipping_cost_ex_tax or _ZERO, node.shipping_cost_inc_tax or _ZERO
    if inc:
        lines.append(_extra("shipping", LineKind.SHIPPING, "Shipping", (ex, inc), node))
    rest = Money(node.total_inc_tax, node.currency) - total([each.gross for each in lines], node.currency)
    if rest:
        title = "Rounding" if abs(rest.minor) <= len(lines) else "Other"
        lines.append(_extra("rest", LineKind.FREE_TEXT, title, (rest.amount, rest.amount), node))
    return tuple(lines)


def _off(node: wire.Order) -> Decimal:
    return (node.discount_amount or _ZERO) + (node.coupon_discount or _ZERO)


def _shares(rows: Sequence[wire.OrderProduct], node: wire.Order) -> Sequence[Money]:
    """What each line lost to discounts: as its own list says, or in proportion where the lists do not add up."""
    off = Money(_off(node), node.currency)
    told = [Money(sum((each.amount or _ZERO for each in row.applied_discounts), _ZERO), node.currency) for row in rows]
    if total(told, node.currency) == off:
        return told
    weights = [max(0, Money(row.total_inc_tax, node.currency).minor) for row in rows]
    return share(off, weights) if any(weights) else [Money.zero(node.currency) for _ in rows]


def _goods(row: wire.OrderProduct, off: Money, node: wire.Order) -> OrderLine:
    rate = _rate(row.price_ex_tax, row.price_inc_tax)
    before = Money(row.total_inc_tax if included(node) else row.total_ex_tax, node.currency)
    after = before - off
    net, gross = _net_and_gross(after, rate, included(node))
    known = bool(row.product_id)
    variant = str(row.variant_id or row.product_id)
    kind = LineKind.GIFT_CARD if row.type == "giftcertificate" else LineKind.PRODUCT if known else LineKind.FREE_TEXT
    return OrderLine(
        id=str(row.id),
        kind=kind,
        title=row.name,
        sku=row.sku,
        quantity=row.quantity,
        unit="piece",
        unit_price=Money(before.amount / (row.quantity or 1), node.currency),
        subtotal=before,
        discount=off,
        net=net,
        tax=gross - net,
        gross=gross,
        taxes=(TaxLine("Tax", rate, gross - net, included(node)),) if rate else (),
        listing=Listing(str(row.product_id), variant, "", row.sku) if known else None,
        external_id=str(row.id),
    )


def _net_and_gross(after: Money, rate: Decimal, with_tax: bool) -> tuple[Money, Money]:
    if with_tax:
        return Money(after.amount / (1 + rate), after.currency), after
    return after, Money(after.amount * (1 + rate), after.currency)


def _rate(ex: Decimal, inc: Decimal) -> Decimal:
    """The rate that two prices with four decimals tell. Raises Drift for what no tax can make of a price."""
    if not ex or not inc:
        return _ZERO
    rate = (inc / ex - 1).quantize(_RATE, rounding=ROUND_HALF_UP)
    if not -1 < rate < _HIGHEST:
        raise Drift(path="$.price_inc_tax", expected=f"a price that holds {ex} and its tax", found=str(inc))
    return rate


def _extra(line_id: str, kind: LineKind, title: str, amounts: tuple[Decimal, Decimal], node: wire.Order) -> OrderLine:
    net, gross = (Money(each, node.currency) for each in amounts)
    shown = gross if included(node) else net
    rate = _rate(*amounts)
    return OrderLine(
        id=line_id,
        kind=kind,
        title=title,
        sku="",
        quantity=Decimal(-1) if shown.amount < 0 else Decimal(1),
        unit="piece",
        unit_price=abs(shown),
        subtotal=shown,
        discount=Money.zero(node.currency),
        net=net,
        tax=gross - net,
        gross=gross,
        taxes=(TaxLine("Tax", rate, gross - net, included(node)),) if rate else (),
    )


def _discounts(node: wire.Order) -> tuple[AppliedDiscount, ...]:
    """One per code, and the manual one. BigCommerce tells amounts, not the rule behind them."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in node.consignments.line_items:
        for each in row.applied_discounts:
            key = (each.name or each.code or "Discount", each.code)
            sums[key] = sums.get(key, _ZERO) + (each.amount or _ZERO)
    if not sums and (off := _off(node)):
        sums[("Discount", "")] = off
    return tuple(
        AppliedDiscount(title, DiscountType.FIXED, amount, Money(amount, node.currency), code)
        for (title, code), amount in sums.items()
    )


def _tenders(node: wire.Order) -> tuple[Tender, ...]:
    if payment_of(node) not in _SETTLED:
        return ()
    paid, zero = Money(node.total_inc_tax, node.currency), Money.zero(node.currency)
    return (Tender(TenderKind.OTHER, node.payment_method or "Online payment", paid, zero),)


def _customer(node: wire.Order) -> Customer | None:
    billing = node.billing_address
    if not billing.email and not node.customer_id:
        return None
    return Customer(
        email=billing.email,
        first_name=billing.first_name,
        last_name=billing.last_name,
        phone=billing.phone,
        external_id=str(node.customer_id) if node.customer_id else "",
    )


def map_placed(raw: Any, refunded: Money, *, lowers_stock: bool | None, location: str, path: str = "$") -> PlacedOrder:
    """What a fresh read of an order shows. ``lowers_stock``: as the shop's setting says, None when it was not read.

    Raises Drift with the path.
    """
    node = parse(wire.Order, raw, path)
    codes = _mark(node, reference_of(node), marks.CODES)
    return PlacedOrder(
        platform_order_id=str(node.id),
        number=str(node.id),
        total=Money(node.total_inc_tax, node.currency),
        tax=Money(node.total_inc_tax - node.total_ex_tax, node.currency),
        discount=Money(_off(node), node.currency),
        paid=_BY_STATUS.get(node.status_id) in _SETTLED,
        stock=_stock(node, lowers_stock),
        location=location,
        cancelled=node.status_id == CANCELLED,
        refunded=refunded,
        # an order made through this API counts no code, whatever is written on it
        code_counted=False if codes else None,
    )


def _stock(node: wire.Order, lowers: bool | None) -> StockEffect:
    """Lines by name move no stock; goods do as the shop's setting says."""
    if not any(row.product_id for row in node.consignments.line_items) or lowers is False:
        return StockEffect.NOT_LOWERED
    return StockEffect.UNKNOWN if lowers is None else StockEffect.LOWERED


def map_refund(rows: Iterable[Any], reference: str, currency: str, path: str = "$.data") -> PlacedRefund | None:
    """The refund whose reason begins with a reference, out of an order's refunds."""
    for at, each in enumerate(rows):
        node = parse(wire.Refund, each, f"{path}[{at}]")
        reasons = (node.reason, *(item.reason for item in node.items))
        if any(reason.split(" ")[0] == reference for reason in reasons):
            return PlacedRefund(str(node.id), Money(node.total_amount, currency), goods_back=False)
    return None


def refunded(rows: Iterable[Any], currency: str, path: str = "$.data") -> Money:
    """All that was given back; the order's own figure is always zero."""
    nodes = [parse(wire.Refund, each, f"{path}[{at}]") for at, each in enumerate(rows)]
    return total([Money(each.total_amount, currency) for each in nodes], currency)
