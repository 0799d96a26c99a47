"""A clock for many who wait at once: it moves to the next who is due when nobody has anything left to do."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aiosqlite

from tests.support.clock import VirtualClock

_SURE = 3
"""How often in a row nothing may be found to do."""
_THREADS = 0.0005


class IdleClock(VirtualClock):
    """Time that work takes does not count, so that a slow machine measures the same as a fast one."""

    def __init__(self) -> None:
        super().__init__(auto=False)
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._number = itertools.count()
        self._at_the_database = 0

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._number), woken))
        await woken.wait()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While statements are counted, since they run in threads that the loop knows nothing of."""
        inner: Callable[..., Any] = aiosqlite.Connection._execute

        async def counted(connection: Any, *arguments: Any, **named: Any) -> Any:
            self._at_the_database += 1
            try:
                return await inner(connection, *arguments, **named)
            finally:
                self._at_the_database -= 1

        with patch.object(aiosqlite.Connection, "_execute", counted):
            yield

    async def run(self) -> None:
        """Move on for ever."""
        loop: Any = asyncio.get_running_loop()
        idle = 0
        while True:
            await asyncio.sleep(_THREADS if self._at_the_database or idle else 0)
            idle = 0 if self._at_the_database or loop._ready else idle + 1
            if idle >= _SURE and self._sleepers:
                due, _, woken = heapq.heappop(self._sleepers)
                self.advance(max(due - self._monotonic, 0.0))
                woken.set()
                idle = 0
