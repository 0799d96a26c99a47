"""Where pulls stand, and the records that did not fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.ids import new_id
from tillbridge.storage.changes import Changes
from tillbridge.storage.schema import CursorRow, QuarantineRow

_LONGEST = 200


class RefusedRecord(Protocol):
    """What a page could not map."""

    @property
    def external_id(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def expected(self) -> str: ...
    @property
    def found(self) -> str: ...
    @property
    def raw(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that waits for a fix."""

    id: UUID
    connection_id: UUID
    kind: str
    external_id: str
    path: str
    expected: str
    found: str
    raw: str
    at: datetime


class CursorRepository:
    """A pull's place, by connection and kind."""

    async def get(self, connection_id: UUID, kind: str) -> str | None:
        row = await CursorRow.get_or_none(connection_id=connection_id, kind=kind)
        return None if row is None else row.value

    async def set(self, connection_id: UUID, kind: str, value: str) -> None:
        await CursorRow.update_or_create(connection_id=connection_id, kind=kind, defaults={"value": value})


class QuarantineRepository:
    def __init__(self, changes: Changes, clock: Clock) -> None:
        self._changes, self._clock = changes, clock

    async def add(self, connection_id: UUID, kind: str, record: RefusedRecord) -> None:
        """The newest state of a record; pulled again it replaces the older one."""
        values: dict[str, Any] = {
            "path": record.path[:_LONGEST], "expected": record.expected[:_LONGEST], "found": record.found[:_LONGEST],
            "body": record.raw, "at": self._clock.now(),
        }  # fmt: skip
        key: dict[str, Any] = {"connection_id": connection_id, "kind": kind, "external_id": record.external_id}
        if not await QuarantineRow.filter(**key).update(**values):
            await QuarantineRow.create(id=new_id(), **key, **values)
        await self._changes.note("quarantine", connection_id)

    async def list(self, connection_id: UUID | None = None, limit: int = 200) -> tuple[Quarantined, ...]:
        """Newest first."""
        query = QuarantineRow.filter(connection_id=connection_id) if connection_id else QuarantineRow.all()
        return tuple(_quarantined(row) for row in await query.order_by("-at").limit(limit))

    async def release(self, record_id: UUID) -> Quarantined | None:
        """Take a record out, to be mapped again."""
        row = await QuarantineRow.get_or_none(id=record_id)
        if row is None:
            return None
        await QuarantineRow.filter(id=record_id).delete()
        await self._changes.note("quarantine", UUID(str(row.connection_id)))
        return _quarantined(row)


def _quarantined(row: QuarantineRow) -> Quarantined:
    return Quarantined(
        row.id,
        UUID(str(row.connection_id)),
        row.kind,
        row.external_id,
        row.path,
        row.expected,
        row.found,
        row.body,
        row.at,
    )
