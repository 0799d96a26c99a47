"""The feed of changes: written with each change, followed by every process so that screens agree within a second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.storage.database import Database
from tillbridge.storage.schema import ChangeRow

_LOOK_EVERY = 0.25
_KEEP = 10_000
_CHANNEL = "tillbridge"


@dataclass(frozen=True, slots=True)
class Change:
    """``kind`` names what changed (sale, job, connection, token, notification, catalogue, stock); ``subject`` its id."""

    seq: int
    kind: str
    subject: str


class Changes:
    """Note and follow changes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db, self._clock = database, clock
        self._seen_version: int | None = None
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
        """Changes later than a sequence, oldest first."""
        rows = await self._db.rows(
            "SELECT seq, kind, subject FROM change WHERE seq > ? ORDER BY seq LIMIT ?", after, limit
        )
        return tuple(Change(row["seq"], row["kind"], row["subject"]) for row in rows)

    async def wait(self, seconds: float) -> bool:
        """Return when somebody changed something, at the latest after ``seconds``; whether somebody did."""
        if self._db.is_sqlite:
            return await self._wait_for_version(seconds)
        await self._listen()
        try:
            await asyncio.wait_for(self._told.wait(), seconds)
        except TimeoutError:
            return False
        self._told.clear()
        return True

    async def _wait_for_version(self, seconds: float) -> bool:
        """SQLite tells by a number that other connections' commits move; our own commits are counted by the feed."""
        waited = 0.0
        while True:
            version = await self.newest()
            if self._seen_version is None:
                self._seen_version = version
            if version != self._seen_version:
                self._seen_version = version
                return True
            if waited >= seconds:
                return False
            await self._clock.sleep(min(_LOOK_EVERY, seconds))
            waited += _LOOK_EVERY

    async def _listen(self) -> None:
        if self._listener is not None and not self._listener.is_closed():
            return
        import asyncpg  # noqa: PLC0415  an extra: only where PostgreSQL is used

        self._listener = await asyncpg.connect(self._db.address)
        await self._listener.add_listener(_CHANNEL, lambda *_: self._told.set())

    async def aclose(self) -> None:
        if self._listener is not None:
            await self._listener.close()

    async def prune(self) -> None:
        """Keep the newest; a process that slept longer reads everything anew anyway."""
        await self._db.run("DELETE FROM change WHERE seq < ?", await self.newest() - _KEEP)
