"""Goods given back at the till as refunds of the sale they came from. Pure; called by services.recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import LineKind, Order, OrderLine, Refund, RefundLine
from tillbridge.domain.refunds import left_of


@dataclass(frozen=True, slots=True)
class GivenBack:
    """``refund`` is bounded by what was left of the original; ``exceeds``: the till gave back more.

    ``taken``: how much of each returned line, by its id, came from what was left.
    """

    refund: Refund
    exceeds: bool
    taken: Mapping[str, Decimal]


def returned_lines(order: Order) -> dict[str, tuple[OrderLine, ...]]:
    """The lines given back, by the receipt or reference they name; the empty key holds those that name none."""
    found: dict[str, list[OrderLine]] = {}
    for each in order.lines:
        if each.quantity < 0:
            found.setdefault(each.return_of, []).append(each)
    return {name: tuple(lines) for name, lines in found.items()}


def given_back(original: Order, returned: Sequence[OrderLine], reference: str, reason: str) -> GivenBack | None:
    """``returned`` as a refund of ``original``; None when such goods were not sold there or nothing was paid out.

    What the till paid out stands: the amount is what the returned lines say, tax included. More than what is left, of
    a line or in money, or anything of a cancelled sale, is no mistake we can undo: it ``exceeds`` and a person decides.
    """
    amount = -total([each.gross for each in returned], returned[0].gross.currency)
    if amount.currency != original.currency or amount <= Money.zero(original.currency):
        return None
    left = left_of(original)
    open_quantity = dict(left.quantities)
    lines: list[RefundLine] = []
    taken: dict[str, Decimal] = {}
    for each in returned:
        sold = [line for line in original.lines if line.quantity > 0 and _same_goods(line, each)]
        if not sold:
            return None
        found = _take(sold, open_quantity, -each.quantity)
        lines += found
        taken[each.id] = sum((line.quantity for line in found), Decimal(0))
    short = any(taken[each.id] < -each.quantity for each in returned)
    refund = Refund(reference, min(amount, left.amount), tuple(lines), reason)
    return GivenBack(refund, short or amount > left.amount, taken)


def _take(sold: Sequence[OrderLine], open_quantity: dict[str, Decimal], wanted: Decimal) -> list[RefundLine]:
    """Spread a returned quantity over what is left of the lines that sold the same goods, in order."""
    taken = []
    for line in sold:
        here = min(open_quantity.get(line.id, Decimal(0)), wanted)
        if here > 0:
            open_quantity[line.id] -= here
            wanted -= here
            taken.append(RefundLine(line.id, here, restock=line.kind is LineKind.PRODUCT))
    return taken


def _same_goods(sold: OrderLine, returned: OrderLine) -> bool:
    if returned.sku:
        return sold.sku == returned.sku
    return not sold.sku and sold.title == returned.title
