"""Jobs counted by connection and state, moved along by the transactions that move the jobs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tillbridge.storage.database import Database


async def added(database: Database, connection_id: UUID, state: str, jobs: int) -> None:
    """That many more jobs, or fewer when negative."""
    if jobs:
        await _add(database, ((connection_id, state, jobs),))


async def moved(database: Database, connection_id: UUID, before: str, after: str, jobs: int) -> None:
    """That many jobs went from one state to another."""
    if before != after and jobs:
        # always in the same order, so that two transactions cannot wait for each other
        await _add(database, sorted(((connection_id, before, -jobs), (connection_id, after, jobs))))


async def _add(database: Database, rows: Sequence[tuple[UUID, str, int]]) -> None:
    marks = ", ".join("(?, ?, ?)" for _ in rows)
    await database.run(
        f"INSERT INTO job_count (connection_id, state, jobs) VALUES {marks} "
        "ON CONFLICT (connection_id, state) DO UPDATE SET jobs = job_count.jobs + excluded.jobs",
        *(value for row in rows for value in row),
    )
