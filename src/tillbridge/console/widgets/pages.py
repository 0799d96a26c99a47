"""Which rows of a long list are at hand. Pages are kept by their place; a page is read by its neighbour's key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from tillbridge.console.widgets.rows import Row, Source

PAGE = 64
KEPT = 24


class Pages:
    """A grid of pages over a list. ``base`` is the place of grid row 0, so that a rank learnt later moves no row."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, tuple[Row | None, ...]] = OrderedDict()
        self.base = 0

    def clear(self) -> None:
        self._pages.clear()
        self.base = 0

    def row(self, place: int) -> Row | None:
        """The row at a place, None when it was not read."""
        page, at = divmod(place - self.base, PAGE)
        rows = self._pages.get(page)
        return rows[at] if rows is not None and at < len(rows) else None

    def put(self, first: int, rows: Sequence[Row]) -> None:
        """Keep rows that start at a place, whole pages or parts of them."""
        for place, row in enumerate(rows, first):
            page, at = divmod(place - self.base, PAGE)
            kept = list(self._pages.get(page, ()))
            kept.extend([None] * (at + 1 - len(kept)))
            kept[at] = row
            self._pages[page] = tuple(kept)
            self._pages.move_to_end(page)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)

    async def read(self, source: Source, place: int, total: int) -> tuple[int, Sequence[Row]]:
        """Read the page a place is on, by the nearest known key; returns where it starts and its rows."""
        first = (place - self.base) // PAGE * PAGE + self.base
        last = min(first + PAGE, total)
        first = max(first, 0)
        before = self.row(first - 1)
        if first == 0 or before is not None:
            return first, await source.page(before.key if before else None, True, last - first)
        after = self.row(last) if last < total else None
        if last >= total or after is not None:
            rows = await source.page(after.key if after else None, False, last - first)
            return last - len(rows), rows
        return await self._jump(source, first, last, total)

    async def _jump(self, source: Source, first: int, last: int, total: int) -> tuple[int, Sequence[Row]]:
        """To where no neighbour is known: count off from the nearer end."""
        if first <= total - last:
            return first, await source.page(None, True, last - first, first)
        rows = await source.page(None, False, last - first, total - last)
        return last - len(rows), rows
