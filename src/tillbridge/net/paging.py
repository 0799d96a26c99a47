"""Walking pages by their cursor; the adapter fetches a page, the loop stands here once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tillbridge.domain.errors import Drift

T = TypeVar("T")

_MOST_PAGES = 100_000
"""No shop has so many; a server that never ends is drift, not patience."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list with its number, and whether another follows."""

    rows: list[Any]
    number: int
    more: bool


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


def cursor_page(cursor: str | None) -> int:
    """The page a cursor stands for; 1 without one. Raises Drift for a cursor of another platform."""
    if cursor is None:
        return 1
    if not cursor.isdigit() or int(cursor) < 1:
        raise Drift(path="cursor", expected="a page number", found=cursor)
    return int(cursor)
