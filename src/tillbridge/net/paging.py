"""Walking pages: numbered, by cursor or by link. A strategy is chosen by the adapter; the loop stands here once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from tillbridge.domain.errors import Drift

T = TypeVar("T")

_MOST_PAGES = 100_000
"""No shop has so many; a server that never ends is drift, not patience."""


async def by_cursor(
    fetch: Callable[[str | None], Awaitable[tuple[T, str | None]]], start: str | None = None
) -> AsyncIterator[T]:
    """``fetch(cursor)`` answers a page and the next cursor, None on the last. A cursor that repeats raises Drift."""
    cursor, seen = start, set[str]()
    for _ in range(_MOST_PAGES):
        page, cursor = await fetch(cursor)
        yield page
        if cursor is None:
            return
        if cursor in seen:
            break
        seen.add(cursor)
    raise Drift(path="cursor", expected="a new cursor on each page", found="the same cursor again")


async def numbered(fetch: Callable[[int], Awaitable[tuple[T, bool]]], first: int = 1) -> AsyncIterator[T]:
    """``fetch(number)`` answers a page and whether another follows."""
    for number in range(first, first + _MOST_PAGES):
        page, more = await fetch(number)
        yield page
        if not more:
            return
    raise Drift(path="page", expected="a last page", found="pages without end")


async def by_link(fetch: Callable[[str], Awaitable[tuple[T, str | None]]], start: str) -> AsyncIterator[T]:
    """``fetch(address)`` answers a page and the address of the next, None on the last."""

    async def follow(cursor: str | None) -> tuple[T, str | None]:
        return await fetch(cursor or start)

    async for page in by_cursor(follow):
        yield page
