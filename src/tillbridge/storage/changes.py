"""The feed of changes: written with each change, followed by every process so that screens agree within a second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import DatabaseUnreachable
from tillbridge.storage.database import Database
from tillbridge.storage.schema import ChangeRow
from tillbridge.storage.trouble import translated

_LOOK_EVERY = 0.25
_LATE_SECONDS = 30.0
_MOST_GAPS = 1000
_KEEP = 10_000
_CHANNEL = "tillbridge"


@dataclass(frozen=True, slots=True)
class Change:
    """``kind`` names what changed (sale, job, connection, token, notification, catalogue, stock); ``subject`` its id."""

    seq: int
    kind: str
    subject: str


class Changes:
    """Note and follow changes. One follower per process: what it was told and what is missing is kept here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db, self._clock = database, clock
        self._seen: int | None = None
        self._gaps: dict[int, float] = {}
        self._listener: Any = None
        self._told = asyncio.Event()

    async def note(self, kind: str, subject: UUID | str = "") -> None:
        """Write a change; call it in the transaction that makes it."""
        await ChangeRow.create(kind=kind, subject=str(subject))
        if not self._db.is_sqlite:
            await self._db.rows("SELECT pg_notify(?, ?)", _CHANNEL, kind)

    async def newest(self) -> int:
        """The sequence to follow from."""
        rows = await self._db.rows("SELECT max(seq) AS newest FROM change")
        return int(rows[0]["newest"] or 0)

    async def tail(self, after: int, limit: int = 1000) -> tuple[Change, ...]:
        """Changes later than a sequence, oldest first, and those that were committed late with a lower one."""
        late = await self._late()
        rows = await self._db.rows(
            "SELECT seq, kind, subject FROM change WHERE seq > ? ORDER BY seq LIMIT ?", after, limit
        )
        found = tuple(Change(row["seq"], row["kind"], row["subject"]) for row in rows)
        if not self._db.is_sqlite:
            self._miss(after, found)
        return (*late, *found)

    def _miss(self, after: int, found: tuple[Change, ...]) -> None:
        """Numbers left out belong to transactions that are still open, or were rolled back."""
        expected = after + 1
        for each in found:
            if after and expected < each.seq:
                self._gaps.update(dict.fromkeys(range(expected, each.seq)[-_MOST_GAPS:], self._clock.monotonic()))
            expected = each.seq + 1

    async def _late(self) -> tuple[Change, ...]:
        now = self._clock.monotonic()
        self._gaps = {seq: since for seq, since in self._gaps.items() if now - since < _LATE_SECONDS}
        if not self._gaps:
            return ()
        rows = await ChangeRow.filter(seq__in=sorted(self._gaps)[-_MOST_GAPS:]).order_by("seq")
        for row in rows:
            del self._gaps[row.seq]
        return tuple(Change(row.seq, row.kind, row.subject) for row in rows)

    async def wait(self, seconds: float) -> bool:
        """Return when somebody changed something, at the latest after ``seconds``; whether somebody did."""
        if self._db.is_sqlite:
            return await self._look_until(seconds)
        try:
            await self._listen()
            await asyncio.wait_for(self._told.wait(), seconds)
        except DatabaseUnreachable:
            await self._clock.sleep(seconds)
        except TimeoutError:
            return await self._moved()
        self._told.clear()
        await self._moved()
        return True

    async def _look_until(self, seconds: float) -> bool:
        """SQLite tells nobody, so the newest number is looked at again and again: one step in an index."""
        waited = 0.0
        while not await self._moved():
            if waited >= seconds:
                return False
            await self._clock.sleep(min(_LOOK_EVERY, seconds))
            waited += _LOOK_EVERY
        return True

    async def _moved(self) -> bool:
        """Whether there is something newer than at the last look; the first look only remembers."""
        newest, before = await self.newest(), self._seen
        self._seen = newest
        return before is not None and newest != before

    async def _listen(self) -> None:
        if self._listener is not None and not self._listener.is_closed():
            return
        import asyncpg  # noqa: PLC0415  an extra: only where PostgreSQL is used

        with translated(self._db.place):
            self._listener = await asyncpg.connect(self._db.address)
            await self._listener.add_listener(_CHANNEL, lambda *_: self._told.set())

    async def aclose(self) -> None:
        if self._listener is not None:
            await self._listener.close()

    async def prune(self) -> int:
        """Keep the newest; a process that slept longer reads everything anew anyway."""
        return await self._db.run("DELETE FROM change WHERE seq < ?", await self.newest() - _KEEP)
