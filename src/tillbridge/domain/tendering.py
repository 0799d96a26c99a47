"""How a total is paid: gift cards and cards first, then cash with change and cash rounding. For ``domain.basket``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import Tender, TenderKind


@dataclass(frozen=True, slots=True)
class Payment:
    """Money handed over (negative: paid out to the shopper). A gift card's amount is the most to take from it."""

    kind: TenderKind
    title: str
    amount: Money
    card_id: str = ""
    masked: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """``due`` is open if paid by card, ``due_in_cash`` if paid in cash; below zero: owed to the shopper.

    ``tenders`` stand in the order the payments were given; their amounts + ``due`` = total + ``rounding``.
    """

    tenders: tuple[Tender, ...]
    due: Money
    due_in_cash: Money
    change: Money
    rounding: Money


def round_to_step(amount: Money, step: Money | None) -> Money:
    """The nearest amount payable in coins of ``step`` (0.05), halves away from zero; unchanged without a step."""
    if step is None or not step:
        return amount
    return step * (amount.amount / step.amount).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def settle(owed: Money, payments: Sequence[Payment], cash_step: Money | None) -> Settlement:
    """Book payments against a total. Cash rounding happens only when cash settles the rest.

    Raises InvalidInput when a card is charged, or money paid out, beyond what is open.
    """
    zero = Money.zero(owed.currency)
    booked: dict[int, Tender] = {}
    due = owed
    for at, each in enumerate(payments):
        if each.kind is not TenderKind.CASH:
            booked[at] = _without_change(each, due)
            due -= booked[at].amount
    in_cash = [(at, each) for at, each in enumerate(payments) if each.kind is TenderKind.CASH]
    rounding = (
        _rounding(due, total([each.amount for _, each in in_cash], owed.currency), cash_step) if in_cash else zero
    )
    due += rounding
    for at, each in in_cash:
        booked[at] = _in_cash(each, due)
        due -= booked[at].amount
    tenders = tuple(booked[at] for at in range(len(payments)))
    change = total([each.change for each in tenders], owed.currency)
    return Settlement(tenders, due, round_to_step(due, cash_step), change, rounding)


def _rounding(due: Money, handed: Money, step: Money | None) -> Money:
    payable = round_to_step(due, step)
    zero = Money.zero(due.currency)
    settles = handed >= payable if due >= zero else handed <= payable
    return payable - due if settles else zero


def _without_change(payment: Payment, due: Money) -> Tender:
    zero = Money.zero(due.currency)
    if payment.kind is TenderKind.GIFT_CARD and payment.amount >= zero:
        return _tender(payment, min(payment.amount, max(due, zero)), zero)
    if payment.amount and not _fits(payment.amount, due):
        raise InvalidInput(
            field=payment.title or payment.kind, reason=f"{payment.amount} is more than the {due} still due"
        )
    return _tender(payment, payment.amount, zero)


def _in_cash(payment: Payment, due: Money) -> Tender:
    zero = Money.zero(due.currency)
    if payment.amount >= zero:
        counted = min(payment.amount, max(due, zero))
        return _tender(payment, counted, payment.amount - counted)
    if not _fits(payment.amount, due):
        raise InvalidInput(field=payment.title or payment.kind, reason=f"{-payment.amount} is more than is owed back")
    return _tender(payment, payment.amount, zero)


def _fits(amount: Money, due: Money) -> bool:
    zero = Money.zero(due.currency)
    return zero <= amount <= due if amount >= zero else due <= amount <= zero


def _tender(payment: Payment, amount: Money, change: Money) -> Tender:
    return Tender(payment.kind, payment.title, amount, change, payment.card_id, payment.masked)


def counted(tenders: Sequence[Tender], rounding: Money) -> tuple[Tender, ...]:
    """The tenders an order keeps: those that paid something, and cash that rounding brought down to nothing."""
    return tuple(each for each in tenders if each.amount or each.change or (rounding and each.kind is TenderKind.CASH))
