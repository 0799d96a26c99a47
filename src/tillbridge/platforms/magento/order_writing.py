"""A till's sale as the body of an order import. The shop keeps amounts as sent, so all are reckoned here. Pure.

What is sent adds up: subtotal + tax + compensation - discount = total. The compensation is the tax inside a discount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, OrderLine, Tender
from tillbridge.platforms.magento import marks, words
from tillbridge.platforms.magento.calls import number, stamp
from tillbridge.platforms.magento.places import place, plain
from tillbridge.platforms.writing import is_whole

METHOD = "checkmo"
"""A method every shop has; how the till was paid stands beside it in words."""
_FOUR = Decimal("0.0001")
_LONGEST_NAME = 255
_NO_SKU = "till"


@dataclass(frozen=True, slots=True)
class Buyer:
    """The shop's account of the customer."""

    customer_id: int
    group_id: int


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A line as Magento keeps it: net before discount, tax after it, and the tax inside the discount."""

    line: OrderLine
    net: Money
    with_tax: Money
    discount: Money
    tax: Money
    compensation: Money


def codes_of(order: Order) -> tuple[str, ...]:
    """The codes the till honoured, in order, each once."""
    on_lines = [noted.code for line in order.lines for noted in line.discounts]
    return tuple(dict.fromkeys(code for code in (*(each.code for each in order.discounts), *on_lines) if code))


def as_goods(line: OrderLine) -> bool:
    """Whether a line is of goods the shop knows."""
    return line.kind is LineKind.PRODUCT and line.listing is not None


def reckon(line: OrderLine, *, included: bool) -> Reckoned:
    """A line's amounts. Where prices hold tax the discount does too; else it is off the net and nothing compensates."""
    zero = Money.zero(line.gross.currency)
    rate = sum((each.rate for each in line.taxes), Decimal(0))
    if not included:
        with_tax = Money(line.subtotal.amount * (1 + rate), zero.currency)
        return Reckoned(line, line.subtotal, with_tax, line.discount, line.tax, zero)
    # without a discount the till's own net, so that nothing is left over
    net = line.net if not line.discount else Money(line.subtotal.amount / (1 + rate), zero.currency)
    rest = line.subtotal - net - line.tax
    return Reckoned(line, net, line.subtotal, line.discount, line.tax, rest)


def order_body(
    order: Order, store_id: int, skus: Mapping[str, str], buyer: Buyer | None = None, use: marks.Use | None = None
) -> dict[str, Any]:
    """The import. ``skus`` by external variant id, as the shop has them now; ``use``: the code's use to be counted.

    Raises PlatformRefused for a returned line, which belongs into a credit memo.
    """
    if returned := next((each for each in order.lines if each.quantity < 0), None):
        reason = words.RETURN_IN_SALE.format(title=returned.title)
        raise PlatformRefused(field="lines", code="negative_quantity", reason=reason)
    rows = [reckon(each, included=order.prices_include_tax) for each in order.lines]
    entity: dict[str, Any] = {
        "increment_id": order.reference,
        "ext_order_id": order.reference,
        "store_id": store_id,
        "state": "complete",
        "status": "complete",
        # nothing is left to be sent, so the shop asks for no shipment
        "is_virtual": 1,
        "created_at": stamp(order.sold_at),
        "base_currency_code": order.currency,
        "order_currency_code": order.currency,
        "base_to_order_rate": 1,
        "shipping_amount": 0,
        "total_qty_ordered": number(sum((each.quantity for each in order.lines), Decimal(0))),
        **_totals(order, rows),
        **_codes(order),
        **_buyer(order, buyer),
        "items": [_item(each, skus) for each in rows],
        "payment": {"method": METHOD, "additional_information": _texts(order, use)},
    }
    return {"entity": entity | _billing(order)}


def _totals(order: Order, rows: Sequence[Reckoned]) -> dict[str, Any]:
    def whole(amounts: Sequence[Money]) -> int | float:
        return number(total(amounts, order.currency).amount)

    subtotal, paid = whole([each.net for each in rows]), number(order.totals.total.amount)
    discount = -whole([each.discount for each in rows])
    tax, compensation = whole([each.tax for each in rows]), whole([each.compensation for each in rows])
    return {
        "subtotal": subtotal,
        "base_subtotal": subtotal,
        "subtotal_incl_tax": whole([each.with_tax for each in rows]),
        "discount_amount": discount,
        "base_discount_amount": discount,
        "discount_tax_compensation_amount": compensation,
        "tax_amount": tax,
        "base_tax_amount": tax,
        "grand_total": paid,
        "base_grand_total": paid,
        "total_paid": paid,
        "base_total_paid": paid,
        "total_invoiced": paid,
        "base_total_invoiced": paid,
        # without these a credit memo lacks the tax
        "tax_invoiced": tax,
        "discount_tax_compensation_invoiced": compensation,
    }


