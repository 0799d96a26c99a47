"""Whose turn it is at the goods of a store: sales go side by side, a change of a number alone.

A number read before a sale and written after it would undo the sale, so the handlers of both ask here.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta


class GoodsTurns:
    """One lane's. A lane is driven by one process at a time, so its memory knows all that is under way there.

    What is under way no more but has no answer yet is asked of the database: see ``pause``.
    """

    def __init__(self) -> None:
        self._sales: Counter[str] = Counter()
        self._changes: set[str] = set()
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def sale(self, skus: Collection[str]) -> AsyncIterator[None]:
        """Waits until none of the goods has its number changed."""
        while not self._changes.isdisjoint(skus):
            await self._moved.wait()
        mine = Counter(set(skus))
        self._sales += mine
        try:
            yield
        finally:
            self._sales -= mine
            self._tell()

    @asynccontextmanager
    async def change(self, sku: str) -> AsyncIterator[None]:
        """Waits until nobody else is at these goods."""
        while sku in self._changes or self._sales[sku]:
            await self._moved.wait()
        self._changes.add(sku)
        try:
            yield
        finally:
            self._changes.discard(sku)
            self._tell()

    def _tell(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


_TURN = timedelta(seconds=1)


def pause(doubts: Iterable[datetime], now: datetime) -> timedelta | None:
    """How long to wait for work whose answer was lost, by when it looks again; None when there is none."""
    return max((max(each - now, timedelta(0)) + _TURN for each in doubts), default=None)
