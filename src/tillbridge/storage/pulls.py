"""Where pulls stand, and the records that did not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tortoise.functions import Count

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


@dataclass(frozen=True, slots=True)
class Misfit:
    """How many records do not fit at a path."""

    connection_id: UUID
    kind: str
    path: str
    records: int


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

    async def add(self, connection_id: UUID, kind: str, record: RefusedRecord) -> bool:
        """The newest state of a record; pulled again it replaces the older one. Whether that is news."""
        values: dict[str, Any] = {
            "path": record.path[:_LONGEST], "expected": record.expected[:_LONGEST], "found": record.found[:_LONGEST],
            "body": record.raw, "at": self._clock.now(),
        }  # fmt: skip
        key: dict[str, Any] = {"connection_id": connection_id, "kind": kind, "external_id": record.external_id}
        before = await QuarantineRow.get_or_none(**key)
        if before is None:
            await QuarantineRow.create(id=new_id(), **key, **values)
        else:
            await QuarantineRow.filter(id=before.id).update(**values)
        await self._changes.note("quarantine", connection_id)
        return before is None or (before.expected, before.found, before.body) != (
            values["expected"], values["found"], values["body"],
        )  # fmt: skip

    async def settle(self, connection_id: UUID, kind: str, external_ids: Sequence[str]) -> None:
        """Let go of records that fit by now."""
        named = [each for each in external_ids if each]
        query = QuarantineRow.filter(connection_id=connection_id, kind=kind, external_id__in=named)
        if named and await query.delete():
            await self._changes.note("quarantine", connection_id)

    async def drop_nameless(self, connection_id: UUID, kind: str) -> None:
        """Forget a record without id: nothing tells whether it fits by now, and it comes back if it does not."""
        await QuarantineRow.filter(connection_id=connection_id, kind=kind, external_id="").delete()

    async def counts(self, connection_id: UUID) -> Mapping[str, int]:
        """Records of a connection that wait, by kind."""
        query = QuarantineRow.filter(connection_id=connection_id).annotate(n=Count("id")).group_by("kind")
        return {row["kind"]: row["n"] for row in await query.values("kind", "n")}

    async def totals(self) -> Mapping[UUID, int]:
        """Records that wait, by connection."""
        query = QuarantineRow.annotate(n=Count("id")).group_by("connection_id")
        return {UUID(str(row["connection_id"])): row["n"] for row in await query.values("connection_id", "n")}

    async def misfits(self, limit: int = 500) -> tuple[Misfit, ...]:
        """How many records of each connection and kind do not fit at each path, most first; without the records."""
        query = QuarantineRow.annotate(n=Count("id")).group_by("connection_id", "kind", "path").order_by("-n")
        rows = await query.limit(limit).values("connection_id", "kind", "path", "n")
        return tuple(Misfit(UUID(str(row["connection_id"])), row["kind"], row["path"], row["n"]) for row in rows)

    async def list(self, connection_id: UUID | None = None, limit: int = 200) -> tuple[Quarantined, ...]:
        """Newest first."""
        query = QuarantineRow.filter(connection_id=connection_id) if connection_id else QuarantineRow.all()
        return tuple(_quarantined(row) for row in await query.order_by("-at", "-id").limit(limit))


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
