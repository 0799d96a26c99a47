"""How long what is kept: each kind has an age and a bound on its number. The planner has it done once a day."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from tillbridge.storage.counts import added
from tillbridge.storage.database import Database

_KINDS: tuple[tuple[str, str, timedelta, int], ...] = (
    ("audit", "at", timedelta(days=400), 200_000),
    ("sighting", "at", timedelta(days=60), 200_000),
    ("movement", "at", timedelta(days=800), 1_000_000),
    ("notification", "last_at", timedelta(days=120), 20_000),
    ("quarantine", "at", timedelta(days=120), 20_000),
)
"""Table, time, age, number. Sales, deliveries and redemptions are the shop's books and are never pruned."""
_TRIED = (timedelta(days=120), 500_000)
"""Tries of settled jobs; those of open ones tell when something was sent and stay."""
_CONFLICTS_SETTLED_FOR = timedelta(days=120)
"""Those that wait for a person stay."""
_OF_SETTLED = "job_id NOT IN (SELECT id FROM job WHERE state IN ('waiting', 'running', 'parked'))"
_SETTLED_FOR = timedelta(days=400)
_AT_ONCE = 10_000


async def prune(database: Database, now: datetime) -> int:
    """Drop what is too old or too much; how many rows went. Ids rise with time, so the oldest go first."""
    gone = await _prune_jobs(database, now)
    age, most = _TRIED
    gone += await database.run(f"DELETE FROM attempt WHERE began_at < ? AND {_OF_SETTLED}", now - age)
    gone += await database.run(
        f"DELETE FROM attempt WHERE {_OF_SETTLED} "
        f"AND id <= (SELECT id FROM attempt ORDER BY id DESC LIMIT 1 OFFSET {most})"
    )
    gone += await database.run("DELETE FROM conflict WHERE standing <> 'open' AND at < ?", now - _CONFLICTS_SETTLED_FOR)
    for table, time_column, age, most in _KINDS:
        gone += await database.run(f"DELETE FROM {table} WHERE {time_column} < ?", now - age)
        gone += await database.run(
            f"DELETE FROM {table} WHERE id <= (SELECT id FROM {table} ORDER BY id DESC LIMIT 1 OFFSET {most})"
        )
    return gone


async def _prune_jobs(database: Database, now: datetime) -> int:
    """Jobs settled long ago, with their counts; their attempts have gone before them."""
    gone = 0
    while True:
        async with database.transaction():
            rows = await database.rows(
                "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state IN ('succeeded', 'cancelled') "
                "AND settled_at < ? ORDER BY id LIMIT ?) RETURNING connection_id, state",
                now - _SETTLED_FOR, _AT_ONCE,
            )  # fmt: skip
            counted = Counter((UUID(str(row["connection_id"])), str(row["state"])) for row in rows)
            for (connection_id, state), count in sorted(counted.items()):
                await added(database, connection_id, state, -count)
        gone += len(rows)
        if len(rows) < _AT_ONCE:
            return gone
