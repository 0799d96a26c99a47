"""Who did what, newest first. Screens and verbs call it; services and the worker write the entries themselves."""

from __future__ import annotations

from tillbridge.domain.audit import AuditEntry
from tillbridge.storage import Storage


class AuditService:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def list(self, limit: int = 100, subject: str = "") -> tuple[AuditEntry, ...]:
        """``subject`` limits it to one sale's reference or one job's id."""
        return await self._storage.audit.list(limit, subject)
