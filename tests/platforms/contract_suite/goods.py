"""Catalogue and stock: whole, in pages, by change, by code; numbers read, set, moved and refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.platforms.contract_suite.ground import Bench, Ground, eur, items, walk
from tests.support.proving import proves
from tests.support.till import listed
from tillbridge.domain.specs import Noun
from tillbridge.domain.stock import StockChange

OVERLAP = timedelta(minutes=5)


class GoodsCases(Ground):
    @proves("product.list")
    async def test_the_catalogue_is_whole(self, bench: Bench) -> None:
        found: dict[str, Any] = {}
        for product in items(await walk(self.platform.product(bench.session).list_products())):
            found |= {variant.sku: (product, variant) for variant in product.variants}
        tee, medium = found["TEE-M"]
        assert medium.price == eur("24.90")
        assert medium.barcode == "4006381333948"
        assert medium.inventory_quantity == 25
        assert [option.name for option in tee.options] == ["Size"]
        assert tee.options[0].values == ("S", "M", "L")
        tote = found["TOTE-1"][1]
        assert (tote.price, tote.compare_at_price) == (eur("18.00"), eur("22.00"))
        assert {"MUG-BLU", "MUG-RED", "SOAP-1", "BOOK-1", "LAST-1"} <= set(found)

    async def test_three_pages_of_goods_are_the_same_goods_and_resume_anywhere(self, bench: Bench) -> None:
        whole = items(await walk(self.platform.product(bench.session).list_products()))
        with self.small_pages():
            products = self.platform.product(bench.session)
            pages = await walk(products.list_products())
            assert len(pages) >= 3, "pages do not follow limits.page_size: name their constants in page_constants"
            assert pages[0].cursor is not None
            rest = items(await walk(products.list_products(cursor=pages[0].cursor)))
        assert pages[-1].cursor is None
        key = {each.external_id: each for each in whole}
        assert {each.external_id: each for each in items(pages)} == key
        assert len(items(pages)) == len(whole), "no record comes twice"
        assert [each.external_id for each in rest] == [each.external_id for each in items(pages[1:])]

    @proves("product.changed_since")
    async def test_only_changes_are_read_again(self, bench: Bench) -> None:
        bench.clock.advance(3600)
        products = self.platform.product(bench.session)
        found = items(await walk(products.list_products(changed_since=bench.clock.now() - OVERLAP)))
        if self.absent(Noun.PRODUCT, "changed_since") is None:
            assert found == []
        early = bench.clock.now() - timedelta(days=4000)
        assert len(items(await walk(products.list_products(changed_since=early)))) >= 8

    @proves("product.find")
    async def test_a_code_is_found_exactly(self, bench: Bench) -> None:
        products = self.platform.product(bench.session)
        assert [each.title for each in await products.find_by_code("4006381333948")] == ["Organic Tee"]
        for unknown in ("TEE", 'TEE-M" OR 1', "NO-SUCH-SKU", "ÆØÅ-🎁", "TEE-M,BOOK-1"):
            assert await products.find_by_code(unknown) == (), unknown

    @proves("inventory.compare_and_set")
    async def test_stock_is_read_set_and_refused_when_it_moved(self, bench: Bench) -> None:
        stock = self.platform.inventory(bench.session)
        listing, _, _ = await listed(self.platform.product(bench.session), "MUG-BLU")
        level = (await stock.read_levels([listing]))[0]
        assert level.available == 25
        change = StockChange(level.inventory_id, level.location_id, Decimal(20), expected=Decimal(25))
        assert (await stock.set_levels([change], "key-1"))[0].applied
        assert bench.shop.ledger.stock["MUG-BLU"] == 20
        stale = replace(change, quantity=Decimal(19), expected=Decimal(25))
        assert not (await stock.set_levels([stale], "key-2"))[0].applied
        assert (await stock.read_levels([listing]))[0].available == 20

    @proves("inventory.read", "inventory.set")
    async def test_many_levels_are_read_and_set_at_once(self, bench: Bench) -> None:
        stock = self.platform.inventory(bench.session)
        skus = ("TEE-S", "MUG-RED", "SOAP-1", "NOTE-1")
        products = self.platform.product(bench.session)
        listings = [(await listed(products, sku))[0] for sku in skus]
        levels = await stock.read_levels(listings)
        assert [each.available for each in levels] == [25] * len(skus)
        changes = [StockChange(each.inventory_id, each.location_id, Decimal(at)) for at, each in enumerate(levels)]
        assert all(each.applied for each in await stock.set_levels(changes, "key-3"))
        of = {each.inventory_id: listing.sku for each, listing in zip(levels, listings, strict=True)}
        told = {of[each.inventory_id]: each.quantity for each in changes}
        assert {sku: bench.shop.ledger.stock[sku] for sku in skus} == told

    @proves("inventory.adjust")
    async def test_stock_is_moved_by_a_difference(self, bench: Bench) -> None:
        stock = self.platform.inventory(bench.session)
        listing, _, _ = await listed(self.platform.product(bench.session), "SOAP-1")
        place = (await stock.read_levels([listing]))[0].location_id
        if await self.is_absent(Noun.INVENTORY, "adjust", lambda: stock.adjust(listing, place, Decimal(-2), "key-4")):
            return
        assert (await stock.adjust(listing, place, Decimal(-2), "key-4")).applied
        assert bench.shop.ledger.stock["SOAP-1"] == 23
