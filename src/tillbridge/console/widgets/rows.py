"""Rows as a table shows them, and where they come from. A source reads by key, so that a million rows cost as ten."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

Key = Hashable


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` 0: shares what is left. ``from_width``: shown only when the table is at least that wide."""

    title: str
    width: int = 0
    right: bool = False
    from_width: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """``tone`` is one of the tones of ``widgets.pill``; empty for plain text."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``key`` is the row's identity; its place in the table may change."""

    key: Key
    cells: tuple[Cell, ...]


class Source(Protocol):
    """Reads rows in the table's order."""

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        """Up to ``limit`` rows after (or before) the anchor, which is not included, in table order.

        No anchor: the first, or the last, rows. ``skip`` leaves out that many of the nearest, for a jump.
        """
        ...

    async def count(self) -> int: ...

    async def rank(self, key: Key) -> int:
        """How many rows stand before the key, whether it is still there or not."""
        ...


class ListSource:
    """Rows that are few and already there, such as the connections of a shop."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._at = {row.key: at for at, row in enumerate(self.rows)}

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        nowhere = -1 if forward else 0
        at = self._at.get(anchor, nowhere) if anchor is not None else -1 if forward else len(self.rows)
        if forward:
            return self.rows[at + 1 + skip : at + 1 + skip + limit]
        end = max(at - skip, 0)
        return self.rows[max(end - limit, 0) : end]

    async def count(self) -> int:
        return len(self.rows)

    async def rank(self, key: Key) -> int:
        return self._at.get(key, 0)
