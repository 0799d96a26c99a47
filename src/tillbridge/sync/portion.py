"""The part of a sale that one connection records: its lines, what paid for them and their totals. Pure.

Returns never travel as order lines; goods bought against them are paid by an EXCHANGE tender. A refund is cut the same
way. Called by push_order, refund_order and services.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from tillbridge.domain.basket import sum_lines
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.money import Money, share, total
from tillbridge.domain.orders import AppliedDiscount, Order, OrderLine, Refund, Tender, TenderKind


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


def refund_shares(order: Order, refund: Refund, deliveries: Sequence[Delivery]) -> Mapping[UUID, Refund] | None:
    """The refund as each connection gives it back: of its own lines only, or its share of money alone.

    Connections that recorded the same lines each give back the same. None when one would give back more than it took.
    """
    parts = _parts(order, deliveries)
    left = [total([each.gross for each in order.lines if each.id in part], order.currency) for part in parts]
    for earlier in order.refunds:
        left = [had - gone for had, gone in zip(left, _split(order, earlier, parts, left), strict=True)]
    amounts = _split(order, refund, parts, left)
    if any(amount > had for amount, had in zip(amounts, left, strict=True)):
        return None
    cut = {
        part: replace(refund, amount=amount, lines=tuple(each for each in refund.lines if each.line_id in part))
        for part, amount in zip(parts, amounts, strict=True)
        if amount
    }
    found = {each.connection_id: cut.get(_sold_lines(order, each)) for each in deliveries}
    return {connection_id: each for connection_id, each in found.items() if each is not None}


def _sold_lines(order: Order, delivery: Delivery) -> frozenset[str]:
    """The lines a connection records, returns left out."""
    sold = frozenset(each.id for each in order.lines if each.quantity > 0)
    return sold.intersection(delivery.lines) if delivery.lines else sold


def _parts(order: Order, deliveries: Sequence[Delivery]) -> list[frozenset[str]]:
    """Each sold line in one part; lines nobody records make a part of their own."""
    cuts = {_sold_lines(order, each) for each in deliveries}
    rest = frozenset(each.id for each in order.lines if each.quantity > 0).difference(*cuts)
    return sorted(filter(None, {*cuts, rest}), key=sorted)


def _split(order: Order, refund: Refund, parts: Sequence[frozenset[str]], left: Sequence[Money]) -> tuple[Money, ...]:
    """By what the lines given back cost; money alone by what is left of each part, and all that is left just so."""
    zero = Money.zero(order.currency)
    open_ = [max(each, zero) for each in left]
    if refund.amount == total(open_, order.currency):
        return tuple(open_)
    sold = {each.id: each for each in order.lines if each.quantity > 0}
    weights = [0] * len(parts)
    for each in refund.lines:
        if line := sold.get(each.line_id):
            at = next(at for at, part in enumerate(parts) if line.id in part)
            weights[at] += (line.gross * (each.quantity / line.quantity)).minor
    if not any(weights):
        weights = [each.minor for each in open_]
    return share(refund.amount, weights) if any(weights) else tuple(zero for _ in parts)
