"""Jobs counted by connection and state, moved along by the transactions that move the jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from tillbridge.storage.database import Database

_ADDED_TO = "ON CONFLICT (connection_id, state) DO UPDATE SET jobs = job_count.jobs + excluded.jobs"


async def added(database: Database, connection_id: UUID, state: str, jobs: int) -> None:
    """That many more jobs, or fewer when negative."""
    if jobs:
        await _add(database, ((connection_id, state, jobs),))


async def moved(database: Database, connection_id: UUID, before: str, after: str, jobs: int) -> None:
    """That many jobs went from one state to another."""
    await moved_all(database, before, {(connection_id, after): jobs})


async def moved_all(database: Database, before: str, after: Mapping[tuple[UUID, str], int]) -> None:
    """Jobs of several connections left one state for others; ``after`` counts them by connection and new state."""
    changes: Counter[tuple[UUID, str]] = Counter()
    for (connection_id, state), jobs in after.items():
        changes[connection_id, before] -= jobs
        changes[connection_id, state] += jobs
    # always in the same order, so that two transactions cannot wait for each other
    rows = sorted((connection_id, state, jobs) for (connection_id, state), jobs in changes.items() if jobs)
    if rows:
        await _add(database, rows)


def counted_from(source: str, before: str = "") -> str:
    """Part of a PostgreSQL statement: counts in the jobs of its part ``source``, which left ``before`` if named.

    ``source`` must answer connection_id and state.
    """
    left = f"UNION ALL SELECT connection_id, '{before}', -count(*) FROM {source} GROUP BY 1" if before else ""
    return (
        "counted AS (INSERT INTO job_count (connection_id, state, jobs) SELECT connection_id, state, jobs FROM "
        f"(SELECT connection_id, state, count(*) AS jobs FROM {source} GROUP BY 1, 2 {left}) AS moves ORDER BY 1, 2 "
        f"{_ADDED_TO})"
    )


async def _add(database: Database, rows: Sequence[tuple[UUID, str, int]]) -> None:
    marks = ", ".join("(?, ?, ?)" for _ in rows)
    await database.run(
        f"INSERT INTO job_count (connection_id, state, jobs) VALUES {marks} {_ADDED_TO}",
        *(value for row in rows for value in row),
    )
