"""A store that refunds or cancels is told which of its own goods are meant, as when it recorded the sale."""

from __future__ import annotations

from tests.support.counters import TILL, BackOffice
from tests.support.memory_shop import MemoryShop
from tests.support.pulled_shop import product
from tests.support.sales import line, record
from tillbridge.domain.connections import Route
from tillbridge.domain.orders import Order


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