def _codes(order: Order) -> dict[str, str]:
    codes = codes_of(order)
    titles = [each.title for each in order.discounts]
    titles += [noted.title for line in order.lines for noted in line.discounts]
    found = {
        "coupon_code": codes[0] if len(codes) == 1 else "",
        "discount_description": plain(", ".join(dict.fromkeys(each for each in (*codes, *titles) if each))),
    }
    return {name: value[:_LONGEST_NAME] for name, value in found.items() if value}


def _buyer(order: Order, buyer: Buyer | None) -> dict[str, Any]:
    if order.customer is None:
        return {"customer_is_guest": 1}
    told = {
        "customer_email": order.customer.email,
        "customer_firstname": plain(order.customer.first_name),
        "customer_lastname": plain(order.customer.last_name),
    }
    known = {name: value for name, value in told.items() if value}
    if buyer is None:
        return {"customer_is_guest": 1, **known}
    return {"customer_is_guest": 0, "customer_id": buyer.customer_id, "customer_group_id": buyer.group_id, **known}


def _billing(order: Order) -> dict[str, Any]:
    """An address only with an e-mail: the shop refuses one without."""
    if order.customer is None or not order.customer.email:
        return {}
    given = order.billing or next(iter(order.customer.addresses), None)
    return {"billing_address": place(given, order.customer)} if given else {}


def _item(row: Reckoned, skus: Mapping[str, str]) -> dict[str, Any]:
    line, quantity = row.line, number(row.line.quantity)
    price, paid = _each(row.net, line), _each(row.with_tax, line)
    rate = sum((each.rate for each in line.taxes), Decimal(0))
    found: dict[str, Any] = {
        "sku": skus.get(line.listing.external_variant_id, line.sku) if line.listing else line.sku or _NO_SKU,
        "product_type": "simple" if as_goods(line) else "virtual",
        "name": plain(line.title)[:_LONGEST_NAME],
        "ext_order_item_id": line.id,
        "qty_ordered": quantity,
        "qty_invoiced": quantity,
        "qty_shipped": quantity,
        "price": price,
        "base_price": price,
        "original_price": paid,
        "price_incl_tax": paid,
        "row_total": number(row.net.amount),
        "base_row_total": number(row.net.amount),
        "row_total_incl_tax": number(row.with_tax.amount),
        "discount_amount": number(row.discount.amount),
        "tax_percent": number(rate * 100),
        "tax_amount": number(row.tax.amount),
        "discount_tax_compensation_amount": number(row.compensation.amount),
        "row_invoiced": number(row.net.amount),
        "tax_invoiced": number(row.tax.amount),
        "discount_invoiced": number(row.discount.amount),
        "discount_tax_compensation_invoiced": number(row.compensation.amount),
    }
    if line.listing is not None:
        found["product_id"] = int(line.listing.external_variant_id)
    if not is_whole(line.quantity):
        found["is_qty_decimal"] = 1
    return found | ({"discount_percent": number(percent)} if (percent := _percent(line)) else {})


def _each(amount: Money, line: OrderLine) -> int | float:
    return number((amount.amount / line.quantity).quantize(_FOUR, rounding=ROUND_HALF_UP))


def _percent(line: OrderLine) -> Decimal | None:
    alone = line.discounts[0] if len(line.discounts) == 1 else None
    return alone.value if alone is not None and alone.type is DiscountType.PERCENTAGE else None


def tenders_text(tenders: Sequence[Tender]) -> str:
    """How the sale was paid, for people: "Cash 10.00 EUR, Gift card •••• 2222 5.00 EUR"."""
    parts = [
        " ".join(part for part in (each.title or each.kind, each.masked, str(each.amount)) if part) for each in tenders
    ]
    return ", ".join(parts) or "Nothing to pay"


def _texts(order: Order, use: marks.Use | None) -> list[str]:
    """What people and we read back. Kept with the payment, where the shop keeps any character."""
    codes = codes_of(order)
    found = [
        tenders_text(order.tenders),
        marks.receipt_text(order.receipt, order.till, order.location),
        f"Cash rounding {order.totals.rounding}" if order.totals.rounding else "",
        f"Codes {', '.join(codes)}" if len(codes) > 1 else "",
        use.text() if use else "",
        order.note,
    ]
    return [each for each in found if each]
