"""The shop's data. ``open_storage`` opens it; everything else is reached through the Storage it yields."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from tillbridge.domain.clock import Clock, SystemClock
from tillbridge.domain.errors import KeyMissing
from tillbridge.domain.lanes import Lane
from tillbridge.domain.tokens import Secret
from tillbridge.storage import database as _database
from tillbridge.storage import keyring, retention
from tillbridge.storage.budgets import BudgetRepository
from tillbridge.storage.catalogue import CatalogueRepository
from tillbridge.storage.changes import Change, Changes
from tillbridge.storage.conflicts import ConflictRepository
from tillbridge.storage.connections import ConnectionRepository
from tillbridge.storage.customers import CustomerRepository
from tillbridge.storage.database import Database
from tillbridge.storage.goods_window import GoodsWindow
from tillbridge.storage.jobs import JobRepository
from tillbridge.storage.keyring import Keyring
from tillbridge.storage.lanes import LaneRepository
from tillbridge.storage.people import AuditRepository, NotificationRepository
from tillbridge.storage.pulls import CursorRepository, QuarantineRepository
from tillbridge.storage.redemptions import JournalEntry, RedemptionRepository
from tillbridge.storage.sale_window import SaleWindow
from tillbridge.storage.sales import SaleRepository
from tillbridge.storage.shop import ShopRepository
from tillbridge.storage.stock import StockRepository
from tillbridge.storage.together import Together
from tillbridge.storage.vault import Vault
from tillbridge.storage.windows import QueueWindow

T = TypeVar("T")

__all__ = ["Change", "JournalEntry", "Keyring", "Lane", "Storage", "Vault", "open_storage"]


class Storage:
    """One attribute per noun. All of them join the transaction that is open around the call."""

    def __init__(self, database: Database, clock: Clock, ring: Keyring, path: Path, passphrase: Secret | None) -> None:
        self._database, self._clock = database, clock
        self.place = database.place
        self.changes = Changes(database, clock)
        self.shop = ShopRepository(self.changes)
        self.connections = ConnectionRepository(database, self.changes)
        self.vault = Vault(database, self.changes, clock, ring, path, passphrase)
        self._together = Together(database)
        self.sales = SaleRepository(database, self.changes)
        self.sale_window = SaleWindow(database)
        self.lanes = LaneRepository(database)
        self.jobs = JobRepository(database, self.changes, self.lanes, self._together)
        self.queue = QueueWindow(database)
        self.budgets = BudgetRepository(database, self.changes)
        self.conflicts = ConflictRepository(database, self.changes, clock)
        self.catalogue = CatalogueRepository(database, self.changes, self.conflicts, clock)
        self.goods_window = GoodsWindow(database)
        self.stock = StockRepository(database, self.changes)
        self.customers = CustomerRepository(database, self.conflicts, clock)
        self.cursors = CursorRepository()
        self.quarantine = QuarantineRepository(self.changes, clock)
        self.redemptions = RedemptionRepository(clock)
        self.notifications = NotificationRepository(database, self.changes, clock)
        self.audit = AuditRepository()

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """All or nothing; durable when it ends. Start no task inside and send nothing over the network."""
        return self._database.transaction()

    async def together(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction shared with what others hand over meanwhile.

        Durable when it returns; a failure undoes its own writes only. It may run twice when PostgreSQL restarts, so all
        it does besides writing must be repeatable.
        """
        return await self._together.run(work)

    async def whole(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction of its own, again when PostgreSQL went away before the commit."""
        return await self._database.whole(work)

    async def aclose(self) -> None:
        """Let what is under way be committed; ``open_storage`` calls it."""
        await self._together.aclose()
        await self.changes.aclose()

    async def backup(self, target: Path) -> None:
        """A consistent copy while running, restored once on trial to prove it. The keyring is not part of it."""
        await _database.backup(self._database, target, self.vault.ring.check_value())

    async def is_sound(self) -> bool:
        """Whether every page of a SQLite file is in order; PostgreSQL looks after its own."""
        if not self._database.is_sqlite:
            return True
        return [list(row.values()) for row in await self._database.rows("PRAGMA quick_check(1)")] == [["ok"]]

    async def prune(self) -> int:
        """Drop what is kept long enough; the number of rows."""
        await self.changes.prune()
        return await retention.prune(self._database, self._clock.now())


@asynccontextmanager
async def open_storage(
    address: str,
    clock: Clock,
    *,
    keyring_path: Path,
    passphrase: Secret | None = None,
    accept_new_keyring: bool = False,
    for_all_tasks: bool = False,
) -> AsyncIterator[Storage]:
    """Open a shop's data, bringing it up to date first.

    ``address`` is a path or ``postgresql://`` URL. Raises NewerDatabase, WrongPassphrase, KeyMissing (no keyring, or
    one of another shop), DataReadOnly, DatabaseUnreachable. With ``accept_new_keyring`` a lost keyring file is replaced
    by a new one; ``vault.unreadable()`` then names the connections whose credentials went with it.
    ``for_all_tasks``: tasks that were started before find it too; one such opening a process.
    """
    async with Database(address, clock, for_all_tasks=for_all_tasks).opened() as database:
        async with database.start_up_lock():
            ring = await _agree(database, keyring_path, passphrase, accept_new_keyring)
        storage = Storage(database, clock, ring, keyring_path, passphrase)
        try:
            yield storage
        finally:
            await storage.aclose()


async def _agree(database: Database, path: Path, passphrase: Secret | None, accept_new: bool) -> Keyring:
    """A new database takes the keyring as its own; an old one only opens with the keyring it knows."""
    shop = ShopRepository(Changes(database, SystemClock()))
    await shop.ensure()
    known, ring = await shop.key_check(), await asyncio.to_thread(keyring.load, path, passphrase)
    if ring is None:
        if known is not None and not accept_new:
            raise KeyMissing(key_id=f"of {path.name}")
        ring = keyring.fresh()
        # in this order a stop in between leaves nothing that the next start refuses for good
        if known is None:
            await asyncio.to_thread(keyring.save, ring, path, passphrase)
        await shop.save_key_check(ring.check_value())
        if known is not None:
            await asyncio.to_thread(keyring.save, ring, path, passphrase)
    elif known is None:
        await shop.save_key_check(ring.check_value())
    elif ring.check_value() != known:
        raise KeyMissing(key_id="of this shop")
    return ring
