"""What operators are told, shown on every terminal until one of them has read it. Screens and verbs call it."""

from __future__ import annotations

from uuid import UUID

from tillbridge.domain.audit import Actor
from tillbridge.domain.notifications import Notification
from tillbridge.storage import Storage


class NotificationsService:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def unread(self) -> tuple[Notification, ...]:
        """Newest first, one per cause with its count."""
        return await self._storage.notifications.unread()

    async def list(self, limit: int = 100) -> tuple[Notification, ...]:
        """Read ones too."""
        return await self._storage.notifications.list(limit)

    async def mark_read(self, notification_id: UUID, actor: Actor) -> None:
        """Gone on all terminals; the next of its cause is a new one."""
        await self._storage.notifications.mark_read(notification_id, actor.name)
