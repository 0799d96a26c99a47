"""Products and customers of a BigCommerce store, over HTTP: pages, cursors, brands, consent, and nobody doubled."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.platforms.bigcommerce.adapter import Tap, Tapped, bench
from tillbridge.domain.catalog import ProductStatus
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator


def counting(calls: list[str]) -> Tap:
    def tap(inner: httpx.AsyncBaseTransport, shop: BigCommerceSimulator) -> httpx.AsyncBaseTransport:
        return Tapped(inner, before=lambda request: calls.append(f"{request.method} {request.url.path}"))

    return tap


async def test_five_hundred_products_cost_two_pages_and_one_look_at_the_brands() -> None:
    calls: list[str] = []
    async with bench(tap=counting(calls)) as at:
        rows = at.shop.store.products
        template = next(iter(rows.values()))
        for number in range(500 - len(rows)):
            key = 90_000 + number
            rows[key] = {**template, "id": key, "variants": [{**template["variants"][0], "id": key, "product_id": key}]}
        calls.clear()
        pages = [page async for page in PLATFORM.product(at.session).list_products()]
        assert [len(page.items) for page in pages] == [250, 250]
        assert {each.vendor for page in pages for each in page.items} == {"Harbour Lane"}
        assert len(calls) == 3
        again = [page async for page in PLATFORM.product(at.session).list_products(cursor=pages[0].cursor)]
        assert [len(page.items) for page in again] == [250]


async def test_only_what_changed_is_read_and_one_broken_product_does_not_lose_the_page() -> None:
    async with bench() as at:
        at.clock.advance(3600)
        row = next(iter(at.shop.store.products.values()))
        row |= {"modified": at.clock.now(), "is_visible": "perhaps"}
        other = list(at.shop.store.products.values())[1]
        other |= {"modified": at.clock.now(), "availability": "disabled"}
        since = at.clock.now() - timedelta(minutes=5)
        [page] = [page async for page in PLATFORM.product(at.session).list_products(since)]
        assert [each.status for each in page.items] == [ProductStatus.DRAFT]
        assert [(each.external_id, each.path) for each in page.refused] == [(str(row["id"]), "$[0].is_visible")]
        assert page.high_water == at.clock.now()


async def test_variants_whose_product_is_gone_are_passed_over() -> None:
    async with bench() as at:
        next(iter(at.shop.store.products.values()))["gone"] = True
        assert await PLATFORM.product(at.session).find_by_code("TEE-M") == ()


async def test_customers_are_walked_by_cursor_and_resumed() -> None:
    async with bench() as at:
        template = next(iter(at.shop.store.customers.values()))
        for number in range(300):
            row = {**template, "id": 70_000 + number, "email": f"c{number}@example.com"}
            at.shop.store.customers[row["id"]] = row
        customers = PLATFORM.customer(at.session)
        pages = [page async for page in customers.list_customers()]
        assert [len(page.items) for page in pages] == [250, 57]
        resumed = [page async for page in customers.list_customers(cursor=pages[0].cursor)]
        assert [len(page.items) for page in resumed] == [57]
        at.clock.advance(60)
        assert [len(page.items) async for page in customers.list_customers(at.clock.now())] == [0]


async def test_consent_is_only_what_the_newsletter_list_says() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        found = [
            await customers.find_by_email(f"{name}@example.com")
            for name in ("aoife.byrne", "maeve.costigan", "tomas.lind")
        ]
        assert [each.consent for each in found if each] == [Consent.SUBSCRIBED, Consent.UNSUBSCRIBED, Consent.UNKNOWN]
        assert found[0] is not None
        assert found[0].addresses[0].country == "IE"


async def test_a_new_account_is_made_without_a_mail_and_with_the_addresses_the_shop_takes() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        home = Address(line1="Kade 1", city="Delft", postcode="2611 AA", country="NL")
        saved = await customers.save(Customer(email="ann@example.com", addresses=(home, Address(city="Delft"))))
        assert at.mails == []
        row = at.shop.store.customers[int(saved.external_id)]
        assert (row["first_name"], len(row["addresses"])) == ("–", 1)
        assert row["addresses"][0]["postal_code"] == "2611 AA"
        named = await customers.save(Customer(email="ann@example.com", first_name="Ann", phone="+31612345678"))
        assert (named.external_id, named.first_name, named.phone) == (saved.external_id, "Ann", "+31612345678")
        assert named.last_name == "–", "what the till does not know is left as it was"


async def test_an_account_made_by_another_terminal_meanwhile_is_taken() -> None:
    made: list[str] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: BigCommerceSimulator) -> httpx.AsyncBaseTransport:
        def make_first(request: httpx.Request) -> None:
            if request.method == "POST" and request.url.path.endswith("/customers") and not made:
                row = {**next(iter(shop.store.customers.values())), "id": 80_000, "email": "ann@example.com"}
                shop.store.customers[80_000] = row
                made.append("ann")

        return Tapped(inner, before=make_first)

    async with bench(tap=tap) as at:
        saved = await PLATFORM.customer(at.session).save(
            Customer(email="Ann@example.com", first_name="Ann", last_name="Vos")
        )
        assert saved.external_id == "80000"


@pytest.mark.parametrize("apart", [True, False])
async def test_goods_without_options_are_found_wherever_the_shop_keeps_their_code(apart: bool) -> None:
    async with bench(base_codes_apart=apart) as at:
        for code in ("SOAP-1", "5012345678924", "TEE-M", "4006381333948"):
            assert len(await PLATFORM.product(at.session).find_by_code(code)) == 1
