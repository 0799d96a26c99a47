"""What operators did (audit) and what they are told (notifications)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tillbridge.domain.audit import Actor, ActorKind, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.ids import new_id
from tillbridge.domain.notifications import Notification, Severity
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.schema import AuditRow, NotificationRow

_PUSH = """
INSERT INTO notification
 (id, cause, open_cause, severity, message_id, params, subject, count, first_at, last_at, read_by)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, '')
ON CONFLICT (open_cause) DO UPDATE SET count = notification.count + 1, last_at = excluded.last_at,
 severity = excluded.severity, message_id = excluded.message_id, params = excluded.params, subject = excluded.subject
RETURNING id
"""


class AuditRepository:
    async def add(self, entry: AuditEntry) -> None:
        await AuditRow.create(
            id=new_id(), at=entry.at, actor_kind=entry.actor.kind.value, actor=entry.actor.name,
            message_id=entry.message_id, params=dict(entry.params), subject=entry.subject[:80],
        )  # fmt: skip

    async def list(self, limit: int = 100, subject: str = "") -> tuple[AuditEntry, ...]:
        """Newest first."""
        query = AuditRow.filter(subject=subject) if subject else AuditRow.all()
        return tuple(
            AuditEntry(row.at, Actor(ActorKind(row.actor_kind), row.actor), row.message_id, row.params, row.subject)
            for row in await query.order_by("-id").limit(limit)
        )


class NotificationRepository:
    def __init__(self, database: Database, changes: Changes, clock: Clock) -> None:
        self._db, self._changes, self._clock = database, changes, clock

    async def push(
        self, cause: str, severity: Severity, message_id: str, params: Mapping[str, str], subject: str
    ) -> UUID:
        """Tell operators. While an earlier one of the same cause is unread, it counts up instead."""
        now = self._clock.now()
        cause = cause[:160]
        async with self._db.transaction():
            rows = await self._db.rows(
                _PUSH, new_id(), cause, cause, severity.value, message_id, json.dumps(dict(params)), subject[:120],
                now, now,
            )  # fmt: skip
            told = UUID(str(rows[0]["id"]))
            await self._changes.note("notification", told)
            return told

    async def unread(self) -> tuple[Notification, ...]:
        """Newest first."""
        return tuple(_notification(row) for row in await NotificationRow.filter(read_at=None).order_by("-last_at"))

    async def list(self, limit: int = 100) -> tuple[Notification, ...]:
        """Read ones too, newest first."""
        return tuple(_notification(row) for row in await NotificationRow.all().order_by("-last_at").limit(limit))

    async def mark_read(self, notification_id: UUID, by: str) -> None:
        """Read on all terminals at once; the next of its cause is a new one."""
        await NotificationRow.filter(id=notification_id, read_at=None).update(
            read_by=by, read_at=self._clock.now(), open_cause=str(notification_id)
        )
        await self._changes.note("notification", notification_id)


def _notification(row: NotificationRow) -> Notification:
    first: datetime = row.first_at
    return Notification(
        id=row.id, cause=row.cause, severity=Severity(row.severity), message_id=row.message_id, params=row.params,
        subject=row.subject, count=row.count, first_at=first, last_at=row.last_at, read_by=row.read_by,
        read_at=row.read_at,
    )  # fmt: skip
