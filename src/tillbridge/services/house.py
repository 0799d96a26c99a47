"""All services of an opened shop in one place. Wiring builds it; the console and the command line see nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tillbridge.domain.clock import Clock
    from tillbridge.services.audit import AuditService
    from tillbridge.services.backup import BackupService
    from tillbridge.services.bus import EventBus
    from tillbridge.services.catalog import CatalogService
    from tillbridge.services.conflicts import ConflictsService
    from tillbridge.services.connections import ConnectionsService
    from tillbridge.services.customers import CustomersService
    from tillbridge.services.goods import GoodsService
    from tillbridge.services.health import HealthService
    from tillbridge.services.keys import KeysService
    from tillbridge.services.locations import LocationsService
    from tillbridge.services.notifications import NotificationsService
    from tillbridge.services.offers import OffersService
    from tillbridge.services.orders import OrdersService
    from tillbridge.services.quarantine import QuarantineService
    from tillbridge.services.queue import QueueService
    from tillbridge.services.sales import SalesService
    from tillbridge.services.shop import ShopService
    from tillbridge.services.stock import StockService
    from tillbridge.services.till import TillService
    from tillbridge.services.tokens import TokenService
    from tillbridge.services.training import TrainingService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """``training`` is None outside the training shop.

    ``work`` drains the queue once; ``plan`` queues the pulls whose time has come.
    """

    clock: Clock
    bus: EventBus
    connections: ConnectionsService
    tokens: TokenService
    till: TillService
    orders: OrdersService
    sales: SalesService
    queue: QueueService
    offers: OffersService
    catalog: CatalogService
    goods: GoodsService
    stock: StockService
    customers: CustomersService
    notifications: NotificationsService
    audit: AuditService
    quarantine: QuarantineService
    conflicts: ConflictsService
    shop: ShopService
    locations: LocationsService
    health: HealthService
    backup: BackupService
    keys: KeysService
    training: TrainingService | None
    plan: Callable[[], Awaitable[None]]
    work: Callable[[], Awaitable[None]]
