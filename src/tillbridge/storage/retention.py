"""How long what is kept: each kind has an age and a bound on its size."""

from __future__ import annotations

from datetime import datetime, timedelta

from tillbridge.storage.database import Database

_KINDS: tuple[tuple[str, str, str, timedelta, int], ...] = (
    ("audit", "at", "id", timedelta(days=400), 200_000),
    ("sighting", "at", "id", timedelta(days=60), 200_000),
    ("movement", "at", "id", timedelta(days=800), 1_000_000),
    ("attempt", "began_at", "id", timedelta(days=120), 500_000),
    ("notification", "last_at", "id", timedelta(days=120), 20_000),
    ("quarantine", "at", "id", timedelta(days=120), 20_000),
)
"""Table, time, key, age, number. Sales, deliveries and redemptions are the shop's books and are never pruned."""


async def prune(database: Database, now: datetime) -> int:
    """Drop what is too old or too much; how many rows went."""
    gone = 0
    for table, time_column, key, age, most in _KINDS:
        gone += await database.run(f"DELETE FROM {table} WHERE {time_column} < ?", now - age)
        gone += await database.run(
            f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 100000 OFFSET {most})"
        )
    return gone
