"""A clock that moves only when told, or when somebody sleeps on it. Tests never wait for real time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class VirtualClock:
    """``sleep`` moves time on by itself when ``auto`` is set, so that back-off and leases pass at once."""

    def __init__(self, start: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC), *, auto: bool = True) -> None:
        self._now = start
        self._monotonic = 1000.0
        self.auto = auto
        self.slept: list[float] = []
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move time on and wake sleepers."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    def set_wall(self, at: datetime) -> None:
        """Set the wall clock alone, as an operator or a time server might."""
        self._now = at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.auto:
            self.advance(max(seconds, 0))
            await asyncio.sleep(0)
            return
        due = self._monotonic + seconds
        while self._monotonic < due:
            await self._moved.wait()
