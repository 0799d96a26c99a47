"""Copies of the shop's data that were opened once before they are called good, and putting one back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import InvalidInput
from tillbridge.messages import text
from tillbridge.storage import Storage


class BackupService:
    """The keyring is never part of a copy: keep it apart."""

    def __init__(self, storage: Storage, clock: Clock, folder: Path) -> None:
        self._storage, self._clock, self._folder = storage, clock, folder

    async def make(self, target: Path | None, actor: Actor) -> Path:
        """A consistent copy while everything runs. Raises StorageError when the copy does not open."""
        now = self._clock.now()
        path = target or self._folder / "backups" / f"tillbridge-{now:%Y%m%d-%H%M%S}.db"
        if path.exists():
            raise InvalidInput(field="file", reason=text("health.backup_exists", path=path))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        await self._storage.backup(path)
        await self._storage.audit.add(AuditEntry(now, actor, "health.audit.backup", {"path": str(path)}, "backup"))
        return path

    async def begin_epoch(self, actor: Actor) -> None:
        """After a restore: every job not done starts with a look-up, since it may have been sent meanwhile."""
        shop = await self._storage.shop.get()
        async with self._storage.transaction():
            await self._storage.shop.save(replace(shop, epoch=shop.epoch + 1))
            entry = AuditEntry(self._clock.now(), actor, "health.audit.restored", {}, "backup")
            await self._storage.audit.add(entry)


def put_back(copy: Path, database: Path, now: datetime) -> Path | None:
    """Replace the database file by a copy; the old one is kept beside it and its path answered.

    Nothing else may have the database open. Raises InvalidInput for a file that is no copy of ours.
    """
    with copy.open("rb") as file:
        if file.read(16) != b"SQLite format 3\x00":
            raise InvalidInput(field="file", reason=text("health.not_a_backup", path=copy))
    kept = None
    if database.exists():
        kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
        database.replace(kept)
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(copy, database)
    database.chmod(0o600)
    return kept
