"""Sales and stock changes of the same goods in one store never cross: no unit is lost between reading and writing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.memory_shop import MemoryShop, lost
from tests.support.pulled_shop import PulledShop, product
from tests.support.sales import line, record
from tests.support.stock_shop import StockShop
from tillbridge.domain.catalog import Listing
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.orders import Checkpoint, Order, OrderStatus, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.queue import QueueFilter
from tillbridge.domain.specs import Capability, Noun
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome

TEE = "i1"
OFTEN = 40
"""Looks at the database, in which a stock change that does not wait would have read and be about to write."""


@dataclass
class Store(MemoryShop):
    """Lowers its stock with each order. ``on_the_way``: requests given up by the sender that may still arrive."""

    shelf: StockShop = field(kw_only=True)
    on_the_way: list[Order] = field(default_factory=list)
    give_up: bool = False
    at_refund: Callable[[], Awaitable[object]] | None = None

    def _place(self, order: Order) -> PlacedOrder:
        self.shelf.levels[TEE] = (self.shelf.levels[TEE] or Decimal(0)) - sum(each.quantity for each in order.lines)
        return super()._place(order)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        if self.give_up:
            self.give_up = False
            self.on_the_way.append(order)
            raise lost()
        self.on_the_way.clear()
        return await super().create_order(order, checkpoint)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        if self.at_refund is not None:
            await self.at_refund()
        return await super().refund_order(order, platform_order_id, refund)

    async def quiet(self) -> None:
        """Until no order is being placed."""
        while self.inside:  # noqa: ASYNC110  the condition lies behind the database's thread
            await asyncio.sleep(0)

    def arrive(self) -> None:
        while self.on_the_way:
            order = self.on_the_way.pop()
            self.orders.append((order.reference, self._place(order), self.clock.now()))


@dataclass
class Shelf(StockShop):
    """What the store is doing meanwhile comes between our reading and our writing, whenever it can."""

    store: Store | None = None
    next_sale: Callable[[], Awaitable[object]] | None = None
    while_reading: Callable[[], Awaitable[object]] | None = None

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        found = await super().read_levels(listings, location_id)
        if self.while_reading is not None:
            await self.while_reading()
            self.while_reading = None
        return found

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        assert self.store is not None
        if self.next_sale is not None:
            await self.next_sale()
            self.next_sale = None
        self.store.arrive()
        if self.store.gate is not None:
            self.store.gate.set()
        await self.store.quiet()
        return await super().set_levels(changes, idempotency_key)


@pytest.fixture(params=["compare and set", "neither"])
async def store(request: pytest.FixtureRequest, office: BackOffice) -> Store:
    """Seven tees; what comes back is left to stock jobs."""
    await office.connect()
    shelf = Shelf(office.clock, {TEE: Decimal(7)}, remembers=False)
    if request.param == "neither":
        shelf.compares = False
        absent = Capability(Noun.INVENTORY, "compare_and_set", present=False, reason="the API cannot")
        office.spec = replace(office.spec, capabilities=(*office.spec.capabilities, absent))
    connection = await office.connection()
    shelf.store = Store(office.clock, goods_back=False, shelf=shelf)
    office.shops[connection.id] = shelf.store
    office.pulls = PulledShop(shelf)
    await office.storage.catalogue.upsert_products(connection.id, [product(1, "TEE-M")])
    await office.orders.add([record("1")], TILL)
    await office.work()
    return shelf.store


async def _comes_back(office: BackOffice) -> None:
    await office.orders.add([record("R", lines=[line(quantity="-1", return_of="1")])], TILL)


async def _settled(office: BackOffice, store: Store) -> bool:
    """Six of seven tees: one sold, given back, another sold; no job waits for a person."""
    parked = await office.storage.queue.page(QueueFilter(states=(JobState.PARKED,)))
    assert [each.cause for each in parked] == []
    assert (await office.seen("2")).status is OrderStatus.SYNCED
    return store.shelf.levels[TEE] == Decimal(6)


async def _claimed(office: BackOffice, kind: JobKind) -> None:
    claimed = QueueFilter(kinds=(kind,), states=(JobState.RUNNING,))
    while not await office.storage.queue.page(claimed):
        pass


async def test_a_sale_on_the_wire_is_not_undone_by_goods_that_come_back(office: BackOffice, store: Store) -> None:
    store.gate = asyncio.Event()
    await office.orders.add([record("2")], TILL)
    await _comes_back(office)
    working = asyncio.create_task(office.work())
    await _claimed(office, JobKind.PUSH_STOCK)
    for _ in range(OFTEN):
        await office.seen("2")
    store.gate.set()
    assert await working
    assert await _settled(office, store)


async def test_a_sale_does_not_come_between_the_reading_and_the_writing_of_a_number(
    office: BackOffice, store: Store
) -> None:
    async def takes_long() -> None:
        for _ in range(OFTEN):
            await office.seen("2")

    assert isinstance(store.shelf, Shelf)
    store.shelf.while_reading = takes_long
    store.at_refund = lambda: office.orders.add([record("2")], TILL)
    await _comes_back(office)
    assert await office.work()
    assert await _settled(office, store)


@pytest.mark.parametrize("effect", ["before", "lose"])
async def test_a_number_in_doubt_is_settled_before_the_next_sale_moves_it(
    office: BackOffice, store: Store, effect: str
) -> None:
    assert isinstance(store.shelf, Shelf)
    getattr(store.shelf, effect).append(lost())
    store.shelf.next_sale = lambda: office.orders.add([record("2")], TILL)
    await _comes_back(office)
    assert await office.work()
    assert await _settled(office, store)


async def test_goods_that_come_back_wait_for_a_sale_that_may_still_arrive(office: BackOffice, store: Store) -> None:
    store.give_up = True
    await office.orders.add([record("2")], TILL)
    await _comes_back(office)
    assert await office.work()
    assert await _settled(office, store)
