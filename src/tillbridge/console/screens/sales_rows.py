"""Sales as a source of table rows: pages by key from the service, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from tillbridge.console import formats
from tillbridge.console.widgets.pill import pill
from tillbridge.console.widgets.rows import Cell, Key, Row
from tillbridge.domain.orders import Origin
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.console.base import ConsoleApp
    from tillbridge.domain.sales import SaleFilter, SaleKey, SaleRow
    from tillbridge.services.sales import SaleEntry, SalesService


class SaleRows:
    """Implements ``widgets.rows.Source``."""

    def __init__(self, sales: SalesService, which: SaleFilter, app: ConsoleApp) -> None:
        self._sales, self._which, self._app = sales, which, app

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        key = cast("SaleKey | None", anchor)
        found = await self._sales.window(self._which, key, "forward" if forward else "backward", limit, skip)
        return [self._row(each) for each in found]

    async def count(self) -> int:
        return await self._sales.count(self._which)

    async def rank(self, key: Key) -> int:
        return await self._sales.rank(self._which, cast("SaleKey", key))

    def _row(self, entry: SaleEntry) -> Row:
        row, now = entry.row, self._app.clock.now()
        return Row(
            row.key,
            (
                Cell(formats.clock_time(row.sold_at, self._app.zone, now), "quiet"),
                Cell(row.receipt),
                Cell(origin_words(row), "quiet"),
                Cell(formats.money(row.total)),
                pill(entry.state),
            ),
        )


def origin_words(row: SaleRow) -> str:
    """The till it was paid at, or the store it was placed on."""
    if row.origin is Origin.ONLINE:
        return text("console.sales.online", connection=row.connection or text("console.unknown_value"))
    return row.till
