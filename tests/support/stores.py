"""Services over a real database and the simulators in this process: what tests of connecting and selling use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from tests.support.clock import VirtualClock
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.basket import TaxRate
from tillbridge.domain.connections import Connection
from tillbridge.domain.events import Event
from tillbridge.domain.specs import PlatformSpec
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.catalog import CatalogService
from tillbridge.services.connections import ConnectionDraft, ConnectionsService
from tillbridge.services.offers import OffersService
from tillbridge.services.orders import OrdersService
from tillbridge.services.sessions import Sessions
from tillbridge.services.till import TillFacts, TillService
from tillbridge.services.tokens import TokenService
from tillbridge.services.training import build_simulators
from tillbridge.storage import Storage, open_storage
from tillbridge.sync.pull import sync_handlers
from tillbridge.sync.worker import BackgroundSyncService
from tillbridge.training.kit import Simulator
from tillbridge.training.server import transport
from tillbridge.wiring import Adapters

OPERATOR = Actor(ActorKind.OPERATOR, "Niamh")
E = TypeVar("E", bound=Event)


@dataclass
class Stores:
    """One process of a shop. ``heard`` are the facts it published, in order."""

    storage: Storage
    clock: VirtualClock
    registry: PlatformServiceRegistry
    sessions: Sessions
    tokens: TokenService
    connections: ConnectionsService
    catalog: CatalogService
    offers: OffersService
    orders: OrdersService
    till: TillService
    simulators: dict[str, Simulator]
    heard: list[Event]

    def draft(self, platform: str, name: str = "web", **values: str) -> ConnectionDraft:
        """What an operator would type for a simulator, with some values typed otherwise."""
        simulator = self.simulators[platform]
        return ConnectionDraft(platform, name, {**simulator.credentials(), **values}, simulator.setup)

    async def connect(self, platform: str, name: str = "web", *, prepare: bool = True) -> Connection:
        """Connected, and prepared with the first of each step's choices."""
        await self.connections.add(self.draft(platform, name), OPERATOR)
        if prepare:
            await self.prepare(name)
        return await self.connections.find(name)

    async def prepare(self, name: str) -> None:
        for view in await self.connections.prepare(name, OPERATOR):
            if view.open and view.report.choices:
                await self.connections.prepare(name, OPERATOR, view.step.name, view.report.choices[0][0])

    async def stock_up(self, name: str) -> None:
        """Fetch a store's catalogue."""
        await self.catalog.pull(name)
        await self.work()

    async def work(self) -> None:
        """Drain the queue as the background worker would."""
        worker = BackgroundSyncService(
            self.storage, self.registry.get_order_service,
            sync_handlers(self.storage, Adapters(self.registry), self._spec, self.clock), self.clock,
            publish=self.heard.append, owner="test", spec_of=self._spec,
        )  # fmt: skip
        await worker.run_until_idle()

    def _spec(self, connection: Connection) -> PlatformSpec:
        return self.registry.spec(connection.platform)

    def told(self, kind: type[E]) -> list[E]:
        """The published facts of a kind."""
        return [each for each in self.heard if isinstance(each, kind)]


@asynccontextmanager
async def open_stores(
    address: str,
    folder: Path,
    clock: VirtualClock,
    simulators: tuple[Simulator, ...] | None = None,
    *,
    rate: str = "0.23",
    accept_new_keyring: bool = False,
) -> AsyncIterator[Stores]:
    """One process's services on a database. ``simulators`` of another opening are shared with it."""
    registry = PlatformServiceRegistry()
    shops = simulators or build_simulators(registry, clock)
    heard: list[Event] = []
    async with open_storage(
        address, clock, keyring_path=folder / "keyring", accept_new_keyring=accept_new_keyring
    ) as storage:
        tokens = TokenService(storage, clock, heard.append)
        sessions = Sessions(storage, tokens, registry, clock, version="test", transport=transport(shops))
        tokens.find_provider = sessions.provider
        registry.connect(sessions.open, storage.connections.by_platform)
        offers = OffersService(storage, registry, clock)
        orders = OrdersService(storage, clock, storage.vault.shop_secret)
        facts = TillFacts("Till 1", "Main", TaxRate("VAT", Decimal(rate)))
        try:
            yield Stores(
                storage=storage,
                clock=clock,
                registry=registry,
                sessions=sessions,
                tokens=tokens,
                connections=ConnectionsService(storage, registry, sessions, tokens, clock, heard.append),
                catalog=CatalogService(storage, clock),
                offers=offers,
                orders=orders,
                till=TillService(storage, orders, offers, clock, facts),
                simulators={each.name: each for each in shops},
                heard=heard,
            )
        finally:
            await tokens.aclose()
            await sessions.aclose()
