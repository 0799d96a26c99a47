"""A till's sale as the body of ``POST /orders``, in the form the shop makes the till's total of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import LineKind, Order, OrderLine, Tender
from tillbridge.platforms.woocommerce import marks, wire
from tillbridge.platforms.woocommerce.places import place
from tillbridge.platforms.woocommerce.reckoning import Sent, TaxMode, after_coupons, coupon_shares, shop_total, six
from tillbridge.platforms.writing import codes_of, is_whole, tenders_text

_LONGEST_NAME = 200

TaxClasses = Mapping[Decimal, str]
"""Tax class by rate (0.23) at the shop's own place; the standard class is ""."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the shop is like, as far as the form of an order depends on it."""

    mode: TaxMode
    tax_classes: TaxClasses = field(default_factory=dict)


def as_goods(line: OrderLine) -> bool:
    """Whether a line can travel as goods: known to the shop and in whole pieces. The rest are fee lines."""
    return line.kind is LineKind.PRODUCT and line.listing is not None and is_whole(line.quantity)


def order_body(order: Order, at: Circumstances, coupons: Sequence[wire.Coupon] = ()) -> dict[str, Any]:
    """The body. ``coupons`` go out as codes and the shop takes them off; without them lines go out as paid.

    Raises PlatformRefused for a returned line, which belongs into a refund.
    """
    if returned := next((each for each in order.lines if each.quantity < 0), None):
        reason = f"{returned.title} is a return; WooCommerce books returns as refunds of their own order"
        raise PlatformRefused(field="lines", code="negative_quantity", reason=reason)
    goods = [each for each in order.lines if as_goods(each)]
    extras = [each for each in order.lines if not as_goods(each)]
    body: dict[str, Any] = {
        "created_via": marks.CREATED_VIA,
        "status": "completed",
        "set_paid": True,
        "payment_method": _method(order.tenders),
        "payment_method_title": tenders_text(order.tenders) or "Nothing to pay",
        "transaction_id": order.reference,
        "currency": order.currency,
        "line_items": [_goods(each, order, discounted=not coupons) for each in goods],
        # local pickup makes the shop tax at its own place, whatever address the shopper has
        "shipping_lines": [{"method_id": "local_pickup", "method_title": "In store", "total": "0.00"}],
        "meta_data": _meta(order),
    }
    fees = [_fee(each, order, at) for each in extras]
    fees += _rounding_fees(rounding(order, at, coupons), at.mode)
    optional = {
        "fee_lines": fees,
        "coupon_lines": [{"code": each.code} for each in coupons],
        "billing": _billing(order),
        "shipping": place(order.shipping) if order.shipping else {},
        "customer_note": order.note,
    }
    return body | {name: value for name, value in optional.items() if value}


def _method(tenders: Sequence[Tender]) -> str:
    if not tenders:
        return "pos_free"
    kinds = {each.kind for each in tenders}
    return f"pos_{next(iter(kinds))}" if len(kinds) == 1 else "pos_split"


def _meta(order: Order) -> list[dict[str, str]]:
    paid = ", ".join(f"{each.title or each.kind} {each.masked}".strip() + f" {each.amount}" for each in order.tenders)
    entries = {
        marks.REFERENCE: order.reference,
        marks.RECEIPT: order.receipt,
        marks.TILL: order.till,
        marks.LOCATION: order.location,
        marks.SOLD_AT: order.sold_at.isoformat(),
        marks.TENDERS: paid,
        marks.CODES: ", ".join(codes_of(order)),
        marks.ROUNDING: str(order.totals.rounding) if order.totals.rounding else "",
    }
    return [{"key": key, "value": value} for key, value in entries.items() if value]


def _rates(line: OrderLine) -> tuple[Decimal, ...]:
    return tuple(each.rate for each in line.taxes if each.rate)


def _nets(line: OrderLine, order: Order) -> tuple[Decimal, Decimal]:
    """Net before and after discounts, six decimals: the shop adds the tax to them itself."""
    if not order.prices_include_tax:
        return six(line.subtotal.amount), six(line.net.amount)
    divisor = 1 + sum(_rates(line), Decimal(0))
    return six(line.subtotal.amount / divisor), six(line.gross.amount / divisor)


def _goods(line: OrderLine, order: Order, *, discounted: bool) -> dict[str, Any]:
    assert line.listing is not None
    before, after = _nets(line, order)
    product, variant = line.listing.external_product_id, line.listing.external_variant_id
    found: dict[str, Any] = {
        "product_id": int(product),
        "quantity": int(line.quantity),
        "subtotal": str(before),
        "total": str(after if discounted else before),
        "meta_data": [{"key": marks.LINE, "value": line.id}],
    }
    return found | ({"variation_id": int(variant)} if variant != product else {})


