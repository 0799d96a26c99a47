"""Walking pages by their cursor; the adapter fetches a page, the loop stands here once."""

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
