"""The shop's own facts: name, currency, zone, day cut, tills and locations. Settings and the command line call it."""

from __future__ import annotations

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.shop import Location, Shop, Till
from tillbridge.storage import Storage


class ShopService:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def get(self) -> Shop:
        return await self._storage.shop.get()

    async def save(self, shop: Shop, actor: Actor) -> None:
        """Change what the shop is. Sales already made keep their own currency and taxes."""
        async with self._storage.transaction():
            await self._storage.shop.save(shop)
            entry = AuditEntry(self._clock.now(), actor, "shop.audit.saved", {"name": shop.name}, shop.name)
            await self._storage.audit.add(entry)

    async def tills(self) -> tuple[Till, ...]:
        return await self._storage.shop.tills()

    async def locations(self) -> tuple[Location, ...]:
        return await self._storage.shop.locations()
