"""Proof that a sale that came from outside adds up, before it is taken in. Called by intake; pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, quantum, total
from tillbridge.domain.orders import LineKind, Order, OrderLine, TenderKind

_Problem = tuple[str, str]
"""Field and what is wrong with it."""


def verify_order(order: Order) -> None:
    """Raises InvalidInput naming the first field that does not add up; returns when every cent is accounted for.

    A unit price or tax rounded by the till may be off by what rounding explains; sums must match to the cent.
    """
    problem = next(problems(order), None)
    if problem is not None:
        raise InvalidInput(field=problem[0], reason=problem[1])


def problems(order: Order) -> Iterator[_Problem]:
    """Everything that does not add up, in reading order. Currencies are judged first, since sums need one."""
    foreign = next(_foreign(order), None)
    if foreign is not None:
        yield foreign
        return
    if not order.lines:
        yield "lines", "a sale has at least one line"
    ids = [line.id for line in order.lines]
    if len(set(ids)) < len(ids):
        yield "lines", "two lines have the same id"
    for at, line in enumerate(order.lines):
        yield from ((f"lines[{at}].{name}", words) for name, words in _line(line, order.prices_include_tax))
    yield from _sums(order)


def _foreign(order: Order) -> Iterator[_Problem]:
    totals = order.totals
    amounts = [
        ("totals", each) for each in (totals.subtotal, totals.discount, totals.tax, totals.total, totals.rounding)
    ]
    for at, line in enumerate(order.lines):
        parts = (line.unit_price, line.subtotal, line.discount, line.net, line.tax, line.gross)
        taken = (*(each.amount for each in line.taxes), *(each.amount for each in line.discounts))
        amounts += [(f"lines[{at}]", each) for each in (*parts, *taken)]
    amounts += [("discounts", each.amount) for each in order.discounts]
    amounts += [
        (f"tenders[{at}]", each) for at, paid in enumerate(order.tenders) for each in (paid.amount, paid.change)
    ]
    for name, amount in amounts:
        if amount.currency != order.currency:
            yield name, f"is in {amount.currency}, the sale in {order.currency}"


def _line(line: OrderLine, included: bool) -> Iterator[_Problem]:
    zero = Money.zero(line.gross.currency)
    if not line.quantity.is_finite() or not line.quantity:
        yield "quantity", "must be a number other than zero"
        return
    if line.unit_price < zero:
        yield "unit_price", "is below zero; a return has a negative quantity"
    if abs(line.subtotal - line.unit_price * line.quantity) > _price_allowance(line):
        yield (
            "subtotal",
            f"is {line.subtotal}, but {line.quantity} × {line.unit_price} is {line.unit_price * line.quantity}",
        )
    if line.net + line.tax != line.gross:
        yield "gross", f"is {line.gross}, but {line.net} + {line.tax} is {line.net + line.tax}"
    priced = line.gross if included else line.net
    if line.subtotal - line.discount != priced:
        yield "discount", f"{line.subtotal} less {line.discount} is not {priced}"
    yield from _signs(line, priced, zero)
    yield from _taxes(line, zero)


def _signs(line: OrderLine, priced: Money, zero: Money) -> Iterator[_Problem]:
    wrong = priced < zero or line.discount < zero if line.quantity > 0 else priced > zero or line.discount > zero
    if wrong:
        yield "discount", "takes the line past zero"
    if total([each.amount for each in line.discounts], zero.currency) not in (zero, line.discount):
        yield "discounts", f"do not add up to {line.discount}"
    if line.kind is LineKind.GIFT_CARD and (line.tax or line.discount):
        yield "kind", "a gift card is sold without tax and discount"


def _taxes(line: OrderLine, zero: Money) -> Iterator[_Problem]:
    if total([each.amount for each in line.taxes], zero.currency) != line.tax:
        yield "taxes", f"do not add up to {line.tax}"
    allowance = Money(quantum(zero.currency), zero.currency)
    for at, each in enumerate(line.taxes):
        expected = line.net * each.rate
        if each.rate < 0 or abs(each.amount - expected) > allowance:
            yield f"taxes[{at}].amount", f"is {each.amount}, but {each.rate:%} of {line.net} is {expected}"


def _price_allowance(line: OrderLine) -> Money:
    """A rounded unit price is off by half a smallest unit at most, so the product by that times the quantity."""
    step = quantum(line.gross.currency)
    halves = (abs(line.quantity) / 2).to_integral_value(rounding=ROUND_CEILING) if line.quantity not in (1, -1) else 0
    return Money(halves * step, line.gross.currency)


def _sums(order: Order) -> Iterator[_Problem]:
    expected = sum_lines(order.lines, order.currency, order.totals.rounding)
    for name in ("subtotal", "discount", "tax", "total"):
        ours, theirs = getattr(expected, name), getattr(order.totals, name)
        if ours != theirs:
            yield f"totals.{name}", f"is {theirs}, but the lines add up to {ours}"
    paid = total([each.amount for each in order.tenders], order.currency)
    if paid != order.totals.payable:
        yield "tenders", f"add up to {paid}, but {order.totals.payable} is payable"
    cash = [each for each in order.tenders if each.kind is TenderKind.CASH]
    if order.totals.rounding and not cash and order.totals.payable:
        yield "totals.rounding", "only cash is rounded"
    for at, each in enumerate(order.tenders):
        if each.change and (each.kind is not TenderKind.CASH or each.change.amount < 0):
            yield f"tenders[{at}].change", "only cash gives change"
