"""A shop's back office for tests of sync: storage, one or more memory shops, intake and workers on a virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from tests.support.clock import VirtualClock
from tests.support.fragile import Fuse, fragile
from tests.support.memory_shop import Killed, MemoryShop
from tests.support.pulled_shop import PulledShop
from tests.support.sales import SHOP_SECRET
from tests.support.sessions import connection_for
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.connections import Connection, Route, RouteKind
from tillbridge.domain.events import Event
from tillbridge.domain.specs import PlatformSpec
from tillbridge.platforms import shopify
from tillbridge.platforms.contract import OrderService
from tillbridge.services.orders import DeliveryView, OrdersService
from tillbridge.storage import Storage
from tillbridge.sync.pull import sync_handlers
from tillbridge.sync.tasks import Handlers, SpecOf
from tillbridge.sync.worker import BackgroundSyncService

TILL = Actor(ActorKind.TILL, "Till 1")
SPEC = shopify.PLATFORM.spec
LEASE = 30.0


@dataclass
class BackOffice:
    """``still`` never moves by itself, so that lease renewal does not run the clock away."""

    storage: Storage
    clock: VirtualClock
    shops: dict[UUID, MemoryShop] = field(default_factory=dict)
    heard: list[Event] = field(default_factory=list)
    workers: int = 0
    pulls: PulledShop | None = None
    fuse: Fuse = field(default_factory=Fuse)
    spec: PlatformSpec = SPEC

    def __post_init__(self) -> None:
        self.still = VirtualClock(auto=False)
        self.orders = OrdersService(self.storage, self.clock, SHOP_SECRET)

    async def connect(self, name: str = "web", route: Route | None = None, currency: str = "EUR") -> MemoryShop:
        """A ready connection with a shop behind it."""
        plain = connection_for(shopify.PLATFORM, {})
        connection = replace(plain, name=name, route=route or Route(RouteKind.ALL), currency=currency)
        await self.storage.connections.add(connection)
        self.shops[connection.id] = MemoryShop(self.clock)
        return self.shops[connection.id]

    async def connection(self, name: str = "web") -> Connection:
        found = await self.storage.connections.by_name(name)
        assert found is not None
        return found

    async def _order_service(self, connection: Connection) -> OrderService:
        return self.shops[connection.id]

    def _handlers(self) -> Handlers:
        if self.pulls is None:
            return {}
        return sync_handlers(fragile(self.storage, self.fuse), self.pulls, lambda _: self.spec, self.clock)

    def worker(self, owner: str = "", spec_of: SpecOf | None = None) -> BackgroundSyncService:
        self.workers += 1
        return BackgroundSyncService(
            fragile(self.storage, self.fuse),
            self._order_service,
            self._handlers(),
            self.clock,
            publish=self.heard.append,
            owner=owner or f"worker-{self.workers}",
            spec_of=spec_of or (lambda _: self.spec),
            lease_seconds=LEASE,
            pulse=self.still,
        )

    async def work(self) -> bool:
        """Run a fresh worker until idle. False when the power went; its lease has run out by the time this returns."""
        try:
            await self.worker().run_until_idle()
        except Killed:
            for each in self.shops.values():
                each.dead = False
            self.fuse.set(None)
            self.clock.advance(LEASE + 1)
            return False
        return True

    async def seen(self, name: str, connection: str = "web") -> DeliveryView:
        return (await self.orders.show(name)).connections[connection]
