"""What comes in from a platform: once, whole, resumed where it stopped, and what does not fit is kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.counters import TILL, BackOffice
from tests.support.databases import Cluster
from tests.support.pulled_shop import PulledShop, product
from tests.support.sales import goods, record, sold
from tests.support.stock_shop import StockShop
from tillbridge.domain.connections import Route
from tillbridge.domain.errors import NetworkFailure
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.orders import Order, OrderStatus, Origin, PaymentStatus, RefundLine
from tillbridge.domain.queue import QueueFilter
from tillbridge.platforms.contract import Page, RefusedRecord
from tillbridge.storage import open_storage
from tillbridge.sync.enqueue import new_job
from tillbridge.sync.pull import OVERLAP

NEWEST = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SOLD_ONLINE = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""After the stores of these tests were connected."""


@pytest.fixture
async def shop(office: BackOffice) -> PulledShop:
    await office.connect()
    office.pulls = PulledShop(StockShop(office.clock))
    return office.pulls


async def _pull(office: BackOffice, kind: JobKind) -> None:
    await office.storage.jobs.add([new_job(kind, (await office.connection()).id, office.clock.now())])
    await office.work()


async def test_products_come_in_and_the_next_pull_starts_at_the_newest_change_with_overlap(
    office: BackOffice, shop: PulledShop
) -> None:
    shop.products.pages = [
        Page((product(1, "TEE-S"),), (), NEWEST - timedelta(hours=1), "1"),
        Page((product(2, "TEE-M"),), (), NEWEST, None),
    ]
    await _pull(office, JobKind.PULL_PRODUCTS)
    await _pull(office, JobKind.PULL_PRODUCTS)
    assert [each.sku for each in await office.storage.catalogue.search("tee")] == ["TEE-S", "TEE-M"]
    assert shop.products.asked == [(None, None), (NEWEST - OVERLAP, None)]


async def test_a_pull_that_broke_off_goes_on_at_its_page(office: BackOffice, shop: PulledShop) -> None:
    shop.products.pages = [
        Page((product(1, "TEE-S"),), (), NEWEST, "1"),
        Page((product(2, "TEE-M"),), (), NEWEST, None),
    ]
    shop.products.cut = {1: NetworkFailure(reason="reset")}
    await _pull(office, JobKind.PULL_PRODUCTS)
    assert shop.products.asked == [(None, None), (None, "1")]
    assert await office.storage.catalogue.by_code("TEE-M") is not None


async def test_a_record_that_does_not_fit_waits_in_quarantine_while_the_rest_comes_in(
    office: BackOffice, shop: PulledShop
) -> None:
    bad = RefusedRecord("p9", "$.variants[0].price", "a decimal", "free", '{"id": "p9"}')
    shop.products.pages = [Page((product(1, "TEE-S"),), (bad,), NEWEST, None)]
    await _pull(office, JobKind.PULL_PRODUCTS)
    (kept,) = await office.storage.quarantine.list()
    assert (kept.path, kept.raw) == (bad.path, bad.raw)
    assert await office.storage.catalogue.by_code("TEE-S") is not None


def _online(number: str, *, updated_at: datetime = NEWEST, payment: PaymentStatus = PaymentStatus.PAID) -> Order:
    base = sold([goods("1")])
    return replace(
        base,
        origin=Origin.ONLINE,
        reference="",
        external_id=f"o{number}",
        number=number,
        till="",
        location="",
        payment=payment,
        sold_at=SOLD_ONLINE,
        updated_at=updated_at,
    )


async def test_two_pulls_at_once_keep_an_online_order_once(postgresql: Cluster, tmp_path: Path) -> None:
    """On PostgreSQL both find it unknown; one is told so and goes on with what the other wrote."""
    clock = VirtualClock()
    async with open_storage(postgresql.fresh(), clock, keyring_path=tmp_path / "keyring") as storage:
        office = BackOffice(storage, clock)
        await office.connect()
        office.pulls = PulledShop(StockShop(clock))
        office.pulls.orders.pages = [Page(tuple(_online(str(each)) for each in range(20)), (), NEWEST, None)]
        web = (await office.connection()).id
        await storage.jobs.add([new_job(JobKind.PULL_ORDERS, web, clock.now()) for _ in range(4)])
        await office.work()
        assert await storage.sales.count() == 20
        assert await storage.queue.count(QueueFilter(states=(JobState.PARKED,))) == 0
        [level] = (await storage.stock.levels(["TEE-M"])).values()
        taken = sum(each.quantity for each in _online("0").lines)
        assert level == -20 * taken


