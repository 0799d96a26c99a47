"""The composition root: the only module that builds everything, in order, and closes it again.

The console and every verb open a house here. Heavy libraries load inside, so that help and first frame do not wait.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from tillbridge.domain.clock import Clock
    from tillbridge.domain.connections import Connection
    from tillbridge.platforms.registry import PlatformServiceRegistry
    from tillbridge.services.audit import AuditService
    from tillbridge.services.bus import EventBus
    from tillbridge.services.catalog import CatalogService
    from tillbridge.services.conflicts import ConflictsService
    from tillbridge.services.connections import ConnectionsService
    from tillbridge.services.customers import CustomersService
    from tillbridge.services.goods import GoodsService
    from tillbridge.services.house import Services
    from tillbridge.services.locations import LocationsService
    from tillbridge.services.offers import OffersService
    from tillbridge.services.orders import OrdersService
    from tillbridge.services.quarantine import QuarantineService
    from tillbridge.services.queue import QueueService
    from tillbridge.services.sales import SalesService
    from tillbridge.services.sessions import Sessions
    from tillbridge.services.stock import StockService
    from tillbridge.services.till import TillFacts, TillService
    from tillbridge.services.tokens import TokenService
    from tillbridge.services.training import TrainingService
    from tillbridge.settings import Settings
    from tillbridge.storage import Storage
    from tillbridge.sync.worker import BackgroundSyncService
    from tillbridge.training.kit import Simulator


_TRAINING_RATE = "0.23"
"""What goods of the training shops carry."""


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    training: bool = False,
    background: bool = False,
    accept_new_keyring: bool = False,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Services]:
    """Everything of one shop, ready to use; closed in reverse order at the end.

    ``training``: simulators instead of the network, on data of their own that is gone afterwards. ``background``: a
    worker, the change feed and token renewal run alongside until the end. ``accept_new_keyring``: a lost keyring is
    replaced by a new one, and connections wait for new credentials. Raises StorageError and VaultError kinds.
    """
    from tillbridge.platforms.registry import PlatformServiceRegistry
    from tillbridge.services.bus import EventBus
    from tillbridge.services.health import park_what_does_not_open
    from tillbridge.storage import open_storage

    clock = clock or settings.ticking
    registry = PlatformServiceRegistry()
    async with AsyncExitStack() as stack:
        simulators: tuple[Simulator, ...] = ()
        if training:
            settings = stack.enter_context(classroom(settings))
            simulators, transport = _school(registry, clock)
        keep_log(settings.log_file, settings.log_level)
        storage = await stack.enter_async_context(
            open_storage(
                settings.database,
                clock,
                keyring_path=settings.keyring_path,
                passphrase=settings.passphrase,
                accept_new_keyring=accept_new_keyring,
                for_all_tasks=background,
            )
        )
        await park_what_does_not_open(storage, registry.spec)
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        ground = Ground(settings, storage, registry, clock, EventBus(), owner)
        services, follow = await furnish(stack, ground, transport, simulators)
        if services.training is not None:
            await services.training.enrol()
        if background:
            await _run_alongside(stack, follow)
        yield services


def _school(registry: PlatformServiceRegistry, clock: Clock) -> tuple[tuple[Simulator, ...], httpx.AsyncBaseTransport]:
    from tillbridge.services.training import build_simulators
    from tillbridge.training.server import transport

    simulators = build_simulators(registry, clock)
    return simulators, transport(simulators)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every service stands on."""

    settings: Settings
    storage: Storage
    registry: PlatformServiceRegistry
    clock: Clock
    bus: EventBus
    owner: str


async def furnish(
    stack: AsyncExitStack,
    ground: Ground,
    transport: httpx.AsyncBaseTransport | None,
    simulators: tuple[Simulator, ...],
) -> tuple[Services, list[Callable[[], Coroutine[Any, Any, None]]]]:
    """The services, and what may run alongside them."""
    from tillbridge.services.backup import BackupService
    from tillbridge.services.bus import ChangesTailer
    from tillbridge.services.connections import ConnectionsService
    from tillbridge.services.health import HealthService
    from tillbridge.services.house import Services
    from tillbridge.services.keys import KeysService
    from tillbridge.services.notifications import NotificationsService
    from tillbridge.services.shop import ShopService

    settings, storage, registry, clock, bus = (
        ground.settings, ground.storage, ground.registry, ground.clock, ground.bus,
    )  # fmt: skip
    tokens, sessions = _access(stack, ground, transport)
    connections = ConnectionsService(storage, registry, sessions, tokens, clock, bus.publish)
    selling = await _selling(ground)
    worker = _worker(storage, registry, clock, bus.publish, ground.owner, settings.lease_seconds)
    services = Services(
        clock=clock, bus=bus, connections=connections, tokens=tokens, till=selling.till, orders=selling.orders,
        sales=selling.sales, queue=selling.queue, offers=selling.offers, catalog=selling.catalog, goods=selling.goods,
        stock=selling.stock, customers=selling.customers, notifications=NotificationsService(storage),
        audit=selling.audit, quarantine=selling.quarantine, conflicts=selling.conflicts,
        shop=ShopService(storage, clock), locations=selling.locations,
        health=HealthService(storage, registry, settings.data_dir, settings.keyring_path, sessions.clock_skews),
        keys=KeysService(storage, clock), backup=BackupService(storage, clock, settings.data_dir),
        training=_teaching(simulators, registry, connections, selling.catalog),
        plan=worker.plan, work=worker.run_until_idle,
    )  # fmt: skip
    return services, [worker.run, ChangesTailer(storage, bus, clock).run, tokens.run]


