"""Jobs counted by connection and state, moved along by the transactions that move the jobs."""

from __future__ import annotations

from uuid import UUID

from tillbridge.storage.database import Database

_ADD = (
    "INSERT INTO job_count (connection_id, state, jobs) VALUES (?, ?, ?) "
    "ON CONFLICT (connection_id, state) DO UPDATE SET jobs = job_count.jobs + excluded.jobs"
)


async def added(database: Database, connection_id: UUID, state: str, jobs: int) -> None:
    if jobs:
        await database.run(_ADD, connection_id, state, jobs)


async def moved(database: Database, connection_id: UUID, before: str, after: str, jobs: int) -> None:
    """That many jobs went from one state to another."""
    if before != after:
        # always in the same order, so that two transactions cannot wait for each other
        for state, change in sorted(((before, -jobs), (after, jobs))):
            await added(database, connection_id, state, change)
