"""Products without a call each, an index that is behind, and contacts that are neither doubled nor widened."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from tests.platforms.wix.adapter import Tap, Tapped, bench, eur
from tests.support.recorder import SENT
from tillbridge.domain.catalog import Product, ProductStatus
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.errors import Conflict, InvalidInput, NotFound, OutcomeUnknown
from tillbridge.platforms.contract import ProductService
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator import WixSimulator, catalog

FRESH = Customer(email="Soren.Aebler@example.com", first_name="Søren", last_name="Æbler", phone="+45 33 12 34 56")


async def every(products: ProductService) -> dict[str, Product]:
    return {each.title: each async for page in products.list_products() for each in page.items}


async def test_a_page_of_goods_costs_three_calls() -> None:
    async with bench() as at:
        SENT.clear()
        goods = await every(PLATFORM.product(at.session))
        assert [each.path for each in SENT if each.path != "/oauth2/token"] == [
            "/stores/v3/products/query",
            "/stores/v3/products/query-variants",
            "/stores/v3/inventory-items/query",
        ]
        tee = goods["Organic Tee"]
        assert {(each.title, each.inventory_quantity) for each in tee.variants} == {
            (size, Decimal(25)) for size in "SML"
        }
        assert tee.images[0].variant_ids
        assert (tee.vendor, tee.description) == ("Harbour Lane Outfitters", "<p>Organic Tee of Harbour Lane.</p>")
        assert tee.variants[0].weight_grams == 250


async def test_stock_nobody_counts_is_not_told_as_nothing() -> None:
    async with bench() as at:
        at.item("SOAP-1").update(quantity=None, inStock=True)
        goods = await every(PLATFORM.product(at.session))
        assert goods["Sea Salt Soap"].variants[0].inventory_quantity is None


async def test_a_hidden_product_is_a_draft() -> None:
    async with bench() as at:
        at.product("Enamel Mug")["visible"] = False
        assert (await every(PLATFORM.product(at.session)))["Enamel Mug"].status is ProductStatus.DRAFT


async def test_a_product_the_index_is_behind_with_is_read_by_itself() -> None:
    async with bench(variants_lag=30.0) as at:
        row = at.product("Organic Tee")
        told = {"id": row["variants"][0]["id"], "price": {"actualPrice": {"amount": "26.00"}}}
        catalog.edit(at.shop.site, row, {"variantsInfo": {"variants": [told]}})
        SENT.clear()
        goods = await every(PLATFORM.product(at.session))
        assert goods["Organic Tee"].variants[0].price == eur("26.00")
        assert [each.method for each in SENT].count("GET") == 1, "and no other one is"


async def test_a_change_between_two_pulls_brings_only_what_changed() -> None:
    async with bench() as at:
        at.clock.advance(3600)
        since = at.clock.now()
        catalog.edit(at.shop.site, at.product("Tide Notebook"), {"name": "Tide Notebook, ruled"})
        pages = [page async for page in PLATFORM.product(at.session).list_products(changed_since=since)]
        assert [each.title for page in pages for each in page.items] == ["Tide Notebook, ruled"]
        assert pages[0].high_water == since


async def test_a_record_that_does_not_fit_waits_while_the_rest_of_the_page_goes_on() -> None:
    async with bench() as at:
        at.product("Enamel Mug")["name"] = {"en": "Enamel Mug"}
        pages = [page async for page in PLATFORM.product(at.session).list_products()]
        (refused,) = [each for page in pages for each in page.refused]
        assert refused.path.endswith(".name")
        assert sum(len(page.items) for page in pages) == 7


async def test_stock_of_another_shape_sets_aside_its_product_only() -> None:
    async with bench() as at:
        at.item("SOAP-1")["quantity"] = None
        pages = [page async for page in PLATFORM.product(at.session).list_products()]
        (refused,) = [each for page in pages for each in page.refused]
        assert refused.found == "neither"
        assert refused.external_id == at.product("Sea Salt Soap")["id"]


async def test_a_contact_made_by_a_call_whose_answer_was_lost_is_found() -> None:
    async with bench() as at:
        at.shop.faults.arm("timeout_after_commit", match="allowDuplicates")
        saved = await PLATFORM.customer(at.session).save(FRESH)
        assert saved.email == FRESH.email.lower()
        assert sum(row["email"] == saved.email for row in at.shop.site.contacts.values()) == 1


async def test_a_contact_that_cannot_be_found_afterwards_stays_unknown() -> None:
    async with bench() as at:
        at.shop.faults.arm("timeout_before_commit", match="allowDuplicates")
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.customer(at.session).save(FRESH)


async def test_only_what_differs_is_written_and_addresses_are_left_alone() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        known = await customers.find_by_email("aoife.byrne@example.com")
        assert known is not None
        SENT.clear()
        assert await customers.save(replace(known, external_id="")) == known
        assert not any(each.method == "PATCH" for each in SENT)
        moved = await customers.save(replace(known, phone="+353 91 555 01"))
        assert (moved.phone, moved.addresses) == ("+353 91 555 01", known.addresses)


def meddling(times: int) -> Tap:
    """A wire on which somebody changes a contact each time after we have read it."""
    left = [times]

    def tap(inner: httpx.AsyncBaseTransport, shop: WixSimulator) -> httpx.AsyncBaseTransport:
        def touch(request: httpx.Request) -> None:
            row = shop.site.contacts.get(request.url.path.rpartition("/")[2])
            if request.method == "GET" and row is not None and left[0]:
                left[0] -= 1
                shop.site.touch(row)

        return Tapped(inner, after=touch)

    return tap


@pytest.mark.parametrize(("times", "saved"), [(1, True), (2, False)])
async def test_a_revision_that_moved_is_read_and_tried_once_more(times: int, saved: bool) -> None:
    async with bench(tap=meddling(times)) as at:
        customers = PLATFORM.customer(at.session)
        known = await customers.find_by_email("aoife.byrne@example.com")
        assert known is not None
        renamed = replace(known, first_name="Aoibh")
        if saved:
            assert (await customers.save(renamed)).first_name == "Aoibh"
        else:
            with pytest.raises(Conflict):
                await customers.save(renamed)
        assert (at.shop.site.contacts[known.external_id]["name"]["first"] == "Aoibh") is saved


async def test_consent_is_given_to_a_new_contact_only_and_taken_back_from_any() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        assert (await customers.save(replace(FRESH, consent=Consent.SUBSCRIBED))).consent is Consent.SUBSCRIBED
        maeve = Customer(email="maeve.costigan@example.com", consent=Consent.SUBSCRIBED)
        assert (await customers.save(maeve)).consent is Consent.UNSUBSCRIBED, "she had said no online"
        aoife = Customer(email="aoife.byrne@example.com", consent=Consent.UNSUBSCRIBED)
        assert (await customers.save(aoife)).consent is Consent.UNSUBSCRIBED
        assert at.mails == []


async def test_a_region_that_is_no_code_is_left_out_instead_of_losing_the_contact() -> None:
    async with bench() as at:
        home = Address(first_name="Søren", line1="Havnegade 1", city="København", region="Hovedstaden", country="DK")
        saved = await PLATFORM.customer(at.session).save(replace(FRESH, addresses=(home,)))
        assert saved.addresses == (replace(home, region=""),)


async def test_a_contact_without_an_address_to_find_it_by_is_refused() -> None:
    async with bench() as at:
        with pytest.raises(InvalidInput):
            await PLATFORM.customer(at.session).save(Customer(email=""))
        with pytest.raises(NotFound):
            await PLATFORM.customer(at.session).save(Customer(email="a@example.com", external_id="17"))
