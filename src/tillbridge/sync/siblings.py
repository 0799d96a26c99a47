"""The status of a sale that several jobs work on, such as an exchange: refund of the old, order of the new. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tillbridge.domain.jobs import Job, JobKind, JobState
from tillbridge.domain.orders import OrderStatus

_COUNTED = frozenset({JobKind.PUSH_ORDER, JobKind.REFUND_ORDER})
_WORST = (OrderStatus.FAILED, OrderStatus.UNKNOWN, OrderStatus.SYNCING, OrderStatus.LOCAL, OrderStatus.SYNCED)


def status_of_sale(own: OrderStatus, others: Iterable[Job]) -> OrderStatus:
    """The worst of a job's own result and what the sale's other jobs stand at."""
    standing = [_standing(each) for each in others if each.kind in _COUNTED and _belongs(each)]
    return min([own, *standing], key=_WORST.index)


def worst(statuses: Iterable[OrderStatus]) -> OrderStatus:
    """One status for a sale on several connections; ``local`` when it goes nowhere."""
    return min(statuses, key=_WORST.index, default=OrderStatus.LOCAL)


def _belongs(job: Job) -> bool:
    return job.kind is JobKind.PUSH_ORDER or bool(job.payload.get("returned_by"))


def _standing(job: Job) -> OrderStatus:
    match job.state:
        case JobState.PARKED | JobState.CANCELLED:
            return OrderStatus.FAILED
        case JobState.SUCCEEDED:
            return OrderStatus.SYNCED
    return OrderStatus.SYNCING
