"""The gate every call of a connection passes: its budget and its breaker. Processes share one through the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from tillbridge.domain.clock import Clock
from tillbridge.domain.pace import Breaker, Bucket, Pace
from tillbridge.domain.specs import Limits

_interactive: ContextVar[bool] = ContextVar("interactive", default=False)
_RESERVE = 0.1


@contextmanager
def interactive() -> Iterator[None]:
    """Calls made inside go first: a person is waiting for them."""
    token = _interactive.set(True)
    try:
        yield
    finally:
        _interactive.reset(token)


def is_interactive() -> bool:
    return _interactive.get()


class Gate(Protocol):
    """Seconds to wait, 0 to go on. ``admit`` asks the breaker, ``permit`` the budget."""

    async def admit(self) -> float: ...
    async def permit(self, cost: float, *, interactive: bool) -> float: ...
    async def learn(self, pace: Pace) -> None: ...
    async def cool_down(self, seconds: float) -> None: ...
    async def report(self, *, well: bool) -> None: ...


class LocalGate:
    """A gate of this process alone: for a connection that is tested before it is saved."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self.bucket = Bucket(limits.budget, limits.budget, limits.restore_per_second, clock.now())
        self.breaker = Breaker()

    async def admit(self) -> float:
        now = self._clock.now()
        if not self.breaker.admits(now):
            return (self.breaker.until - now).total_seconds() if self.breaker.until else 0.0
        if self.breaker.until is not None:
            self.breaker = self.breaker.probing(now)
        return 0.0

    async def permit(self, cost: float, *, interactive: bool) -> float:
        reserve = 0.0 if interactive else _RESERVE * self.bucket.maximum
        self.bucket, wait = self.bucket.take(cost, self._clock.now(), reserve)
        return wait

    async def learn(self, pace: Pace) -> None:
        self.bucket = self.bucket.learn(pace, self._clock.now())

    async def cool_down(self, seconds: float) -> None:
        self.bucket = self.bucket.emptied(seconds, self._clock.now())

    async def report(self, *, well: bool) -> None:
        self.breaker = self.breaker.after_success() if well else self.breaker.after_failure(self._clock.now())
