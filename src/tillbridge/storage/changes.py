"""The feed of changes: written with each change, followed by every process so that screens agree within a second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from tillbridge.domain.clock import Clock
from tillbridge.storage.database import Database
from tillbridge.storage.trouble import translated

_LOOK_EVERY = 0.25
_KEEP = 10_000
_CHANNEL = "tillbridge"

# On PostgreSQL a number drawn early may be committed late. A transaction therefore marks, by a lock that names the
# last number before its own, where a reader has to stop; one mark each, since locks are few.
_MARKS = 7_711 << 40
_MARK = f"""
mark AS MATERIALIZED (
 SELECT CASE WHEN current_setting('tillbridge.marked', true) = '1' THEN '1' ELSE set_config('tillbridge.marked',
  '1' || pg_advisory_xact_lock_shared({_MARKS} + CASE WHEN is_called THEN last_value ELSE 0 END)::text, true) END
 FROM change_seq_seq)
"""
_NOTE = f"""
WITH {_MARK}, made AS (INSERT INTO change (kind, subject) SELECT ?::text, ?::text FROM mark RETURNING kind)
SELECT pg_notify('{_CHANNEL}', kind) FROM made
"""
TOLD = f"(SELECT pg_notify('{_CHANNEL}', kind)::text FROM made) AS told"
"""What a PostgreSQL statement with ``noted_from`` has to answer besides its rows."""
_SETTLED = f"""
SELECT least((SELECT max(seq) FROM change),
 (SELECT min(((classid::bigint << 32) | objid::bigint) - {_MARKS}) FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 8 = {_MARKS >> 40}
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))) AS newest
"""


def noted_from(source: str) -> str:
    """Part of a PostgreSQL statement: the feed hears of the jobs of its part ``source``, if there are any."""
    return (
        f"{_MARK}, made AS (INSERT INTO change (kind, subject) SELECT 'job', id::text FROM mark, "
        f"(SELECT id FROM {source} LIMIT 1) AS first RETURNING kind)"
    )


@dataclass(frozen=True, slots=True)
class Change:
    """``kind``: sale, job, connection, token, notification, catalogue, stock, quarantine, conflict, shop."""

    seq: int
    kind: str
    subject: str


class Changes:
    """Note and follow changes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db, self._clock = database, clock
        self._seen: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()
        self._listener: Any = None
        self._listening = asyncio.Lock()
        self._told = asyncio.Event()

    async def note(self, kind: str, subject: UUID | str = "") -> None:
        """Write a change; call it in the transaction that makes it."""
        if self._db.is_sqlite:
            await self._db.run("INSERT INTO change (kind, subject) VALUES (?, ?)", kind, str(subject))
        else:
            await self._db.rows(_NOTE, kind, str(subject))

    async def newest(self) -> int:
        """The sequence to follow from: no change up to it is still to come."""
        sql = "SELECT max(seq) AS newest FROM change" if self._db.is_sqlite else _SETTLED
        rows = await self._db.rows(sql, long=True)
        return int(rows[0]["newest"] or 0)

    async def tail(self, after: int, limit: int = 1000) -> tuple[Change, ...]:
        """Changes later than a sequence, oldest first."""
        # read before the rows: what is committed in between must be among them
        newest = await self.newest()
        rows = await self._db.rows(
            "SELECT seq, kind, subject FROM change WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            after, newest, limit, long=True,
        )  # fmt: skip
        return tuple(Change(row["seq"], row["kind"], row["subject"]) for row in rows)

    async def wait(self, seconds: float, after: int | None = None) -> bool:
        """Return when any process, this one too, changed something; at the latest after ``seconds``.

        Counted are changes later than ``after``, or than the same task's last wait. Answers whether there were any.
        """
        task = asyncio.current_task()
        assert task is not None, "waiting happens in a task"
        if not self._db.is_sqlite:
            await self._listen()
        known = after if after is not None else self._seen.get(task)
        until = self._clock.monotonic() + seconds
        while True:
            told = self._told
            newest = await self.newest()
            known = newest if known is None else known
            self._seen[task] = newest
            left = until - self._clock.monotonic()
            if newest != known or left <= 0:
                return newest != known
            await self._pause(left, told)

    async def _pause(self, seconds: float, told: asyncio.Event) -> None:
        """SQLite tells nobody, so look again; PostgreSQL tells."""
        if self._db.is_sqlite:
            await self._clock.sleep(min(_LOOK_EVERY, seconds))
            return
        both = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(told.wait())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _listen(self) -> None:
        async with self._listening:
            if self._listener is not None and not self._listener.is_closed():
                return
            import asyncpg  # noqa: PLC0415  an extra: only where PostgreSQL is used

            from tillbridge.storage.asyncpg_engine import CONNECT_SECONDS  # noqa: PLC0415  likewise

            with translated(self._db.place):
                self._listener = await asyncpg.connect(self._db.address, timeout=CONNECT_SECONDS)
                self._listener.add_termination_listener(self._tell)
                await self._listener.add_listener(_CHANNEL, self._tell)

    def _tell(self, *_: object) -> None:
        """Wake everybody who waits, and nobody who comes later."""
        self._told.set()
        self._told = asyncio.Event()

    async def aclose(self) -> None:
        if self._listener is not None:
            self._listener.remove_termination_listener(self._tell)
            await self._listener.close()

    async def prune(self) -> None:
        """Keep the newest; a process that slept longer reads everything anew anyway."""
        await self._db.run("DELETE FROM change WHERE seq < ?", await self.newest() - _KEEP)
