"""Puts pulls into the queue at their rhythm and clears away old rows, once for all workers on a database.

Called by the worker each round and by ``tillbridge sync``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import structlog

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.jobs import JobKind
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import new_job
from tillbridge.sync.schedule import PRUNE_EVERY, PULL_EVERY

_SHOP = UUID(int=0)
"""What is no connection's own is kept under this id."""


_log = structlog.get_logger(__name__)


class Planner:
    """Only kinds with a handler are planned, and none while one of its kind is still open on that connection."""

    def __init__(self, storage: Storage, clock: Clock, kinds: Collection[JobKind]) -> None:
        self._storage, self._clock = storage, clock
        self._kinds = [kind for kind in PULL_EVERY if kind in kinds]
        self._pruned: datetime | None = None
        self._asked: dict[tuple[UUID, JobKind], datetime] = {}

    async def plan(self) -> None:
        """Look at the database only when this process has not planned that pull within its rhythm."""
        now = self._clock.now()
        for connection in await self._storage.connections.all():
            if connection.paused or connection.state is not ConnectionState.READY:
                continue
            for kind in self._kinds:
                asked = self._asked.get((connection.id, kind))
                if asked is None or now - asked >= PULL_EVERY[kind]:
                    await self._plan_one(connection.id, kind, now)
                    self._asked[connection.id, kind] = now

    async def clear_away(self) -> None:
        """Old rows go once a day, by whoever looks first. One that fails is tried again the next day."""
        now = self._clock.now()
        if self._pruned is not None and now - self._pruned < PRUNE_EVERY:
            return
        self._pruned = now
        async with self._storage.transaction():
            last = await self._storage.cursors.get(_SHOP, "pruned")
            if last and now - datetime.fromisoformat(last) < PRUNE_EVERY:
                return
            await self._storage.cursors.set(_SHOP, "pruned", now.isoformat())
        gone = await self._storage.prune()
        _log.info("old rows cleared away", action="prune", rows=gone)

    async def _plan_one(self, connection_id: UUID, kind: JobKind, now: datetime) -> None:
        name = f"planned:{kind.value}"
        async with self._storage.transaction():
            last = await self._storage.cursors.get(connection_id, name)
            if last and now - datetime.fromisoformat(last) < PULL_EVERY[kind]:
                return
            if await self._storage.jobs.unfinished(connection_id, kind):
                return
            await self._storage.jobs.add([new_job(kind, connection_id, now)])
            await self._storage.cursors.set(connection_id, name, now.isoformat())
