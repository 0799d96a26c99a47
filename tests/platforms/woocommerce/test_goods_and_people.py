"""Catalogue, stock and customers of a WooCommerce shop, new and old, over HTTP against the simulator."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import httpx

from tests.platforms.woocommerce.adapter import Tapped, bench
from tests.support.till import listed
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.woocommerce import PLATFORM
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator


async def test_a_whole_catalogue_costs_a_call_per_page_and_one_for_its_variations() -> None:
    tapped: list[Tapped] = []

    def counting(inner: httpx.AsyncBaseTransport, shop: WooCommerceSimulator) -> httpx.AsyncBaseTransport:
        tapped.append(Tapped(inner))
        return tapped[0]

    async with bench(tap=counting) as at:
        tapped[0].seen.clear()
        found = [each async for page in PLATFORM.product(at.session).list_products() for each in page.items]
        assert len(found) > 5
        assert tapped[0].seen == ["GET /wp-json/wc/v3/products", "GET /wp-json/wc/v3/variations"]


async def test_an_older_shop_is_asked_parent_by_parent_and_shows_the_same_goods() -> None:
    async with bench() as new, bench(switches={"variations_route": False}) as old:
        both = [
            [each async for page in PLATFORM.product(at.session).list_products() for each in page.items]
            for at in (new, old)
        ]
        assert both[0] == both[1]


async def test_a_change_of_one_variation_brings_its_whole_product() -> None:
    async with bench() as at:
        products = PLATFORM.product(at.session)
        at.clock.advance(3600)
        since = at.clock.now() - timedelta(minutes=1)
        at.clock.advance(60)
        tee = next(each for each in at.shop.shop.products.values() if each["sku"] == "TEE-M")
        tee |= {"date_modified_gmt": at.shop.shop.stamp()}
        found = [each async for page in products.list_products(since) for each in page.items]
        assert [each.title for each in found] == ["Organic Tee"]
        assert [each.sku for each in found[0].variants] == ["TEE-S", "TEE-M", "TEE-L"]


async def test_names_are_freed_of_entities_and_a_missing_price_stays_missing() -> None:
    async with bench() as at:
        soap = next(each for each in at.shop.shop.products.values() if each["sku"] == "SOAP-1")
        soap |= {"name": "Salt &amp; Sea &#8211; Soap", "regular_price": "", "sale_price": ""}
        (product,) = await PLATFORM.product(at.session).find_by_code("SOAP-1")
        assert product.title == "Salt & Sea – Soap"
        assert product.variants[0].price is None


async def test_a_record_that_does_not_fit_is_set_aside_and_the_page_goes_on() -> None:
    def breaking(inner: httpx.AsyncBaseTransport, shop: WooCommerceSimulator) -> httpx.AsyncBaseTransport:
        return _Spoiled(inner)

    async with bench(tap=breaking) as at:
        pages = [page async for page in PLATFORM.product(at.session).list_products()]
        (refused,) = [each for page in pages for each in page.refused]
        assert refused.path == "$[0].price"
        assert "a lot" in refused.found
        assert len(pages[0].items) > 5


class _Spoiled(httpx.AsyncBaseTransport):
    """Another plugin has its own idea of a price."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if request.url.path.endswith("/wc/v3/products"):
            await response.aread()
            rows = response.json()
            rows[0]["price"] = {"amount": "a lot"}
            return httpx.Response(200, json=rows, request=request)
        return response


async def test_stock_the_shop_does_not_keep_is_neither_zero_nor_written() -> None:
    async with bench() as at:
        stock = PLATFORM.inventory(at.session)
        row = next(each for each in at.shop.shop.products.values() if each["sku"] == "SOAP-1")
        row |= {"manage_stock": False, "stock_quantity": None}
        listing = Listing(str(row["id"]), str(row["id"]), "", "SOAP-1")
        (level,) = await stock.read_levels([listing])
        assert level.available is None
        (outcome,) = await stock.set_levels([StockChange(level.inventory_id, "", Decimal(9))], "k")
        assert not outcome.applied
        assert "Manage stock" in outcome.reason
        assert row["manage_stock"] is False


async def test_a_variation_whose_parent_keeps_the_stock_is_written_there() -> None:
    async with bench() as at:
        shop = at.shop.shop
        child = next(each for each in shop.products.values() if each["sku"] == "MUG-BLU")
        parent = shop.products[child["parent_id"]]
        parent |= {"manage_stock": True, "stock_quantity": 40}
        child |= {"manage_stock": False, "stock_quantity": None}
        stock = PLATFORM.inventory(at.session)
        listing, _, _ = await listed(PLATFORM.product(at.session), "MUG-BLU")
        (level,) = await stock.read_levels([listing])
        assert (level.available, level.inventory_id) == (Decimal(40), str(parent["id"]))
        change = StockChange(level.inventory_id, "", Decimal(31), expected=Decimal(40))
        assert (await stock.set_levels([change], "k"))[0].applied
        assert parent["stock_quantity"] == 31
        moved = await stock.adjust(listing, "", Decimal(-2), "k")
        assert (moved.applied, parent["stock_quantity"]) == (True, 29)


async def test_a_fraction_is_refused_in_words() -> None:
    async with bench() as at:
        listing, _, _ = await listed(PLATFORM.product(at.session), "SOAP-1")
        stock = PLATFORM.inventory(at.session)
        (level,) = await stock.read_levels([listing])
        (outcome,) = await stock.set_levels([StockChange(level.inventory_id, "", Decimal("1.5"))], "k")
        assert (outcome.applied, outcome.found) == (False, Decimal(25))
        assert "whole pieces" in outcome.reason


async def test_an_existing_customer_is_found_and_kept_whole() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        known = await customers.find_by_email("aoife.byrne@example.com")
        assert known is not None
        change = Customer(
            email="Aoife.Byrne@example.com",
            phone="+353 1 555 0100",
            addresses=(Address(first_name="Aoife", line1="1 Quay Lane", city="Dublin", country="IE"),),
        )
        saved = await customers.save(change)
        assert saved.external_id == known.external_id
        assert (saved.first_name, saved.phone, saved.addresses[0].city) == ("Aoife", "+353 1 555 0100", "Dublin")
        assert at.mails == []


async def test_a_malformed_address_has_no_account() -> None:
    async with bench() as at:
        assert await PLATFORM.customer(at.session).find_by_email("not an address") is None


async def test_customers_are_read_in_full_and_filtered_by_us() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        everybody = [each async for page in customers.list_customers() for each in page.items]
        assert len(everybody) >= 7
        at.clock.advance(60)
        none = [each async for page in customers.list_customers(at.clock.now()) for each in page.items]
        assert none == []
