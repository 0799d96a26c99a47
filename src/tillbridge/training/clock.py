"""The clock of a pretended shop: it follows the clock it was given and can be put forward."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable


class Ticking(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime: ...


@runtime_checkable
class Waiting(Protocol):
    """A clock that one can wait on as well; a fast or virtual one makes the wait short."""

    async def sleep(self, seconds: float) -> None: ...


class ShopClock:
    """Aware UTC. ``advance`` moves this shop alone, so that tokens expire and codes end while you watch."""

    def __init__(self, follows: Ticking | None = None) -> None:
        self._follows = follows
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        base = self._follows.now() if self._follows else datetime.now(UTC)
        return base + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait on the clock this one follows, or for real when it follows none."""
        if isinstance(self._follows, Waiting):
            await self._follows.sleep(seconds)
        else:
            await asyncio.sleep(seconds)
