"""The catalogue as windows: by SKU, found by words, with what the stores told; a page costs the same at any size."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected
from tests.support.pulled_shop import product
from tests.support.queries import counted
from tillbridge.domain.goods import GoodsKey, GoodsRow, ListedOn, Told
from tillbridge.domain.ids import new_id
from tillbridge.domain.stock import MovementCause, StockLevel, StockMovement
from tillbridge.storage import Storage

SKUS = ("Tee-M", "MUG-BLU", "soap-1", "ÄPFEL", "BOOK-1", "tea", "MUG-RED")


async def _filled(storage: Storage, clock: VirtualClock) -> list[str]:
    """Folded SKUs in order; two stores, of which one lists all and the other one mug."""
    web, outlet = await connected(storage, "Web", clock.now()), await connected(storage, "Outlet", clock.now())
    await storage.catalogue.upsert_products(web.id, [product(at, sku) for at, sku in enumerate(SKUS, start=1)])
    await storage.catalogue.upsert_products(outlet.id, [product(1, "MUG-BLU")])
    return sorted(each.casefold() for each in SKUS)


async def _walk(storage: Storage, text: str, limit: int, *, backward: bool) -> list[GoodsRow]:
    seen: list[GoodsRow] = []
    anchor = GoodsKey("\U0010ffff") if backward else None
    while page := await storage.goods_window.page(text, anchor=anchor, backward=backward, limit=limit):
        assert len(page) <= limit
        seen = [*page, *seen] if backward else [*seen, *page]
        anchor = (page[0] if backward else page[-1]).key
    return seen


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_pages_in_both_directions_show_what_a_full_sort_shows(
    storage: Storage, clock: VirtualClock, limit: int
) -> None:
    every = await _filled(storage, clock)
    for text, expected in (("", every), ("mug", ["mug-blu", "mug-red"]), ("MUG blu", ["mug-blu"]), ("%", [])):
        assert [each.folded_sku for each in await _walk(storage, text, limit, backward=False)] == expected
        assert [each.folded_sku for each in await _walk(storage, text, limit, backward=True)] == expected
        assert await storage.goods_window.count(text) == len(expected)
        ranks = [await storage.goods_window.rank(text, GoodsKey(each)) for each in expected]
        assert ranks == list(range(len(expected)))


async def test_a_row_tells_stores_numbers_and_what_moved(storage: Storage, clock: VirtualClock) -> None:
    await _filled(storage, clock)
    web = await storage.connections.by_name("Web")
    assert web is not None

    def told(place: str, number: str | None) -> StockLevel:
        known = None if number is None else Decimal(number)
        return StockLevel("i2", place, known, clock.now())

    for number in ("9", "7"):
        clock.advance(60)
        await storage.stock.record_read(web.id, [told("a", number), told("b", None)])
    await storage.stock.add_movements([
        StockMovement(
            id=new_id(), sku="MUG-BLU", variant_id=None, location="Main", quantity=Decimal(-2), unit="piece",
            cause=MovementCause.SALE, subject="", at=clock.now(),
        )
    ])  # fmt: skip
    row = await storage.goods_window.row("mug-blu")
    assert row is not None
    assert row.listed == (ListedOn("Outlet", ()), ListedOn("Web", (Told("a", Decimal(7)), Told("b", None))))
    assert [each.quantity for each in row.listed] == [None, Decimal(7)]
    assert row.moved == {"Main": Decimal(-2)}
    assert await storage.goods_window.page("mug blu") == (row,)
    assert await storage.goods_window.row("nothing") is None


async def test_listings_without_partner_come_page_by_page_with_their_reason(
    storage: Storage, clock: VirtualClock
) -> None:
    web = await connected(storage, "Web", clock.now())
    made = [product(1, "TEE-M"), product(2, ""), product(3, "DOUBLE"), product(4, "DOUBLE"), product(5, "")]
    await storage.catalogue.upsert_products(web.id, made)
    every = await storage.goods_window.loose()
    assert {(each.product_id, each.reason) for each in every} == {
        ("p2", "empty_sku"), ("p3", "double_sku"), ("p4", "double_sku"), ("p5", "empty_sku"),
    }  # fmt: skip
    assert all(each.connection == "Web" and each.title for each in every)
    assert await storage.goods_window.loose_count() == 4
    assert await _loose(storage, forward=True) == await _loose(storage, forward=False) == [each.id for each in every]
    assert [await storage.goods_window.loose_rank(each.key) for each in every] == [0, 1, 2, 3]
    assert await storage.goods_window.loose(offset=1, limit=2) == every[1:3]


async def _loose(storage: Storage, *, forward: bool) -> Sequence[UUID]:
    seen: list[UUID] = []
    anchor = None
    while page := await storage.goods_window.loose(anchor=anchor, backward=not forward, limit=3):
        ids = [each.id for each in page]
        seen = [*seen, *ids] if forward else [*ids, *seen]
        anchor = (page[-1] if forward else page[0]).key
    return seen


async def test_a_page_costs_four_statements_however_long_it_is(sqlite_storage: Storage, clock: VirtualClock) -> None:
    await _filled(sqlite_storage, clock)
    for limit in (1, 7):
        with counted() as asked:
            assert len(await sqlite_storage.goods_window.page("", limit=limit)) == limit
        assert len(asked) == 4
