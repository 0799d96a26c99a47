"""Copies of the shop's data that were opened once before they are called good, and putting one back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.notifications import Severity
from tillbridge.domain.tokens import Secret
from tillbridge.messages import text
from tillbridge.storage import Storage, open_storage, restoring

_UNKNOWN = "queue.stock_restored"


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


async def put_back(
    copy: Path, database: Path, clock: Clock, actor: Actor, *, keyring: Path, passphrase: Secret | None = None
) -> Path | None:
    """Replace the database file by a copy; the old one is kept beside it and its path answered.

    The copy is first opened with the shop's keyring and begins a new epoch: every job not done starts with a look-up,
    since it may have been sent meanwhile; changes of stock, which cannot be looked up, wait for a person. Whatever
    fails before that leaves the old shop as it was. Nothing else may have the database open. Raises InvalidInput for a
    file that is no copy of ours, KeyMissing for one of another shop.
    """
    if not await asyncio.to_thread(restoring.may_be_copy, copy, database):
        raise InvalidInput(field="file", reason=text("health.not_a_backup", path=copy))
    async with restoring.draft_of(copy, database) as draft:
        async with open_storage(str(draft), clock, keyring_path=keyring, passphrase=passphrase) as storage:
            await _begin_epoch(storage, clock, actor)
        return await restoring.put_in_place(draft, database, clock.now())


async def _begin_epoch(storage: Storage, clock: Clock, actor: Actor) -> None:
    shop = await storage.shop.get()
    async with storage.transaction():
        await storage.shop.save(replace(shop, epoch=shop.epoch + 1))
        await storage.audit.add(AuditEntry(clock.now(), actor, "health.audit.restored", {}, "backup"))
        await _park_stock(storage)


async def _park_stock(storage: Storage) -> None:
    """A change of stock has no reference to be looked up by: only a person can tell whether it was booked meanwhile."""
    names = {each.id: each.name for each in await storage.connections.all()}
    for job in await storage.jobs.unsent(JobKind.PUSH_STOCK):
        facts = {"connection": names[job.connection_id], "sku": job.payload["sku"], "change": job.payload["delta"]}
        await storage.jobs.park(job, _UNKNOWN, facts)
        await storage.notifications.push(
            cause=f"{_UNKNOWN}:{job.connection_id}",
            severity=Severity.WARNING,
            message_id="queue.told.stock_restored",
            params={"connection": names[job.connection_id]},
            subject=str(job.connection_id),
        )
