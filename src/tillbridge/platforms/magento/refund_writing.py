"""A refund as the body of a credit memo, with the adjustment that makes the shop's total the till's. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money, quantum
from tillbridge.domain.orders import LineKind, Order, Refund, RefundLine
from tillbridge.platforms.magento import marks, wire, words
from tillbridge.platforms.magento.calls import number
from tillbridge.platforms.writing import is_whole

Chosen = Sequence[tuple[wire.OrderItem, Decimal]]
"""Lines of the shop's order with the quantity that comes back."""


def refund_body(node: wire.Order, order: Order, refund: Refund) -> dict[str, Any]:
    """The body of ``POST /order/{id}/refund``.

    Raises PlatformRefused for money alone, which the shop does not take, and for a line its order lacks.
    """
    chosen = chosen_rows(node, order, refund.lines)
    if not chosen:
        raise PlatformRefused(field="lines", code="money_alone", reason=words.MONEY_ALONE)
    off = refund.amount.amount - memo_total(node, chosen)
    zero = Decimal(0)
    return {
        "items": [{"order_item_id": row.item_id, "qty": number(quantity)} for row, quantity in chosen],
        "notify": False,
        "appendComment": True,
        "comment": {"comment": marks.refund_text(refund.reference, refund.reason), "is_visible_on_front": 0},
        # goods are put back by us: an imported order took nothing from the shop's stock that it could give back
        "arguments": {
            "shipping_amount": 0,
            "adjustment_positive": number(max(off, zero)),
            "adjustment_negative": number(max(-off, zero)),
        },
    }


def chosen_rows(node: wire.Order, order: Order, lines: Sequence[RefundLine]) -> Chosen:
    """The shop's rows for our lines, by the line's own id or, on orders of other origin, by place."""
    known: dict[str, wire.OrderItem] = {}
    for at, row in enumerate(node.rows):
        place = order.lines[at].id if at < len(order.lines) else str(row.item_id)
        known[row.ext_order_item_id or place] = row
    found = []
    for each in lines:
        if each.line_id not in known:
            raise PlatformRefused(
                field="lines", code="unknown_line", reason=words.NO_SUCH_LINE.format(line=each.line_id)
            )
        found.append((known[each.line_id], each.quantity))
    return found


def remaining(node: wire.Order, order: Order) -> tuple[RefundLine, ...]:
    """Everything that has not come back yet, to be put back on the shelf where it is goods."""
    kinds = {each.id: each.kind for each in order.lines}
    found = []
    for at, row in enumerate(node.rows):
        line_id = row.ext_order_item_id or (order.lines[at].id if at < len(order.lines) else str(row.item_id))
        left = row.qty_invoiced - row.qty_refunded
        if left > 0:
            found.append(RefundLine(line_id, left, restock=kinds.get(line_id) is LineKind.PRODUCT))
    return tuple(found)


def memo_total(node: wire.Order, chosen: Chosen) -> Decimal:
    """What the shop's own arithmetic makes of these quantities, before any adjustment.

    It takes a part of what is left of each amount and carries what rounding lost over to the next.
    """
    step = quantum(node.order_currency_code)
    carry = _Carry(step)
    whole = Decimal(0)
    for row, quantity in chosen:
        whole += carry.part(row.row_invoiced - row.amount_refunded, row, quantity)
    for row, quantity in chosen:
        whole -= carry.part(row.discount_invoiced - row.discount_refunded, row, quantity, negative=True)
    for row, quantity in chosen:
        whole += carry.part(row.tax_invoiced - row.tax_refunded, row, quantity)
        compensation = row.discount_tax_compensation_invoiced - row.discount_tax_compensation_refunded
        whole += carry.part(compensation, row, quantity)
    return whole.quantize(step, rounding=ROUND_HALF_UP)


class _Carry:
    """Rounds one amount after the other, each with what the one before lost."""

    def __init__(self, step: Decimal) -> None:
        self._step, self._lost = step, Decimal(0)

    def part(self, left: Decimal, row: wire.OrderItem, quantity: Decimal, *, negative: bool = False) -> Decimal:
        available = row.qty_invoiced - row.qty_refunded
        if quantity >= available or not available:
            return left
        exact = left / available * quantity
        if not exact:
            return exact
        exact += -self._lost if negative else self._lost
        rounded = exact.quantize(self._step, rounding=ROUND_HALF_UP)
        self._lost = rounded - exact if negative else exact - rounded
        return rounded


def goods_back(chosen: Chosen, lines: Sequence[RefundLine]) -> Mapping[str, Decimal]:
    """How many of each SKU go back on the shelf: whole pieces of goods whose line says so."""
    found: dict[str, Decimal] = {}
    for (row, quantity), line in zip(chosen, lines, strict=True):
        if line.restock and row.product_id is not None and is_whole(quantity):
            found[row.sku] = found.get(row.sku, Decimal(0)) + quantity
    return found


def amount_left(node: wire.Order) -> Money:
    """What was paid and not given back."""
    return Money(node.total_paid - node.total_refunded, node.order_currency_code)
