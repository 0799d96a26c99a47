"""The arithmetic of a permitted pace, of back-off and of a breaker, pure. net and sync drive it, storage keeps it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tillbridge.domain.connections import BreakerState

_NOTHING = 1e-6
_SHORTEST_WAIT = 0.001
"""Clocks count in microseconds; a shorter wait would never end."""

Draw = Callable[[], float]
"""A number in [0, 1)."""


def back_off(
    failures: int, *, first: float, longest: float, shortest: float = 0.0, draw: Draw = random.random
) -> float:
    """Seconds to wait, with full jitter: anywhere from ``shortest`` to a bound that doubles from ``first``.

    ``failures`` counts from 1; the bound ends at ``longest``.
    """
    bound = min(longest, first * 2.0 ** min(max(failures, 1) - 1, 30))
    return shortest + draw() * max(0.0, bound - shortest)


@dataclass(frozen=True, slots=True)
class Pace:
    """What an answer told about the budget; None where it did not say. ``actual_cost`` corrects the estimate."""

    available: float | None = None
    maximum: float | None = None
    restore_per_second: float | None = None
    actual_cost: float | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A budget that refills. ``level`` may fall below zero when a call is let through for its size alone."""

    level: float
    maximum: float
    restore_per_second: float
    at: datetime

    def refilled(self, now: datetime) -> Bucket:
        """The bucket at ``now``. A wall clock set back refills nothing."""
        passed = max(0.0, (now - self.at).total_seconds())
        return replace(self, level=min(self.maximum, self.level + passed * self.restore_per_second), at=now)

    def take(self, cost: float, now: datetime, reserve: float = 0.0) -> tuple[Bucket, float]:
        """Spend ``cost`` and answer 0, or spend nothing and answer the seconds to wait.

        ``reserve`` is left untouched for calls a person waits for. A cost above the maximum waits for a full bucket.
        """
        full = self.refilled(now)
        needed = min(cost + reserve, full.maximum)
        if full.level >= needed - _NOTHING:
            return replace(full, level=full.level - cost), 0.0
        return full, max(_SHORTEST_WAIT, (needed - full.level) / full.restore_per_second)

    def learn(self, pace: Pace, now: datetime) -> Bucket:
        """Believe the platform's numbers over ours."""
        known = self.refilled(now)
        return Bucket(
            level=known.level if pace.available is None else pace.available,
            maximum=known.maximum if pace.maximum is None else pace.maximum,
            restore_per_second=pace.restore_per_second or known.restore_per_second,
            at=now,
        )

    def emptied(self, seconds: float, now: datetime) -> Bucket:
        """Empty so that nothing is let through for ``seconds``: the platform asked for a pause."""
        return replace(self.refilled(now), level=min(self.level, -seconds * self.restore_per_second))


_OPEN_AFTER = 5
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed until five failures in a row; then open for a pause that doubles; then one probe decides."""

    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    until: datetime | None = None

    def admits(self, now: datetime) -> bool:
        """Whether a call may go out now. An open breaker past its pause admits one probe: store ``probing`` first."""
        return self.state is BreakerState.CLOSED or self.until is None or now >= self.until

    def probing(self, now: datetime) -> Breaker:
        """Half open: others are held back while the probe is under way, but not for ever should it die."""
        return replace(self, state=BreakerState.HALF_OPEN, until=now + _FIRST_PAUSE)

    def after_success(self) -> Breaker:
        return Breaker()

    def after_failure(self, now: datetime) -> Breaker:
        failures = self.failures + 1
        if failures < _OPEN_AFTER:
            return replace(self, failures=failures)
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - _OPEN_AFTER, 10))
        return Breaker(BreakerState.OPEN, failures, now + pause)
