"""When work is due: back-off, order of importance, rhythm of pulls. Pure; used by settle, worker and services."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta

from tillbridge.domain import pace
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.pace import Draw

PRIORITY: Mapping[JobKind, int] = {
    JobKind.PUSH_ORDER: 10,
    JobKind.CANCEL_ORDER: 20,
    JobKind.REFUND_ORDER: 20,
    JobKind.GIVE_BACK_GIFT_CARD: 25,
    JobKind.PUSH_STOCK: 40,
    JobKind.PULL_ORDERS: 60,
    JobKind.PULL_STOCK: 70,
    JobKind.PULL_PRODUCTS: 80,
    JobKind.PULL_CUSTOMERS: 90,
}
"""Lower goes first: what harms the shop most when it waits."""

PULL_EVERY: Mapping[JobKind, timedelta] = {
    JobKind.PULL_ORDERS: timedelta(minutes=2),
    JobKind.PULL_STOCK: timedelta(minutes=15),
    JobKind.PULL_PRODUCTS: timedelta(minutes=10),
    JobKind.PULL_CUSTOMERS: timedelta(minutes=30),
}

PRUNE_EVERY = timedelta(days=1)

MAX_ATTEMPTS = 10
_FIRST, _LONGEST, _SHORTEST = 4.0, 600.0, 0.5


def back_off(failures: int, draw: Draw = random.random) -> timedelta:
    """Exponential back-off with full jitter, at least half a second, at most ten minutes. ``failures`` from 1."""
    return timedelta(seconds=pace.back_off(failures, first=_FIRST, longest=_LONGEST, shortest=_SHORTEST, draw=draw))


def asked(seconds: float, draw: Draw = random.random) -> timedelta:
    """The time a platform asked for, with a little jitter on top so that jobs do not return all at once."""
    return timedelta(seconds=max(0.0, seconds) + draw() * min(1.0, max(0.1, seconds * 0.1)))
