"""Whether what the platform shows is what the till sold, and how the difference is put before a person. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, PlacedOrder
from tillbridge.domain.specs import PlatformSpec, TotalsMode


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a placed order cannot be called synced: a message id with its parameters."""

    message_id: str
    params: dict[str, str]


def doubt(order: Order, placed: PlacedOrder, spec: PlatformSpec) -> Doubt | None:
    """None when the fresh read agrees with the sale: same currency and total, and paid."""
    facts = {"ours": str(order.totals.total), "theirs": str(placed.total), "number": placed.number or "–"}
    if not agrees(order, placed, spec):
        return Doubt("error.totals_disagree", facts)
    if not placed.paid and not placed.cancelled and order.totals.total:
        return Doubt("queue.placed_unpaid", facts)
    return None


def agrees(order: Order, placed: PlacedOrder, spec: PlatformSpec) -> bool:
    """Same currency, and the same total within what the platform's way of reckoning allows."""
    if placed.total.currency != order.currency:
        return False
    allowance = Money.zero(order.currency)
    if spec.totals is TotalsMode.RECOMPUTED:
        allowance = Money(spec.rounding_allowance, order.currency)
    return abs(placed.total - order.totals.total) <= allowance
