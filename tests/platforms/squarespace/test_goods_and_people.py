"""Goods, stock and contacts of a Squarespace site, over HTTP against the simulator."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.squarespace.adapter import bench
from tests.support.recorder import SENT
from tests.support.till import listed
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import InvalidInput, OutcomeUnknown, PlatformUnavailable
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.squarespace import PLATFORM

GONE = Listing("", "99999999-0000-4000-8000-000000000000", "", "GONE")


async def test_kinds_of_goods_are_told_apart_and_endless_stock_is_not_a_number() -> None:
    async with bench() as at:
        found = {p.title: p async for page in PLATFORM.product(at.session).list_products() for p in page.items}
        assert found["Gift Card"].is_gift_card
        assert found["Tide Tables"].variants == ()
        assert found["Boot Waxing"].variants[0].inventory_quantity is None
        assert found["Organic Tee"].variants[0].weight_grams == 250
        assert found["Organic Tee"].images[0].variant_ids == tuple(v.external_id for v in found["Organic Tee"].variants)


async def test_a_catalogue_costs_a_call_a_page_whatever_it_holds() -> None:
    async with bench() as at:
        SENT.clear()
        _ = [page async for page in PLATFORM.product(at.session).list_products()]
        assert [each.path for each in SENT] == ["/v2/commerce/products"]


async def test_a_product_that_changes_while_pages_are_read_comes_again_as_it_is_then() -> None:
    async with bench() as at:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tillbridge.platforms.squarespace.simulator.paging.FIXED_PAGE", 4)
            pages = PLATFORM.product(at.session).list_products()
            first = (await anext(pages)).items[0]
            at.shop.store.products[first.external_id] |= {"name": "Renamed", "modified": at.clock.now()}
            rest = [each async for page in pages for each in page.items]
        assert [each.title for each in rest if each.external_id == first.external_id] == ["Renamed"]


async def test_one_unknown_variant_among_many_hides_no_other() -> None:
    async with bench() as at:
        products = PLATFORM.product(at.session)
        known = [(await listed(products, sku))[0] for sku in ("TEE-S", "TEE-M", "SOAP-1", "NOTE-1")]
        levels = await PLATFORM.inventory(at.session).read_levels([*known[:3], GONE, known[3]])
        assert [each.inventory_id for each in levels] == [each.external_variant_id for each in known]


async def test_stock_that_is_not_kept_or_not_there_is_refused_with_words() -> None:
    async with bench() as at:
        stock = PLATFORM.inventory(at.session)
        endless = at.variant("WAX-1")["id"]
        changes = [StockChange(each, "", Decimal(5)) for each in (endless, GONE.external_variant_id)]
        outcomes = await stock.set_levels([*changes, StockChange(at.variant("TEE-M")["id"], "", Decimal("1.5"))], "k")
        assert [each.applied for each in outcomes] == [False, False, False]
        assert all(each.reason for each in outcomes)
        assert at.variant("WAX-1")["unlimited"]


async def test_the_stock_of_a_service_is_read_and_set_under_its_own_id() -> None:
    async with bench() as at:
        at.variant("WAX-1")["unlimited"] = False
        stock = PLATFORM.inventory(at.session)
        listing, _, _ = await listed(PLATFORM.product(at.session), "WAX-1")
        assert listing.inventory_id != listing.external_variant_id
        (level,) = await stock.read_levels([listing])
        assert level.inventory_id == listing.inventory_id
        assert level.available == 3
        assert (await stock.set_levels([StockChange(level.inventory_id, "", Decimal(8))], "k"))[0].applied
        assert at.variant("WAX-1")["quantity"] == 8


async def test_a_difference_is_moved_once_whatever_gets_lost() -> None:
    async with bench() as at:
        stock = PLATFORM.inventory(at.session)
        listing, _, _ = await listed(PLATFORM.product(at.session), "SOAP-1")
        at.shop.faults.arm("timeout_after_commit", times=1, match="/adjustments")
        assert (await stock.adjust(listing, "", Decimal(-2), "sale-7")).found == 23
        assert (await stock.adjust(listing, "", Decimal(-2), "sale-7")).found == 23, "the same key moves once"
        assert (await stock.adjust(listing, "", Decimal(-2), "sale-8")).found == 21
        assert not (await stock.adjust(listing, "", Decimal(-99), "sale-9")).applied, "never below zero"


async def test_a_write_that_overlaps_is_tried_again_and_is_no_outage() -> None:
    async with bench() as at:
        listing, _, _ = await listed(PLATFORM.product(at.session), "SOAP-1")
        stock = PLATFORM.inventory(at.session)
        await stock.adjust(listing, "", Decimal(-1), "sale-7")
        at.shop.store.in_flight.update(at.shop.store.answered)
        SENT.clear()
        with pytest.raises(PlatformUnavailable):
            await stock.adjust(listing, "", Decimal(-1), "sale-7")
        assert sum(each.method == "POST" for each in SENT) == 4
        at.shop.store.in_flight.clear()
        assert (await stock.adjust(listing, "", Decimal(-1), "sale-7")).found == 24


async def test_sixty_levels_are_written_in_two_calls() -> None:
    async with bench() as at:
        soap = next(row for row in at.shop.store.products.values() if row["slug"] == "sea-salt-soap")
        soap["variants"] += [
            {**soap["variants"][0], "id": at.shop.store.new_uuid(), "sku": f"SOAP-{number}"} for number in range(2, 61)
        ]
        changes = [StockChange(each["id"], "", Decimal(3)) for each in soap["variants"]]
        SENT.clear()
        assert all(each.applied for each in await PLATFORM.inventory(at.session).set_levels(changes, "k"))
        assert [each.method for each in SENT] == ["GET", "GET", "POST", "POST"]
        assert {each["quantity"] for each in soap["variants"]} == {3}


async def test_consent_is_read_and_never_written() -> None:
    async with bench() as at:
        people = PLATFORM.customer(at.session)
        aoife = await people.find_by_email("aoife.byrne@example.com")
        assert aoife is not None
        assert (aoife.consent, aoife.addresses[0].city, aoife.phone) == (Consent.SUBSCRIBED, "Galway", "+353 1 555")
        fresh = await people.save(Customer(email="new@example.com", consent=Consent.SUBSCRIBED))
        assert fresh.consent is Consent.UNKNOWN
        assert at.shop.store.contacts[fresh.external_id]["accepts"] is False
        await people.save(replace(aoife, consent=Consent.UNSUBSCRIBED, last_name="Byrne-Lind"))
        row = at.shop.store.contacts[aoife.external_id]
        assert (row["accepts"], row["last"]) == (True, "Byrne-Lind")


async def test_a_near_miss_of_the_search_is_not_the_shopper() -> None:
    async with bench() as at:
        people = PLATFORM.customer(at.session)
        await people.save(Customer(email="xaoife.byrne@example.com", first_name="Xaver", last_name="Other"))
        found = await people.find_by_email("aoife.byrne@example.com")
        assert found is not None
        assert found.first_name == "Aoife"
        assert await people.find_by_email("byrne") is None


async def test_a_contact_whose_making_got_no_answer_is_found_by_saving_again() -> None:
    async with bench() as at:
        people = PLATFORM.customer(at.session)
        at.shop.faults.arm("timeout_after_commit", times=1, match='"locale"')
        person = Customer(email="lost@example.com", first_name="Lost", last_name="Answer")
        with pytest.raises(OutcomeUnknown):
            await people.save(person)
        saved = await people.save(person)
        assert [row["id"] for row in at.shop.store.contacts.values() if row["email"] == "lost@example.com"] == [
            saved.external_id
        ]
        with pytest.raises(InvalidInput):
            await people.save(Customer(email=" ", first_name="No", last_name="Address"))
