"""A refund as the bodies of its quote and of itself: lines by their own ids, money as given back outside. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, OrderLine, Refund, RefundLine
from tillbridge.platforms.bigcommerce import wire
from tillbridge.platforms.bigcommerce.order_writing import as_goods, sent_name, sent_pieces
from tillbridge.platforms.writing import is_whole

_LONGEST_REASON = 1000


def quote_body(node: wire.Order, order: Order, refund: Refund) -> dict[str, Any]:
    """What is to be given back: whole pieces by line, or an amount of the order where there are none to name.

    Raises PlatformRefused for a line the platform's order lacks.
    """
    rows = _rows_by_line(node, order)
    parts = [_item(each, order, rows) for each in refund.lines]
    if not parts or any(each is None for each in parts):
        parts = [{"item_type": "ORDER", "item_id": node.id, "amount": float(refund.amount.amount)}]
    reason = f"{refund.reference} {refund.reason}".strip()[:_LONGEST_REASON]
    return {"items": [{**each, "reason": reason} for each in parts if each is not None]}


def refund_body(asked: Mapping[str, Any], quote: wire.RefundQuote, order: Order, refund: Refund) -> dict[str, Any]:
    """The refund of a quote. Where BigCommerce reckons another amount, the till's stands as the merchant's own.

    Raises PlatformRefused when no way of payment is offered.
    """
    method = _method(quote)
    amount = float(refund.amount.amount)
    payments = [{"provider_id": method.provider_id, "amount": amount, "offline": True}]
    body: dict[str, Any] = {**asked, "payments": payments}
    if Money(quote.total_refund_amount, refund.amount.currency) == refund.amount:
        return body
    return body | {
        "merchant_calculated_override": {
            "total_amount": amount,
            "total_tax": float(_tax(order, refund).amount),
        }
    }


def inventory_key(line: OrderLine) -> str:
    """Where a line's stock is kept."""
    assert line.listing is not None
    return line.listing.inventory_id or line.listing.external_variant_id


def _rows_by_line(node: wire.Order, order: Order) -> Mapping[str, wire.OrderProduct]:
    """The platform's line for each of ours: the same goods and pieces, in the order they were sent."""
    left = node.consignments.line_items
    found: dict[str, wire.OrderProduct] = {}
    for line in order.lines:
        row = next((each for each in left if _same(each, line)), None)
        if row is not None:
            left.remove(row)
            found[line.id] = row
    return found


def _same(row: wire.OrderProduct, line: OrderLine) -> bool:
    if as_goods(line):
        assert line.listing is not None
        return (str(row.variant_id), row.quantity) == (line.listing.external_variant_id, line.quantity)
    return not row.product_id and row.name == sent_name(line) and row.quantity == sent_pieces(line)


def _item(asked: RefundLine, order: Order, rows: Mapping[str, wire.OrderProduct]) -> dict[str, Any] | None:
    """The item for a line; None for a part of what was weighed, which can go back as money only."""
    line = next((each for each in order.lines if each.id == asked.line_id), None)
    row = rows.get(asked.line_id)
    if line is None or row is None:
        reason = f"the shop's order has no line {asked.line_id}"
        raise PlatformRefused(field="lines", code="unknown_line", reason=reason)
    whole = asked.quantity == line.quantity
    pieces = row.quantity if whole else asked.quantity
    if not is_whole(pieces) or not (whole or is_whole(line.quantity)):
        return None
    return {"item_type": "PRODUCT", "item_id": row.id, "quantity": int(pieces)}


def _method(quote: wire.RefundQuote) -> wire.RefundMethod:
    """One that gives back outside the platform, where the money went back already; else the first there is."""
    offered = [method[0] for method in quote.refund_methods if method]
    if not offered:
        raise PlatformRefused(field="refund", code="no_method", reason="the shop offers no way to book this refund")
    return next((each for each in offered if each.offline), offered[0])


def _tax(order: Order, refund: Refund) -> Money:
    """The tax inside the amount, in the proportion the lines have. Money alone leaves the tax as it was."""
    lines = {each.id: each for each in order.lines}
    chosen = [lines[each.line_id] for each in refund.lines if each.line_id in lines]
    gross = sum((each.gross.amount for each in chosen), Decimal(0))
    tax = sum((each.tax.amount for each in chosen), Decimal(0))
    return refund.amount * (tax / gross) if gross else Money.zero(refund.amount.currency)
