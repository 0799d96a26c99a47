"""Time as the business sees it: aware UTC, from one Clock that wiring hands out. Training may run a faster one."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """What time it is, and waiting. ``monotonic`` never runs backwards, whatever the wall clock does."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ScaledClock:
    """A clock that runs ``factor`` times as fast since ``since`` (now, if not given); waiting shrinks alike.

    Processes that are given the same two agree on the time.
    """

    def __init__(self, factor: float, since: datetime | None = None) -> None:
        now = datetime.now(UTC)
        self.factor = factor
        self._began = since + (now - since) * factor if since else now
        self._base = time.monotonic()

    @classmethod
    def parse(cls, words: str) -> ScaledClock:
        """Of ``20`` or ``20@2026-11-24T09:00:00+00:00``. Raises ValueError saying what is wrong."""
        factor, at, since = words.partition("@")
        began = datetime.fromisoformat(since) if at else None
        if began is not None and began.tzinfo is None:
            raise ValueError("the time needs its offset, such as +00:00")
        if not 1 <= float(factor) <= 1000:
            raise ValueError("time may pass 1 to 1000 times as fast")
        return cls(float(factor), began)

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic() - self._base)

    def monotonic(self) -> float:
        return self._base + (time.monotonic() - self._base) * self.factor

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.factor)


def on_clock(clock: Clock, seconds: float) -> float:
    """How many seconds pass on ``clock`` in so many real ones: leases last in real time, whatever the clock does."""
    return seconds * clock.factor if isinstance(clock, ScaledClock) else seconds


def business_date(at: datetime, zone: str, day_cut: time_of_day) -> date:
    """The trading day a moment belongs to: sales before the day cut count to the day before."""
    local = at.astimezone(ZoneInfo(zone))
    return local.date() - timedelta(days=1) if local.time() < day_cut else local.date()
