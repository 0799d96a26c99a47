"""What comes in from a platform: once, whole, resumed where it stopped, and what does not fit is kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.pulled_shop import PulledShop, product
from tests.support.sales import goods, record, sold
from tests.support.stock_shop import StockShop
from tillbridge.domain.errors import NetworkFailure
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.orders import Order, OrderStatus, Origin, PaymentStatus
from tillbridge.domain.queue import QueueFilter
from tillbridge.platforms.contract import Page, RefusedRecord
from tillbridge.sync.enqueue import new_job
from tillbridge.sync.pull import OVERLAP

NEWEST = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


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
        updated_at=updated_at,
    )


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
