"""Records of stores that did not fit: seeing them grouped by what is wrong, and having them read again after a fix.

The command line and the Goods panel call QuarantineService; a record leaves by itself as soon as it is read and fits.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import InvalidInput, UnknownConnection
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.queue import QueueFilter
from tillbridge.messages import text
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import new_job
from tillbridge.sync.quarantining import shape_of


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record as the store sent it (``raw`` is JSON), with where it does not fit."""

    id: UUID
    external_id: str
    path: str
    expected: str
    found: str
    raw: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Records of a store that do not fit in the same place. ``kind`` is the pull that met them."""

    connection: str
    kind: JobKind
    path: str
    records: tuple[HeldRecord, ...]


@dataclass(frozen=True, slots=True)
class HeldCount:
    """How many records of a store do not fit in the same place."""

    connection: str
    kind: JobKind
    path: str
    records: int


_MOST = 5000


class QuarantineService:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def list(self, name: str = "") -> tuple[HeldGroup, ...]:
        """Grouped by store, kind and path, the largest group first; ``name`` limits it to one store."""
        names = {each.id: each.name for each in await self._connections(name)}
        groups: dict[tuple[str, JobKind, str], list[HeldRecord]] = defaultdict(list)
        for each in await self._storage.quarantine.list(limit=_MOST):
            if each.connection_id in names:
                key = (names[each.connection_id], JobKind(each.kind), shape_of(each.path))
                groups[key].append(
                    HeldRecord(each.id, each.external_id, each.path, each.expected, each.found, each.raw, each.at)
                )
        found = [HeldGroup(*key, tuple(records)) for key, records in groups.items()]
        return tuple(sorted(found, key=lambda each: (-len(each.records), each.connection, each.kind.value, each.path)))

    async def counts(self) -> tuple[HeldCount, ...]:
        """How many records wait, grouped as ``list`` does, the most first; read without the records themselves."""
        names = {each.id: each.name for each in await self._connections("")}
        found: dict[tuple[str, JobKind, str], int] = defaultdict(int)
        for each in await self._storage.quarantine.misfits():
            if each.connection_id in names:
                found[names[each.connection_id], JobKind(each.kind), shape_of(each.path)] += each.records
        counts = [HeldCount(*key, records) for key, records in found.items()]
        return tuple(sorted(counts, key=lambda each: (-each.records, each.connection, each.kind.value, each.path)))

    async def replay(self, actor: Actor, name: str = "") -> int:
        """Read what the records came from anew, from its beginning; how many records that concerns.

        They stay here until they fit. Raises InvalidInput while such a pull is running.
        """
        count = 0
        for connection in await self._connections(name):
            async with self._storage.transaction():
                for kind, held in (await self._storage.quarantine.counts(connection.id)).items():
                    await self._read_anew(connection, JobKind(kind))
                    count += held
                    facts = {"connection": connection.name, "count": str(held)}
                    entry = AuditEntry(self._clock.now(), actor, "quarantine.audit.replayed", facts, connection.name)
                    await self._storage.audit.add(entry)
        return count

    async def _read_anew(self, connection: Connection, kind: JobKind) -> None:
        """From the start of the list, since a store does not say since when a record is as it is."""
        running = QueueFilter((JobState.RUNNING,), (connection.id,), (kind,))
        if await self._storage.queue.count(running):
            raise InvalidInput(field="connection", reason=text("quarantine.running", connection=connection.name))
        await self._storage.cursors.set(connection.id, kind.value, "")
        await self._storage.quarantine.drop_nameless(connection.id, kind.value)
        if not await self._storage.jobs.unfinished(connection.id, kind):
            await self._storage.jobs.add([new_job(kind, connection.id, self._clock.now())])

    async def _connections(self, name: str) -> tuple[Connection, ...]:
        if not name:
            return await self._storage.connections.all()
        found = await self._storage.connections.by_name(name)
        if found is None:
            raise UnknownConnection(name=name)
        return (found,)