async def test_an_online_order_is_kept_once_and_takes_from_stock_once(office: BackOffice, shop: PulledShop) -> None:
    shop.orders.pages = [Page((_online("77"), _online("78")), (), NEWEST, None)]
    await _pull(office, JobKind.PULL_ORDERS)
    await _pull(office, JobKind.PULL_ORDERS)
    view = await office.orders.show("77")
    assert (view.order.origin, view.status) == (Origin.ONLINE, OrderStatus.SYNCED)
    assert await office.storage.sales.count() == 2
    assert await office.storage.stock.levels(["TEE-M"]) == {("TEE-M", "Main"): Decimal(-2)}


async def test_a_cancelled_online_order_gives_its_goods_back(office: BackOffice, shop: PulledShop) -> None:
    later = NEWEST + timedelta(minutes=1)
    shop.orders.pages = [Page((_online("77"),), (), NEWEST, None)]
    await _pull(office, JobKind.PULL_ORDERS)
    gone = _online("77", updated_at=later, payment=PaymentStatus.CANCELLED)
    shop.orders.pages = [Page((gone,), (), later, None)]
    await _pull(office, JobKind.PULL_ORDERS)
    assert (await office.orders.show("77")).order.payment is PaymentStatus.CANCELLED
    assert await office.storage.stock.levels(["TEE-M"]) == {("TEE-M", "Main"): Decimal(0)}


async def _follower(office: BackOffice, shop: PulledShop) -> None:
    """A second store that lists the same tee and has ten; the first has ten too."""
    await office.connect("outlet", Route())
    for at, name in enumerate(("web", "outlet"), start=1):
        await office.storage.catalogue.upsert_products((await office.connection(name)).id, [product(at, "TEE-M")])
    shop.stock.levels = {"i1": Decimal(10), "i2": Decimal(10)}


async def _pull_as(office: BackOffice, shop: PulledShop, minutes: int, order: Order) -> None:
    """Pull an order in a newer state, twice."""
    later = NEWEST + timedelta(minutes=minutes)
    shop.orders.pages = [Page((replace(order, updated_at=later),), (), later, None)]
    await _pull(office, JobKind.PULL_ORDERS)
    await _pull(office, JobKind.PULL_ORDERS)


async def test_an_online_order_lowers_the_other_stores_once_and_its_cancellation_raises_them_once(
    office: BackOffice, shop: PulledShop
) -> None:
    await _follower(office, shop)
    await _pull_as(office, shop, 0, _online("77"))
    assert shop.stock.levels == {"i1": Decimal(10), "i2": Decimal(9)}
    await _pull_as(office, shop, 1, _online("77"))
    assert shop.stock.levels == {"i1": Decimal(10), "i2": Decimal(9)}
    await _pull_as(office, shop, 2, _online("77", payment=PaymentStatus.CANCELLED))
    await _pull_as(office, shop, 3, _online("77", payment=PaymentStatus.CANCELLED))
    assert shop.stock.levels == {"i1": Decimal(10), "i2": Decimal(10)}
    assert await office.storage.stock.levels(["TEE-M"]) == {("TEE-M", "Main"): Decimal(0)}


async def test_what_was_sold_online_before_the_store_was_connected_moves_no_stock(
    office: BackOffice, shop: PulledShop
) -> None:
    """The first pull brings years of orders; whatever becomes of them, the other stores never held their goods."""
    await _follower(office, shop)
    history = replace(_online("77"), sold_at=SOLD_ONLINE - timedelta(days=400))
    await _pull_as(office, shop, 0, history)
    await _pull_as(office, shop, 1, replace(history, payment=PaymentStatus.CANCELLED))
    assert shop.stock.levels["i2"] == Decimal(10)
    assert (await office.orders.show("77")).order.origin is Origin.ONLINE


async def test_an_order_reopened_in_the_shop_takes_its_goods_again(office: BackOffice, shop: PulledShop) -> None:
    await _follower(office, shop)
    await _pull_as(office, shop, 0, _online("77", payment=PaymentStatus.CANCELLED))
    assert shop.stock.levels["i2"] == Decimal(10)
    await _pull_as(office, shop, 1, _online("77"))
    assert shop.stock.levels["i2"] == Decimal(9)


