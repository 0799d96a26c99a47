"""A refund as the body WooCommerce books it from: lines by their own ids, net and tax apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money, share
from tillbridge.domain.orders import Order, OrderLine, Refund, RefundLine
from tillbridge.platforms.woocommerce import marks, wire

_Row = wire.OrderItem | wire.ExtraLine


def refund_body(node: wire.Order, order: Order, refund: Refund) -> dict[str, Any]:
    """The body of ``POST /orders/{id}/refunds``. Raises PlatformRefused for a line the platform's order lacks."""
    rows = _rows_by_line(node)
    found = [_find(each, order, rows) for each in refund.lines]
    weights = [
        int(abs(line.gross.minor) * 1000 * each.quantity / abs(line.quantity))
        for each, (line, _) in zip(refund.lines, found, strict=True)
    ]
    parts = share(refund.amount, weights) if any(weights) else tuple(Money.zero(refund.amount.currency) for _ in found)
    lines = [_line(each, row, part) for each, (_, row), part in zip(refund.lines, found, parts, strict=True)]
    body: dict[str, Any] = {
        "amount": str(refund.amount.amount),
        "reason": refund.reason,
        # the money went back at the till; without this the shop asks a payment gateway that is not there
        "api_refund": False,
        "api_restock": any(each.restock for each in refund.lines),
        "meta_data": [{"key": marks.REFERENCE, "value": refund.reference}],
    }
    return body | ({"line_items": lines} if lines else {})


def _rows_by_line(node: wire.Order) -> Mapping[str, _Row]:
    rows: list[_Row] = [*node.line_items, *node.fee_lines]
    return {marks.read(each.meta_data, marks.LINE) or str(each.id): each for each in rows}


def _find(asked: RefundLine, order: Order, rows: Mapping[str, _Row]) -> tuple[OrderLine, _Row]:
    line = next((each for each in order.lines if each.id == asked.line_id), None)
    row = rows.get(asked.line_id)
    if line is None or row is None:
        reason = f"the shop's order has no line {asked.line_id}"
        raise PlatformRefused(field="lines", code="unknown_line", reason=reason)
    return line, row


def _line(asked: RefundLine, row: _Row, gross: Money) -> dict[str, Any]:
    taxes = {each.id: each.total or Decimal(0) for each in row.taxes}
    whole = row.total + sum(taxes.values(), Decimal(0))
    parts = {key: _cut(gross.amount * tax / whole if whole else Decimal(0), gross) for key, tax in taxes.items()}
    net = gross.amount - sum(parts.values(), Decimal(0))
    found: dict[str, Any] = {
        "id": row.id,
        # the route takes numbers here, other than everywhere else
        "refund_total": float(net),
        "refund_tax": [{"id": key, "refund_total": float(part)} for key, part in parts.items()],
    }
    # without quantity the money goes back and the goods do not: restocking is one switch for all lines
    if asked.restock and isinstance(row, wire.OrderItem):
        found["quantity"] = int(asked.quantity)
    return found


def _cut(value: Decimal, like: Money) -> Decimal:
    return value.quantize(like.amount, rounding=ROUND_HALF_UP)
