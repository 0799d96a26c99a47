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
    """A clock that starts now and runs ``factor`` times as fast; waiting shrinks alike."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self._began, self._base = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic() - self._base)

    def monotonic(self) -> float:
        return self._base + (time.monotonic() - self._base) * self.factor

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.factor)


def business_date(at: datetime, zone: str, day_cut: time_of_day) -> date:
    """The trading day a moment belongs to: sales before the day cut count to the day before."""
    local = at.astimezone(ZoneInfo(zone))
    return local.date() - timedelta(days=1) if local.time() < day_cut else local.date()