async def test_lines_changed_in_the_shop_move_the_difference(office: BackOffice, shop: PulledShop) -> None:
    await _follower(office, shop)
    await _pull_as(office, shop, 0, _online("77"))
    more = replace(_online("77"), lines=sold([goods("1", quantity="3")]).lines)
    await _pull_as(office, shop, 1, more)
    assert shop.stock.levels["i2"] == Decimal(7)
    assert await office.storage.stock.levels(["TEE-M"]) == {("TEE-M", "Main"): Decimal(-3)}


async def test_an_online_order_given_back_here_and_cancelled_there_raises_the_others_once(
    office: BackOffice, shop: PulledShop
) -> None:
    await _follower(office, shop)
    two = replace(_online("77"), lines=sold([goods("1", quantity="2")]).lines)
    await _pull_as(office, shop, 0, two)
    await office.orders.refund("77", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    await _pull_as(office, shop, 1, replace(two, payment=PaymentStatus.PARTLY_REFUNDED))
    assert shop.stock.levels["i2"] == Decimal(9)
    await _pull_as(office, shop, 2, replace(two, payment=PaymentStatus.CANCELLED))
    assert shop.stock.levels["i2"] == Decimal(10)
    assert await office.storage.stock.levels(["TEE-M"]) == {("TEE-M", "Main"): Decimal(0)}


async def test_an_online_order_cancelled_here_raises_the_others_once_however_it_is_pulled(
    office: BackOffice, shop: PulledShop
) -> None:
    await _follower(office, shop)
    await _pull_as(office, shop, 0, _online("77"))
    await office.orders.cancel("77", TILL, "sold out")
    await _pull_as(office, shop, 1, _online("77"))
    await _pull_as(office, shop, 2, _online("77", payment=PaymentStatus.CANCELLED))
    assert shop.stock.levels["i2"] == Decimal(10)
    assert await office.storage.stock.levels(["TEE-M"]) == {("TEE-M", "Main"): Decimal(0)}


async def test_our_own_push_coming_back_lowers_no_store(office: BackOffice, shop: PulledShop) -> None:
    await _follower(office, shop)
    await office.orders.add([record("1")], TILL)
    await office.work()
    echo = replace(_online("1000"), reference=(await office.orders.find("1")).reference)
    await _pull_as(office, shop, 0, echo)
    assert shop.stock.levels == {"i1": Decimal(10), "i2": Decimal(9)}


async def test_our_own_push_coming_back_is_no_online_order(office: BackOffice, shop: PulledShop) -> None:
    await office.orders.add([record("1")], TILL)
    sale = await office.orders.find("1")
    echo = replace(_online("1000"), reference=sale.reference)
    shop.orders.pages = [Page((echo,), (), NEWEST, None)]
    await _pull(office, JobKind.PULL_ORDERS)
    assert await office.storage.sales.count() == 1


async def test_levels_are_read_and_what_is_not_told_stays_unknown(office: BackOffice, shop: PulledShop) -> None:
    connection = await office.connection()
    await office.storage.catalogue.upsert_products(connection.id, [product(1, "TEE-S"), product(2, "TEE-M")])
    shop.stock.levels = {"i1": Decimal(4)}
    await _pull(office, JobKind.PULL_STOCK)
    assert [each.quantity for each in await office.storage.stock.sightings("TEE-S")] == [Decimal(4)]
    assert await office.storage.stock.sightings("TEE-M") == ()


async def test_pulls_are_planned_at_their_rhythm_once_for_all_workers(office: BackOffice, shop: PulledShop) -> None:
    for _ in range(2):
        await office.worker().plan()
    rows = await office.storage.queue.page(QueueFilter())
    assert sorted(each.kind for each in rows) == sorted(
        [JobKind.PULL_CUSTOMERS, JobKind.PULL_ORDERS, JobKind.PULL_PRODUCTS, JobKind.PULL_STOCK]
    )
    await office.work()
    office.clock.advance(150)
    await office.worker().plan()
    waiting = [each.kind for each in await office.storage.queue.page(QueueFilter()) if each.state == "waiting"]
    assert waiting == [JobKind.PULL_ORDERS]
