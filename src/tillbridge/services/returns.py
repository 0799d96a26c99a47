"""Goods given back at the till as refunds of the sale they came from. Pure; called by services.orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import LineKind, Order, OrderLine, Refund, RefundLine


def returned_lines(order: Order) -> dict[str, tuple[OrderLine, ...]]:
    """The lines given back, by the receipt or reference they name; the empty key holds those that name none."""
    found: dict[str, list[OrderLine]] = {}
    for each in order.lines:
        if each.quantity < 0:
            found.setdefault(each.return_of, []).append(each)
    return {name: tuple(lines) for name, lines in found.items()}


def refund_of(original: Order, returned: Sequence[OrderLine], reference: str, reason: str) -> Refund | None:
    """The refund that gives ``returned`` back on ``original``; None when those goods were not sold there.

    What the till paid out stands: the amount is what the returned lines say, tax included.
    """
    if any(each.gross.currency != original.currency for each in returned):
        return None
    open_quantity = {each.id: each.quantity for each in original.lines if each.quantity > 0}
    lines: list[RefundLine] = []
    for each in returned:
        taken = _take(original, open_quantity, each)
        if taken is None:
            return None
        lines += taken
    amount = -total([each.gross for each in returned], original.currency)
    if not lines or amount <= Money.zero(original.currency):
        return None
    return Refund(reference, amount, tuple(lines), reason)


def _take(original: Order, open_quantity: dict[str, Decimal], returned: OrderLine) -> list[RefundLine] | None:
    """Spread a returned quantity over the lines that sold the same goods, in order."""
    left, taken = -returned.quantity, []
    for line in original.lines:
        if left <= 0:
            break
        here = min(open_quantity.get(line.id, Decimal(0)), left)
        if here > 0 and _same_goods(line, returned):
            open_quantity[line.id] -= here
            left -= here
            taken.append(RefundLine(line.id, here, restock=line.kind is LineKind.PRODUCT))
    return None if left > 0 else taken


def _same_goods(sold: OrderLine, returned: OrderLine) -> bool:
    if returned.sku:
        return sold.sku == returned.sku
    return not sold.sku and sold.title == returned.title