def _access(
    stack: AsyncExitStack, ground: Ground, transport: httpx.AsyncBaseTransport | None
) -> tuple[TokenService, Sessions]:
    """Tokens and the sessions that speak with them, closed with the house."""
    from tillbridge import __version__
    from tillbridge.services.sessions import Sessions
    from tillbridge.services.tokens import TokenService

    tokens = TokenService(ground.storage, ground.clock, ground.bus.publish, ground.owner)
    sessions = Sessions(
        ground.storage,
        tokens,
        ground.registry,
        ground.clock,
        version=__version__,
        transport=transport,
        answer_within=ground.settings.answer_within_seconds,
    )
    tokens.find_provider = sessions.provider
    ground.registry.connect(sessions.open, ground.storage.connections.by_platform)
    stack.push_async_callback(sessions.aclose)
    stack.push_async_callback(tokens.aclose)
    return tokens, sessions


@dataclass(frozen=True, slots=True)
class _Selling:
    """Services about sales; the till builds on the others."""

    till: TillService
    orders: OrdersService
    sales: SalesService
    offers: OffersService
    queue: QueueService
    catalog: CatalogService
    goods: GoodsService
    audit: AuditService
    stock: StockService
    customers: CustomersService
    quarantine: QuarantineService
    conflicts: ConflictsService
    locations: LocationsService


async def _selling(ground: Ground) -> _Selling:
    from tillbridge.services.audit import AuditService
    from tillbridge.services.catalog import CatalogService
    from tillbridge.services.conflicts import ConflictsService
    from tillbridge.services.customers import CustomersService
    from tillbridge.services.goods import GoodsService
    from tillbridge.services.locations import LocationsService
    from tillbridge.services.offers import OffersService
    from tillbridge.services.orders import OrdersService
    from tillbridge.services.quarantine import QuarantineService
    from tillbridge.services.queue import QueueService
    from tillbridge.services.sales import SalesService
    from tillbridge.services.stock import StockService
    from tillbridge.services.till import TillService

    storage, clock, registry = ground.storage, ground.clock, ground.registry
    offers = OffersService(storage, registry, clock)
    await offers.settle_left_behind()
    orders, stock = OrdersService(storage, clock, storage.vault.shop_secret), StockService(storage)
    return _Selling(
        till=TillService(storage, orders, offers, clock, till_facts(ground.settings)),
        orders=orders,
        sales=SalesService(storage, orders),
        offers=offers,
        queue=QueueService(storage, clock, lambda connection: registry.spec(connection.platform)),
        catalog=CatalogService(storage, clock),
        goods=GoodsService(storage, stock),
        audit=AuditService(storage),
        stock=stock,
        customers=CustomersService(storage),
        quarantine=QuarantineService(storage, clock),
        conflicts=ConflictsService(storage, clock),
        locations=LocationsService(storage, registry, clock),
    )


def _teaching(
    simulators: tuple[Simulator, ...],
    registry: PlatformServiceRegistry,
    connections: ConnectionsService,
    catalog: CatalogService,
) -> TrainingService | None:
    if not simulators:
        return None
    from tillbridge.services.training import TrainingService

    titles = [registry.spec(each.name).title for each in simulators]
    return TrainingService(simulators, connections, catalog, titles)


def _worker(
    storage: Storage, registry: PlatformServiceRegistry, clock: Clock, publish: Any, owner: str, lease: float
) -> BackgroundSyncService:
    from tillbridge.domain.clock import on_clock
    from tillbridge.sync.pull import sync_handlers
    from tillbridge.sync.worker import BackgroundSyncService

    def spec_of(connection: Connection) -> Any:
        return registry.spec(connection.platform)

    return BackgroundSyncService(
        storage,
        registry.get_order_service,
        sync_handlers(storage, Adapters(registry), spec_of, clock),
        clock,
        publish=publish,
        owner=owner,
        spec_of=spec_of,
        lease_seconds=on_clock(clock, lease),
    )


class Adapters:
    """The registry as the worker's handlers ask it: a service of a connection, by noun."""

    def __init__(self, registry: PlatformServiceRegistry) -> None:
        self.product = registry.get_product_service
        self.inventory = registry.get_inventory_service
        self.customer = registry.get_customer_service
        self.order = registry.get_order_service
        self.gift_card = registry.get_gift_card_service


async def _run_alongside(stack: AsyncExitStack, work: list[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Run until the house closes. A task that dies of a bug ends the house instead of being missed."""
    group = await stack.enter_async_context(asyncio.TaskGroup())
    tasks = [group.create_task(each()) for each in work]

    def stop() -> None:
        for each in tasks:
            each.cancel()

    stack.callback(stop)


def till_facts(settings: Settings) -> TillFacts:
    """What this terminal's till is."""
    from decimal import Decimal

    from tillbridge.domain.basket import TaxRate
    from tillbridge.services.till import TillFacts

    tax = TaxRate(settings.tax_name, Decimal(settings.tax_rate)) if settings.tax_rate else None
    return TillFacts(settings.till, settings.location, tax, settings.tax_name)


@contextmanager
def classroom(settings: Settings) -> Iterator[Settings]:
    """Settings for a training shop whose data is made for it and removed in the end."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="training-", dir=settings.data_dir) as place:
        values = {
            "data_dir": Path(place),
            "database_url": "",
            "keyring": None,
            "keyring_passphrase": "",
            "tax_rate": _TRAINING_RATE,
        }
        yield settings.model_copy(update=values)


def keep_log(path: Path, level: str) -> None:
    """Facts as JSON lines into a file that only its owner reads; the terminal belongs to the screen.

    Raises DataReadOnly or DiskFull where there can be none.
    """
    import logging
    from logging.handlers import RotatingFileHandler

    import structlog

    from tillbridge.storage.trouble import translated

    with translated(str(path.parent)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
        path.chmod(0o600)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, RotatingFileHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "tortoise", "aiosqlite", "asyncio", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
