"""A whole house for tests: all services on a real database, real simulators behind the transport, a virtual clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.catalog import SellableVariant
from tillbridge.domain.connections import Connection
from tillbridge.domain.events import Event
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.bus import EventBus
from tillbridge.services.connections import ConnectionDraft
from tillbridge.services.house import Services
from tillbridge.services.training import build_simulators
from tillbridge.settings import Settings
from tillbridge.storage import Storage, open_storage
from tillbridge.training.server import transport
from tillbridge.wiring import Ground, furnish

MAYA = Actor(ActorKind.OPERATOR, "Maya")


@dataclass(frozen=True, slots=True)
class House:
    """``shops`` are the simulators by platform; ``heard`` is all that was published."""

    services: Services
    storage: Storage
    shops: Mapping[str, Any]
    clock: VirtualClock
    folder: Path
    heard: list[Event]

    def draft(self, platform: str, name: str = "", **values: str) -> ConnectionDraft:
        """A form filled in as the simulator wants it, with some values changed."""
        shop = self.shops[platform]
        return ConnectionDraft(platform, name or platform, {**shop.credentials(), **values}, shop.setup)

    async def connect(self, platform: str, name: str = "", *, prepare: bool = True) -> Connection:
        """A connection as an operator makes it."""
        added = await self.services.connections.add(self.draft(platform, name), MAYA)
        if prepare:
            await self.prepare(added.name)
        return await self.services.connections.find(added.name)

    async def prepare(self, name: str) -> None:
        """All steps, with the first of each choice."""
        for view in await self.services.connections.prepare(name, MAYA):
            if view.open:
                await self.services.connections.prepare(name, MAYA, view.step.name, view.report.choices[0][0])

    async def stock_up(self, *names: str) -> None:
        """Pull the catalogues, so that the till has something to sell."""
        for name in names:
            await self.services.catalog.pull(name)
        await self.services.work()

    async def goods(self, sku: str) -> SellableVariant:
        found = await self.services.catalog.by_code(sku)
        assert found is not None, f"{sku} was not pulled"
        return found

    async def told(self) -> list[str]:
        """Message ids of what waits to be read."""
        return [each.message_id for each in await self.services.notifications.unread()]

    async def done(self) -> list[str]:
        """Message ids of the audit, oldest first."""
        return [each.message_id for each in reversed(await self.services.audit.list(200))]


def new_shops(clock: VirtualClock) -> dict[str, Any]:
    """A pretended shop of each platform."""
    return {each.name: each for each in build_simulators(PlatformServiceRegistry(), clock)}


@asynccontextmanager
async def open_house_of(folder: Path, clock: VirtualClock, shops: Mapping[str, Any]) -> AsyncIterator[House]:
    """Opens what lies in ``folder``; nothing there yet: an empty shop."""
    database = folder / "shop.sqlite3"
    if not database.exists():
        copy_template(folder)
    settings = Settings(
        data_dir=folder, database_url=str(database), keyring=folder / "keyring", till="Till 1", tax_rate="0.23"
    )
    registry, bus, heard = PlatformServiceRegistry(), EventBus(), list[Event]()
    bus.subscribe(heard.append)
    async with (
        open_storage(str(database), clock, keyring_path=folder / "keyring") as storage,
        AsyncExitStack() as stack,
    ):
        ground = Ground(settings, storage, registry, clock, bus, f"test {id(stack)}")
        services, _ = await furnish(stack, ground, transport(tuple(shops.values())), ())
        yield House(services, storage, shops, clock, folder, heard)
