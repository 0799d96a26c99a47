"""The catalogue as the till sees it: search, scan, and asking a store for its products anew."""

from __future__ import annotations

from tillbridge.domain.catalog import Listing, SellableVariant
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import UnknownConnection
from tillbridge.domain.jobs import JobKind
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import new_job

_PULLS = (JobKind.PULL_PRODUCTS, JobKind.PULL_STOCK)


class CatalogService:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def search(self, text: str, limit: int = 20) -> tuple[SellableVariant, ...]:
        """Variants whose title, options, SKU or barcode hold every word."""
        return await self._storage.catalogue.search(text, limit)

    async def by_code(self, code: str) -> SellableVariant | None:
        """The variant of a SKU or barcode, exactly."""
        return await self._storage.catalogue.by_code(code)

    async def unlinked(self, name: str) -> tuple[tuple[Listing, str], ...]:
        """What a store lists that could not be linked, with the reason: no SKU, or one used twice."""
        return await self._storage.catalogue.unlinked((await self._find(name)).id)

    async def pull(self, name: str) -> None:
        """Ask for a store's products and stock anew; the worker fetches them."""
        connection = await self._find(name)
        now = self._clock.now()
        async with self._storage.transaction():
            wanted = [kind for kind in _PULLS if not await self._storage.jobs.unfinished(connection.id, kind)]
            await self._storage.jobs.add([new_job(kind, connection.id, now) for kind in wanted])

    async def _find(self, name: str) -> Connection:
        found = await self._storage.connections.by_name(name)
        if found is None:
            raise UnknownConnection(name=name)
        return found
