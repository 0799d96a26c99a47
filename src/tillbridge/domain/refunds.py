"""What is left of an order, in money and goods, over all that was given back at tills and at the console. Pure.

Services ask what may still be given back; sync asks what an order keeps out of stock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import LineKind, Order, OrderLine, PaymentStatus, Refund, RefundLine
from tillbridge.messages import text

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Left:
    """``amount`` includes tax; ``quantities`` by line id, only lines of which something is left."""

    amount: Money
    quantities: Mapping[str, Decimal]


def left_of(order: Order) -> Left:
    """What may still be given back: nothing of a cancelled order, no money of one its store gave back in full."""
    zero = Money.zero(order.currency)
    if order.payment is PaymentStatus.CANCELLED:
        return Left(zero, {})
    sold = [each for each in order.lines if each.quantity > 0]
    given = total([each.amount for each in order.refunds], order.currency)
    amount = zero if order.payment is PaymentStatus.REFUNDED else total([each.gross for each in sold], order.currency)
    back = _quantities(order.refunds)
    quantities = {each.id: each.quantity - back.get(each.id, _NONE) for each in sold}
    return Left(max(amount - given, zero), {line: quantity for line, quantity in quantities.items() if quantity > 0})


def worth(order: Order, lines: Sequence[RefundLine]) -> Money:
    """What the shopper paid for these quantities, tax included; piece by piece it adds up to the line.

    Raises InvalidInput for lines that were not sold and for more than is left of them.
    """
    sold = {each.id: each for each in order.lines if each.quantity > 0}
    left = left_of(order).quantities
    asked: dict[str, Decimal] = {}
    for each in lines:
        if each.line_id not in sold:
            raise InvalidInput(field="lines", reason=text("orders.refused.no_line", line=each.line_id))
        asked[each.line_id] = asked.get(each.line_id, _NONE) + each.quantity
        here = left.get(each.line_id, _NONE)
        if each.quantity <= 0 or asked[each.line_id] > here:
            facts = {"asked": asked[each.line_id], "left": here, "sold": sold[each.line_id].quantity}
            raise InvalidInput(field="lines", reason=text("orders.refused.quantity", **facts))
    return total([_price(sold[line], left[line], quantity) for line, quantity in asked.items()], order.currency)


def goods_back(order: Order, refund: Refund) -> Mapping[str, Decimal]:
    """What a refund puts back on the shelf, by SKU: pieces of the order's lines, where the refund says so.

    What was weighed took no piece from a store's number, so a part of it brings none back.
    """
    goods = {
        each.id: each.sku
        for each in order.lines
        if each.sku and each.kind is LineKind.PRODUCT and each.quantity == each.quantity.to_integral_value()
    }
    found: dict[str, Decimal] = {}
    for each in refund.lines:
        if each.restock and each.line_id in goods:
            sku = goods[each.line_id]
            found[sku] = found.get(sku, _NONE) + each.quantity
    return found


def freed(before: Order, after: Order, lines: Collection[str] = ()) -> Mapping[str, Decimal]:
    """What goes back into stock by SKU when an order changes so; below zero: taken. ``lines`` empty: all of them."""
    was, now = _kept_out(before, lines), _kept_out(after, lines)
    changes = {sku: was.get(sku, _NONE) - now.get(sku, _NONE) for sku in {*was, *now}}
    return {sku: change for sku, change in sorted(changes.items()) if change}


def _price(line: OrderLine, left: Decimal, quantity: Decimal) -> Money:
    before = line.quantity - left
    return line.gross * ((before + quantity) / line.quantity) - line.gross * (before / line.quantity)


def _kept_out(order: Order, lines: Collection[str]) -> Mapping[str, Decimal]:
    """A cancelled order keeps only what was given back broken, which never returns to the shelf."""
    back = _quantities(order.refunds)
    shelved = _quantities(order.refunds, restocked=True)
    kept: dict[str, Decimal] = {}
    for each in order.lines:
        if each.sku and each.kind is LineKind.PRODUCT and (not lines or each.id in lines):
            gone = back.get(each.id, _NONE) if order.payment is PaymentStatus.CANCELLED else each.quantity
            kept[each.sku] = kept.get(each.sku, _NONE) + gone - shelved.get(each.id, _NONE)
    return kept


def _quantities(refunds: Sequence[Refund], *, restocked: bool = False) -> Mapping[str, Decimal]:
    """Given back so far by line; ``restocked``: only what went back on the shelf."""
    found: dict[str, Decimal] = {}
    for each in (line for refund in refunds for line in refund.lines if line.restock or not restocked):
        found[each.line_id] = found.get(each.line_id, _NONE) + each.quantity
    return found
