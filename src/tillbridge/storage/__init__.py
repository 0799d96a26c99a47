"""The shop's data. ``open_storage`` opens it; everything else is reached through the Storage it yields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import KeyMissing
from tillbridge.domain.lanes import Lane
from tillbridge.domain.tokens import Secret
from tillbridge.storage import database as _database
from tillbridge.storage import keyring, retention
from tillbridge.storage.budgets import BudgetRepository
from tillbridge.storage.catalogue import CatalogueRepository
from tillbridge.storage.changes import Change, Changes
from tillbridge.storage.connections import ConnectionRepository
from tillbridge.storage.customers import CustomerRepository
from tillbridge.storage.database import Database
from tillbridge.storage.jobs import JobRepository
from tillbridge.storage.keyring import Keyring
from tillbridge.storage.lanes import LaneRepository
from tillbridge.storage.people import AuditRepository, NotificationRepository
from tillbridge.storage.pulls import CursorRepository, QuarantineRepository
from tillbridge.storage.redemptions import JournalEntry, RedemptionRepository
from tillbridge.storage.sales import SaleRepository
from tillbridge.storage.shop import ShopRepository
from tillbridge.storage.stock import StockRepository
from tillbridge.storage.together import Together
from tillbridge.storage.vault import Vault
from tillbridge.storage.windows import QueueWindow

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
        self.lanes = LaneRepository(database)
        self.jobs = JobRepository(database, self.changes, self.lanes, self._together)
        self.queue = QueueWindow(database)
        self.budgets = BudgetRepository(database, self.changes)
        self.catalogue = CatalogueRepository(database, self.changes)
        self.stock = StockRepository(database, self.changes)
        self.customers = CustomerRepository(database)
        self.cursors = CursorRepository()
        self.quarantine = QuarantineRepository(self.changes, clock)
        self.redemptions = RedemptionRepository(clock)
        self.notifications = NotificationRepository(database, self.changes, clock)
        self.audit = AuditRepository()

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """All or nothing; durable when it ends. Start no task inside and send nothing over the network."""
        return self._database.transaction()

    async def backup(self, target: Path) -> None:
        """A consistent copy while running, opened once to prove it. The keyring is not part of it."""
        await _database.backup(self._database, target)

    async def prune(self) -> int:
        """Drop what is kept long enough; the number of rows."""
        await self.changes.prune()
        return await retention.prune(self._database, self._clock.now())


@asynccontextmanager
async def open_storage(
    address: str, clock: Clock, *, keyring_path: Path, passphrase: Secret | None = None
) -> AsyncIterator[Storage]:
    """Open a shop's data, bringing it up to date first.

    ``address`` is a path or ``postgresql://`` URL. Raises NewerDatabase, WrongPassphrase, KeyMissing (a keyring of
    another shop), DataReadOnly, DatabaseUnreachable.
    """
    async with Database(address).opened() as database:
        ring = keyring.load(keyring_path, passphrase)
        storage = Storage(database, clock, ring or keyring.fresh(), keyring_path, passphrase)
        try:
            await storage.shop.ensure()
            await _agree(storage, ring, keyring_path, passphrase)
            yield storage
        finally:
            await storage.changes.aclose()


async def _agree(storage: Storage, ring: Keyring | None, path: Path, passphrase: Secret | None) -> None:
    """A new database takes the keyring as its own; an old one only opens with the keyring it knows."""
    known = await storage.shop.key_check()
    if ring is None and known is not None:
        raise KeyMissing(key_id=f"of {path.name}")
    if ring is None:
        keyring.save(storage.vault.ring, path, passphrase)
    if known is None:
        await storage.shop.save_key_check(storage.vault.ring.check_value())
    elif storage.vault.ring.check_value() != known:
        raise KeyMissing(key_id="of this shop")
