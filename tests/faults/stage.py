"""A shop on a fast clock: pretended stores behind TLS, worker processes, and this process as its till and operator.

The tests of this folder open a stage, do harm, and read the stores' own books in the end.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import trustme

from tests.support.processes import Shop, SimulatorDoor, simulators
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.queue import QueueFilter
from tillbridge.domain.specs import Noun, PlatformSpec
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.bus import EventBus
from tillbridge.services.connections import ConnectionDraft
from tillbridge.services.house import Services
from tillbridge.settings import Settings
from tillbridge.storage import Storage, open_storage
from tillbridge.training.demo_shop import PRODUCTS
from tillbridge.wiring import Ground, furnish

MAYA = Actor(ActorKind.OPERATOR, "Maya")
FASTER = 20
LEASE, ANSWER_WITHIN = 3.0, 2.5
"""Real seconds. An answer must be given up before a look-up may believe that nothing is on its way any more."""
OURS = (JobKind.PUSH_ORDER, JobKind.REFUND_ORDER, JobKind.CANCEL_ORDER, JobKind.GIVE_BACK_GIFT_CARD, JobKind.PUSH_STOCK)
"""Kinds of work that carry a sale; pulls come back for ever."""
_PILE = 5000
_SKUS = tuple(variant.sku for product in PRODUCTS for variant in product.variants)


@dataclass(frozen=True, slots=True)
class Town:
    """The pretended stores of a test run. ``clock`` is the setting all processes share."""

    doors: Mapping[str, SimulatorDoor]
    ca_file: Path
    clock: str


@contextmanager
def town(folder: Path, faster: int = FASTER) -> Iterator[Town]:
    """All platforms' simulators in a process of their own, behind TLS, on a fast clock."""
    authority, ca_file = trustme.CA(), folder / "ca.pem"
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(ca_file))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    clock = f"{faster}@{datetime.now(UTC).isoformat()}"
    options = ("--certificate", str(folder / "cert.pem"), "--key", str(folder / "key.pem"))
    trust = ssl.create_default_context(cafile=str(ca_file))
    with simulators(folder, *options, environment={"TILLBRIDGE_CLOCK": clock}, trust=trust) as doors:
        yield Town(doors, ca_file, clock)


@dataclass(frozen=True, slots=True)
class HurriedShop(Shop):
    """Workers of it share the town's clock and wait shortly for leases and answers."""

    settings: Settings

    def environment(self) -> dict[str, str]:
        given = self.settings
        return {
            **Shop.environment(self),
            "TILLBRIDGE_DATABASE_URL": given.database_url,
            "TILLBRIDGE_CLOCK": given.clock,
            "TILLBRIDGE_LEASE_SECONDS": str(given.lease_seconds),
            "TILLBRIDGE_ANSWER_WITHIN_SECONDS": str(given.answer_within_seconds),
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """An open shop. ``stores`` are the names of its connections by platform; ``shop`` starts processes of it."""

    ground: Ground
    services: Services
    shop: HurriedShop
    town: Town
    stores: Mapping[str, str]

    @property
    def storage(self) -> Storage:
        return self.ground.storage

    def door(self, platform: str) -> SimulatorDoor:
        return self.town.doors[platform]

    def spec(self, platform: str) -> PlatformSpec:
        return self.ground.registry.spec(platform)

    def can(self, platform: str, noun: Noun, verb: str) -> bool:
        return self.spec(platform).absence(noun, verb) is None

    async def take_in(self, *records: Mapping[str, Any]) -> tuple[str, ...]:
        """Sales as a till hands them over; their references."""
        report = await self.services.orders.add([json.dumps(each) for each in records], MAYA)
        assert not report.refused, report.refused
        return report.references

    async def open_work(self) -> int:
        """Jobs that still carry a sale somewhere."""
        wanted = QueueFilter(states=(JobState.WAITING, JobState.RUNNING), kinds=OURS)
        return await self.services.queue.count(wanted)

    async def at_rest(self) -> bool:
        """No worker is at anything, pulls included."""
        return await self.services.queue.count(QueueFilter(states=(JobState.RUNNING,))) == 0

    async def done(self, patience: float = 60.0) -> None:
        """Until every sale is where it belongs, or a person is asked."""

        async def idle() -> bool:
            return await self.open_work() == 0

        await until(idle, patience)

    async def calm(self) -> None:
        """No fault is armed any more."""
        for each in self.stores:
            self.door(each).forget_faults()


async def until(look: Callable[[], Awaitable[Any]], patience: float = 60.0) -> Any:
    """The first true answer. What other processes do can only be looked at again."""
    ends = time.monotonic() + patience
    seen = await look()
    while not seen:
        assert time.monotonic() < ends, f"never came true within {patience} seconds"
        await asyncio.sleep(0.05)
        seen = await look()
    return seen


def settings_for(town: Town, folder: Path, database_url: str = "") -> Settings:
    return Settings(
        data_dir=folder,
        database_url=database_url,
        clock=town.clock,
        lease_seconds=LEASE,
        answer_within_seconds=ANSWER_WITHIN,
        log_level="warning",
    )


FEW = ("shopify", "woocommerce")
"""What every run has; the full size names its platforms."""


@asynccontextmanager
async def opened(
    town: Town, folder: Path, database_url: str = "", platforms: Sequence[str] = ()
) -> AsyncIterator[Stage]:
    """A shop with the stores given (two unlike ones): connected, prepared, pulled, piled high, recording every sale."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_for(town, folder, database_url)
    registry, clock = PlatformServiceRegistry(), settings.ticking
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(
            open_storage(settings.database, clock, keyring_path=settings.keyring_path)
        )
        ground = Ground(settings, storage, registry, clock, EventBus(), "operator")
        services, _ = await furnish(stack, ground, None, ())
        stores = {each: f"{each} store" for each in platforms or FEW}
        stage = Stage(ground, services, HurriedShop(folder, settings), town, stores)
        await stage.calm()
        for platform, name in stores.items():
            await _connect(stage, platform, name)
        await services.work()
        for name in stores.values():
            await _pile_up(stage, name)
        yield stage
        await stage.calm()


async def _connect(stage: Stage, platform: str, name: str) -> None:
    door, connections = stage.door(platform), stage.services.connections
    values = json.loads(door.credentials.read_text())
    draft = ConnectionDraft(platform, name, values, door.setup, door.base_url, str(stage.town.ca_file))
    await connections.add(draft, MAYA)
    for view in await connections.prepare(name, MAYA):
        if view.open and view.report.choices:
            await connections.prepare(name, MAYA, view.step.name, view.report.choices[0][0])
    await connections.set_route(name, Route(RouteKind.ALL), MAYA)
    await stage.services.catalog.pull(name)


async def _pile_up(stage: Stage, name: str) -> None:
    """More stock than any run sells: what a store does at zero is its own tests' business."""
    connection = await stage.services.connections.find(name)
    if not stage.can(connection.platform, Noun.INVENTORY, "set"):
        return
    stock = await stage.ground.registry.get_inventory_service(connection)
    listings = await stage.storage.catalogue.listings_for(list(_SKUS), connection.id)
    levels = await stock.read_levels(list(listings.values()))
    changes = [StockChange(each.inventory_id, each.location_id, Decimal(_PILE)) for each in levels]
    await stock.set_levels(changes, f"pile-{connection.id}")
