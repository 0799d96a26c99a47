"""The part of a sale that one connection records: its lines, what paid for them and their totals. Pure.

Returns never travel as order lines; goods bought against them are paid by an EXCHANGE tender. Called by push_order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import AppliedDiscount, Order, OrderLine, Tender, TenderKind


def portion(order: Order, line_ids: Collection[str] = ()) -> Order | None:
    """The order to place for ``line_ids`` (empty: all lines); None when nothing of it is sold, only given back.

    Lines' gross still add up to the total, tenders to what is payable. The whole sale comes back unchanged.
    """
    lines = tuple(each for each in order.lines if each.quantity > 0 and (not line_ids or each.id in line_ids))
    if not lines:
        return None
    if len(lines) == len(order.lines):
        return order
    whole = all(each in lines for each in order.lines if each.quantity > 0)
    zero = Money.zero(order.currency)
    rounding = order.totals.rounding if whole and order.totals.total >= zero else zero
    totals = sum_lines(lines, order.currency, rounding)
    return replace(
        order,
        lines=lines,
        discounts=_discounts(order, lines),
        totals=totals,
        tenders=_tenders(order, lines, totals.payable),
    )


def _discounts(order: Order, lines: Sequence[OrderLine]) -> tuple[AppliedDiscount, ...]:
    kept = []
    for rule in order.discounts:
        shares = [
            noted.amount
            for line in lines
            for noted in line.discounts
            if (noted.title, noted.code, noted.type, noted.value) == (rule.title, rule.code, rule.type, rule.value)
        ]
        if amount := total(shares, order.currency):
            kept.append(replace(rule, amount=amount))
    return tuple(kept)


def _tenders(order: Order, lines: Sequence[OrderLine], payable: Money) -> tuple[Tender, ...]:
    """What paid for these lines: lines sold elsewhere take their share of the tenders first, in line order."""
    zero = Money.zero(order.currency)
    others = [each.gross for each in order.lines if each not in lines and each.quantity > 0]
    skip, open_amount = total(others, order.currency), payable
    kept: list[Tender] = []
    for tender in order.tenders:
        if tender.amount <= zero:
            continue
        elsewhere = min(skip, tender.amount) if _sold_before(order, lines) else zero
        skip -= elsewhere
        amount = min(tender.amount - elsewhere, open_amount)
        open_amount -= amount
        if amount:
            kept.append(replace(tender, amount=amount, change=tender.change if amount == tender.amount else zero))
    if open_amount:
        returns = any(each.quantity < 0 for each in order.lines)
        kind, title = (TenderKind.EXCHANGE, "Exchange") if returns else (TenderKind.OTHER, "Paid at the till")
        kept.append(Tender(kind, title, open_amount, zero))
    return tuple(kept)


def _sold_before(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Whether the sale's first goods belong to another connection, whose part the tenders pay first."""
    first = next(each for each in order.lines if each.quantity > 0)
    return first not in lines