def _fee(line: OrderLine, order: Order, at: Circumstances) -> dict[str, Any]:
    sent, tax_class = _sent_fee(line, order, at)
    taxed = {"tax_status": "none"} if tax_class is None else {"tax_status": "taxable", "tax_class": tax_class}
    amount = "" if line.quantity == 1 else f"{line.quantity.normalize():f} {line.unit} × {line.unit_price}, "
    name = f"{amount}{line.title}"[:_LONGEST_NAME]
    meta = [{"key": marks.LINE, "value": line.id}]
    if line.listing is not None:
        meta.append({"key": marks.UNCOUNTED, "value": line.listing.external_variant_id})
    return {"name": name, "total": str(sent.total), "meta_data": meta} | taxed


def _sent_fee(line: OrderLine, order: Order, at: Circumstances) -> tuple[Sent, str | None]:
    """A fee is taxed by class; where the shop has none for the rate it goes out untaxed with the tax inside."""
    rates = _rates(line)
    tax_class = at.tax_classes.get(rates[0]) if len(rates) == 1 else None
    if not rates or tax_class is None:
        return Sent(line.gross.amount, line.gross.amount, (), is_fee=True), None
    net = _whole_net(line, rates[0], at.mode) or _nets(line, order)[1]
    return Sent(net, net, rates, is_fee=True), tax_class


def _whole_net(line: OrderLine, rate: Decimal, mode: TaxMode) -> Decimal | None:
    """A net in smallest units that the shop taxes back to the line's gross: it does not round the net of a fee."""
    if mode.round_at_subtotal:
        return None
    for tax in (line.tax.amount, line.tax.amount - mode.step, line.tax.amount + mode.step):
        net = line.gross.amount - tax
        if mode.round_tax(six(net * rate)) == tax:
            return net
    return None


def sent_lines(order: Order, at: Circumstances, coupons: Sequence[wire.Coupon] = ()) -> tuple[Sent, ...]:
    """The lines as the shop will reckon with them, coupons taken off."""
    goods = [each for each in order.lines if as_goods(each)]
    lines = tuple(_sent_goods(each, order, discounted=not coupons) for each in goods)
    for coupon in coupons:
        fitting = [_eligible(coupon, each) for each in goods]
        lines = after_coupons(lines, coupon_shares(lines, fitting, coupon, at.mode), at.mode)
    return (*lines, *(_sent_fee(each, order, at)[0] for each in order.lines if not as_goods(each)))


def _eligible(coupon: wire.Coupon, line: OrderLine) -> bool:
    """Whether the shop takes the coupon off a line, by ids; coupons with other rules never get here."""
    assert line.listing is not None
    ids = {int(line.listing.external_product_id), int(line.listing.external_variant_id)}
    if ids & set(coupon.excluded_product_ids):
        return False
    return not coupon.product_ids or bool(ids & set(coupon.product_ids))


def _sent_goods(line: OrderLine, order: Order, *, discounted: bool) -> Sent:
    before, after = _nets(line, order)
    return Sent(before, after if discounted else before, _rates(line), int(line.quantity))


def rounding(order: Order, at: Circumstances, coupons: Sequence[wire.Coupon] = ()) -> Decimal:
    """What an untaxed fee must add so that the shop's total is the till's: at most one smallest unit per line.

    Zero when it agrees, and also when the gap is larger: then it is no rounding and must be seen.
    """
    gap = order.totals.total.amount - shop_total(sent_lines(order, at, coupons), at.mode)
    return gap if abs(gap) <= len(order.lines) * at.mode.step else Decimal(0)


def _rounding_fees(gap: Decimal, mode: TaxMode) -> list[dict[str, str]]:
    """One fee; below zero one per smallest unit, since the shop taxes negative fees whatever their tax status."""
    if not gap:
        return []
    parts = [gap] if gap > 0 else [-mode.step] * int(-gap / mode.step)
    return [{"name": marks.ROUNDING_FEE, "total": str(each), "tax_status": "none"} for each in parts]


def reproduces(order: Order, at: Circumstances, coupons: Sequence[wire.Coupon]) -> bool:
    """Whether the shop, given the codes, arrives at the till's total to the cent without any rounding."""
    if any(not as_goods(each) and each.discount for each in order.lines):
        return False
    by_hand = any(not noted.code for line in order.lines for noted in line.discounts)
    several = len(coupons) != 1
    if by_hand or several:
        return False
    return shop_total(sent_lines(order, at, coupons), at.mode) == order.totals.total.amount


def _billing(order: Order) -> dict[str, str]:
    """Name and address without e-mail: an order that has one is mailed about."""
    if order.billing is not None:
        return place(order.billing)
    if order.customer is None:
        return {}
    found = {"first_name": order.customer.first_name, "last_name": order.customer.last_name}
    return {name: value for name, value in (found | {"phone": order.customer.phone}).items() if value}
