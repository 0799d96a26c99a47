"""Brings a platform's records in: page by page, from a cursor in the platform's own clock, with overlap and resume.

The handlers of PULL jobs; what does not fit goes to quarantine, and our own pushes are known by their reference.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from tillbridge.domain.catalog import Product
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.customers import Customer
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.orders import Order, OrderStatus, Origin, PaymentStatus
from tillbridge.domain.references import PREFIX
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import (
    CustomerService,
    GiftCardService,
    InventoryService,
    OrderService,
    Page,
    ProductService,
)
from tillbridge.storage import Storage
from tillbridge.sync.conflicting import tell
from tillbridge.sync.followers import book
from tillbridge.sync.give_back import GiveBackGiftCard
from tillbridge.sync.quarantining import sort_in
from tillbridge.sync.settle import succeeded
from tillbridge.sync.stock_push import PushStock
from tillbridge.sync.tasks import Handlers, Outcome, SpecOf, Task

OVERLAP = timedelta(minutes=5)
"""Records that were being written while a pull read past them are read again."""
_STOCK_BATCH = 100
MAIN = "Main"
"""Where an online order takes its goods from when the platform names no place of ours."""


class Pulled(Protocol):
    """What every record that is pulled has."""

    @property
    def external_id(self) -> str: ...
    @property
    def updated_at(self) -> datetime | None: ...


R = TypeVar("R", bound=Pulled)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a pull has come, by the platform's clock. While pages are left, the old start stands."""

    since: datetime | None = None
    page: str | None = None
    newest: datetime | None = None

    @classmethod
    def from_text(cls, text: str) -> Place:
        since, newest, page = (text or "||").split("|", 2)
        return cls(_moment(since), page or None, _moment(newest))

    def as_text(self) -> str:
        return f"{_words(self.since)}|{_words(self.newest)}|{self.page or ''}"

    def after(self, page: Page[R]) -> Place:
        """The place behind a page; after the last one the newest change seen is where the next pull starts."""
        newest = max((each for each in (self.newest, page.high_water) if each is not None), default=None)
        if page.cursor:
            return Place(self.since, page.cursor, newest)
        return Place(newest or self.since)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _words(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


class Adapters(Protocol):
    """The services of a connection, by noun."""

    async def product(self, connection: Connection) -> ProductService: ...
    async def inventory(self, connection: Connection) -> InventoryService: ...
    async def customer(self, connection: Connection) -> CustomerService: ...
    async def order(self, connection: Connection) -> OrderService: ...
    async def gift_card(self, connection: Connection) -> GiftCardService: ...


@dataclass(frozen=True, slots=True)
class _Source(Generic[R]):
    """``read`` lists changes since a moment or from a page; ``keep`` stores one page's records."""

    kind: JobKind
    read: Callable[[datetime | None, str | None], AsyncIterator[Page[R]]]
    keep: Callable[[tuple[R, ...]], Awaitable[None]]


def sync_handlers(storage: Storage, adapters: Adapters, spec_of: SpecOf, clock: Clock) -> Handlers:
    """Handlers of all kinds but orders' own, as wiring hands them to the worker."""
    puller = Puller(storage, adapters, clock)
    return {
        JobKind.GIVE_BACK_GIFT_CARD: GiveBackGiftCard(storage, adapters.gift_card, clock),
        JobKind.PUSH_STOCK: PushStock(storage, adapters.inventory, spec_of, clock),
        JobKind.PULL_PRODUCTS: puller.products,
        JobKind.PULL_CUSTOMERS: puller.customers,
        JobKind.PULL_ORDERS: puller.orders,
        JobKind.PULL_STOCK: puller.stock,
    }


class Puller:
    """Each page is stored together with the cursor behind it, so a stopped pull goes on where it was."""

    def __init__(self, storage: Storage, adapters: Adapters, clock: Clock) -> None:
        self._storage, self._adapters, self._clock = storage, adapters, clock

    async def products(self, task: Task) -> Outcome:
        service, id_ = await self._adapters.product(task.connection), task.connection.id

        async def keep(items: tuple[Product, ...]) -> None:
            await tell(self._storage, task.connection, await self._storage.catalogue.upsert_products(id_, items))

        return await self._pull(task, _Source(JobKind.PULL_PRODUCTS, service.list_products, keep))

    async def customers(self, task: Task) -> Outcome:
        service, id_ = await self._adapters.customer(task.connection), task.connection.id

        async def keep(items: tuple[Customer, ...]) -> None:
            await tell(self._storage, task.connection, await self._storage.customers.upsert(id_, items))

        return await self._pull(task, _Source(JobKind.PULL_CUSTOMERS, service.list_customers, keep))

    async def orders(self, task: Task) -> Outcome:
        service = await self._adapters.order(task.connection)

        async def keep(items: tuple[Order, ...]) -> None:
            for each in items:
                await self._keep_order(task.connection, each)

        return await self._pull(task, _Source(JobKind.PULL_ORDERS, service.list_orders, keep))

    async def stock(self, task: Task) -> Outcome:
        """Read the levels of all linked variants, in batches; what the platform does not tell stays unknown."""
        service = await self._adapters.inventory(task.connection)
        listings = await self._storage.catalogue.listings(task.connection.id)
        read = 0
        for at in range(0, len(listings), _STOCK_BATCH):
            levels = await service.read_levels(listings[at : at + _STOCK_BATCH])
            await self._storage.stock.record_read(task.connection.id, levels)
            read += len(levels)
        return Outcome(succeeded(f"{read} levels read"))

    async def _pull(self, task: Task, source: _Source[R]) -> Outcome:
        place = await self._resume(task, source.kind)
        start = place.since - OVERLAP if place.since else None
        seen: set[tuple[str, datetime | None]] = set()
        refused = 0
        async for page in source.read(start, place.page):
            fresh = {(each.external_id, each.updated_at): each for each in page.items}
            items = tuple(each for mark, each in fresh.items() if mark not in seen)
            seen |= fresh.keys()
            refused += len(page.refused)
            place = place.after(page)
            async with self._storage.transaction():
                await source.keep(items)
                fine = [each.external_id for each in items]
                await sort_in(self._storage, task.connection, source.kind, fine, page.refused)
                await self._storage.cursors.set(task.connection.id, source.kind.value, place.as_text())
        return Outcome(succeeded(f"{len(seen)} read, {refused} in quarantine"))

    async def _resume(self, task: Task, kind: JobKind) -> Place:
        return Place.from_text(await self._storage.cursors.get(task.connection.id, kind.value) or "")

    async def _keep_order(self, connection: Connection, order: Order) -> None:
        """An online order takes from our stock and that of the other stores once; of a newer state, the difference.

        Goods given back in its own store are not told line by line: they come back with a cancellation, or when the
        refund is asked for here.
        """
        if await self._is_echo(order):
            return
        now = self._clock.now()
        known = await self._storage.sales.online(connection.id, order.external_id)
        if known is None:
            fresh = as_ours(order, connection)
            try:
                await self._storage.sales.add(fresh, [_delivered(fresh, connection, now)])
            except InvalidInput:
                # another pull wrote it since we looked
                if (known := await self._storage.sales.online(connection.id, order.external_id)) is None:
                    raise
            else:
                await self._book(connection, replace(fresh, lines=()), fresh)
                return
        known = await self._storage.sales.hold(known.id)
        if known.updated_at == order.updated_at:
            return
        ours = as_ours(order, connection)
        newer = replace(ours, id=known.id, location=known.location, refunds=known.refunds)
        if await self._is_cancelled_here(known, connection):
            newer = replace(newer, payment=PaymentStatus.CANCELLED)
        await self._storage.sales.replace_online(newer)
        await self._book(connection, known, newer)

    async def _book(self, connection: Connection, before: Order, after: Order) -> None:
        """What was sold before the store was connected is history: no other store ever held that stock for it."""
        if after.sold_at >= connection.created_at:
            await book(self._storage, before, after, self._clock.now())

    async def _is_cancelled_here(self, known: Order, connection: Connection) -> bool:
        """A cancellation on its way stands, although the store does not show it yet; one given up does not."""
        jobs = await self._storage.jobs.of_sale(known.id, connection.id)
        asked = any(each.kind is JobKind.CANCEL_ORDER and each.state is not JobState.CANCELLED for each in jobs)
        return asked and known.payment is PaymentStatus.CANCELLED

    async def _is_echo(self, order: Order) -> bool:
        """Our own push coming back: known by the reference that travelled with it."""
        return order.reference.startswith(PREFIX) and (
            await self._storage.sales.by_reference(order.reference) is not None
        )


def as_ours(order: Order, connection: Connection) -> Order:
    """An online order as our books keep it: its own id and number stand for reference and receipt."""
    return replace(
        order,
        id=new_id(),
        origin=Origin.ONLINE,
        reference=f"{connection.id.hex[-12:]}:{order.external_id}"[-64:],
        receipt=(order.number or order.external_id)[:80],
        till=f"online:{connection.id.hex[-12:]}",
        location=order.location or MAIN,
    )


def _delivered(order: Order, connection: Connection, now: datetime) -> Delivery:
    """The platform is where it was made, so it is there."""
    return Delivery(
        sale_id=order.id,
        connection_id=connection.id,
        status=OrderStatus.SYNCED,
        platform_order_id=order.external_id,
        number=order.number,
        total=order.totals.total,
        tax=order.totals.tax,
        paid=order.payment is PaymentStatus.PAID,
        stock=StockEffect.LOWERED,
        updated_at=now,
    )
