"""A store that refunds or cancels is told which of its own goods are meant, as when it recorded the sale."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.memory_shop import MemoryShop, lost
from tests.support.pulled_shop import PulledShop, product
from tests.support.sales import line, record
from tests.support.stock_shop import StockShop
from tillbridge.domain.connections import Route
from tillbridge.domain.orders import Order, RefundLine


def _told(order: Order) -> list[tuple[str, str]]:
    """The goods of each line as the store's own stock ids."""
    return [(each.sku, each.listing.inventory_id if each.listing else "") for each in order.lines]


async def _listed(office: BackOffice) -> tuple[MemoryShop, MemoryShop]:
    """Two stores that list the same goods under ids of their own; the outlet records what names it."""
    web, outlet = await office.connect(), await office.connect("outlet", Route())
    await office.storage.catalogue.upsert_products(
        (await office.connection()).id, [product(1, "TEE-M"), product(2, "MUG-BLU")]
    )
    await office.storage.catalogue.upsert_products((await office.connection("outlet")).id, [product(7, "MUG-BLU")])
    mug = line("MUG-BLU", "1", "12.50", connection="outlet")
    await office.orders.add([record("1", lines=[line(), mug])], TILL)
    await office.work()
    return web, outlet


async def test_a_refund_names_the_stores_own_goods(office: BackOffice) -> None:
    web, outlet = await _listed(office)
    await office.orders.refund("1", TILL, "all of it")
    await office.work()
    assert [_told(each) for each in web.refunded] == [[("TEE-M", "i1")]]
    assert [_told(each) for each in outlet.refunded] == [[("MUG-BLU", "i7")]]


async def test_a_cancellation_names_the_stores_own_goods_and_no_others(office: BackOffice) -> None:
    web, outlet = await _listed(office)
    await office.orders.cancel("1", TILL, "mistake")
    await office.work()
    assert [_told(each) for each in web.cancelled] == [[("TEE-M", "i1")]]
    assert [_told(each) for each in outlet.cancelled] == [[("MUG-BLU", "i7")]]


async def _with_stock(office: BackOffice) -> tuple[MemoryShop, StockShop]:
    """A store that has ten of TEE-M, sold three, and leaves goods that come back to us."""
    web = await office.connect()
    web.goods_back = False
    stock = StockShop(office.clock, {"i1": Decimal(7)})
    office.pulls = PulledShop(stock)
    await office.storage.catalogue.upsert_products((await office.connection()).id, [product(1, "TEE-M")])
    await office.orders.add([record("1", lines=[line(quantity="3")])], TILL)
    await office.work()
    return web, stock


@pytest.mark.parametrize("restock", [True, False])
async def test_goods_a_store_does_not_put_back_itself_are_put_back_once(office: BackOffice, restock: bool) -> None:
    web, stock = await _with_stock(office)
    web.fail("refund.committed", lost())
    await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(2), restock=restock)])
    await office.work()
    assert len(web.refunds) == 1
    assert stock.levels == {"i1": Decimal(9 if restock else 7)}


async def test_two_refunds_of_the_same_goods_put_both_back(office: BackOffice) -> None:
    _, stock = await _with_stock(office)
    for _ in range(2):
        await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    await office.work()
    assert stock.levels == {"i1": Decimal(9)}


async def test_a_part_of_what_was_weighed_is_not_put_back_as_a_piece(office: BackOffice) -> None:
    _, stock = await _with_stock(office)
    await office.orders.add([record("2", lines=[line(quantity="1.5")])], TILL)
    await office.orders.refund("2", TILL, "stale", lines=[RefundLine("1", Decimal(1), restock=True)])
    await office.work()
    assert stock.levels == {"i1": Decimal(7)}
