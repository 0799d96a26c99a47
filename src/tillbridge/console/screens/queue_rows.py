"""The queue as a source of table rows: pages by key from the service, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from tillbridge.console import formats
from tillbridge.console.widgets.pill import custom, pill
from tillbridge.console.widgets.rows import Cell, Key, Row
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.console.base import ConsoleApp
    from tillbridge.domain.queue import JobKey, QueueFilter, QueueRow
    from tillbridge.services.queue import Direction, QueueService


class JobRows:
    """Implements ``widgets.rows.Source``."""

    def __init__(self, queue: QueueService, which: QueueFilter, app: ConsoleApp) -> None:
        self._queue, self._which, self._app = queue, which, app

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        direction: Direction = "forward" if forward else "backward"
        page = await self._queue.window(self._which, cast("JobKey | None", anchor), direction, limit, skip)
        return [self._row(each) for each in page.rows]

    async def count(self) -> int:
        return await self._queue.count(self._which)

    async def rank(self, key: Key) -> int:
        return await self._queue.rank(self._which, cast("JobKey", key))

    def _row(self, row: QueueRow) -> Row:
        now = self._app.clock.now()
        return Row(
            row.key,
            (
                Cell(formats.clock_time(row.run_at, self._app.zone, now), "quiet"),
                Cell(f"{text(f'console.kind.{row.kind.value}')} {row.subject}".rstrip()),
                Cell(row.connection, "quiet"),
                state_pill(row.state, row.phase),
                Cell(str(row.attempts) if row.attempts else "", "quiet"),
            ),
        )


def state_pill(state: JobState, phase: Phase) -> Cell:
    """A parked job that was sent without a trustworthy answer is unknown, not failed."""
    if state is JobState.PARKED and phase is Phase.SENDING:
        return custom("?", text("console.state.order.unknown"), "warn")
    return pill(state)
