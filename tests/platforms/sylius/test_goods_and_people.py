"""Products, stock and customers of a Sylius shop, over HTTP against the simulator."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.sylius.adapter import Bench, bench
from tests.support.recorder import SENT
from tests.support.till import listed
from tillbridge.domain.catalog import Listing, ProductStatus
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.simulator import SyliusSimulator
from tillbridge.platforms.sylius.simulator.goods import new_product, new_variant


def _many(shop: SyliusSimulator) -> None:
    for number in range(120):
        code = f"BULK-{number:03}"
        product = new_product(shop.shop, code, f"Bulk {number}", code.lower())
        shop.shop.products[code] = product | {"channels": ["HARBOUR_TILL"]}
        prices = {"HARBOUR_TILL": {"price": 100 + number, "originalPrice": None}}
        shop.shop.variants[code] = new_variant(shop.shop, code, code) | {"channelPricings": prices, "tracked": True}


async def test_a_catalogue_of_several_pages_costs_no_call_per_product_and_can_be_resumed() -> None:
    async with bench(change=_many) as at:
        SENT.clear()
        products = PLATFORM.product(at.session)
        pages = [page async for page in products.list_products()]
        assert sum(len(page.items) for page in pages) == 128
        assert all(each.variants for page in pages for each in page.items)
        # two pages, a variant list for 25 products each, and two calls for each of two options
        assert len(SENT) <= 2 + 6 + 4
        assert pages[0].cursor == "2"
        rest = [page async for page in products.list_products(cursor=pages[0].cursor)]
        assert [each.external_id for page in rest for each in page.items] == [
            each.external_id for each in pages[1].items
        ]


async def test_only_what_moved_by_itself_or_by_a_variant_is_read_again() -> None:
    async with bench() as at:
        at.clock.advance(3600)
        since = at.clock.now()
        at.clock.advance(60)
        stock = PLATFORM.inventory(at.session)
        assert (await stock.set_levels([StockChange("MUG-BLU", "", Decimal(7))], "k"))[0].applied
        pages = [page async for page in PLATFORM.product(at.session).list_products(since)]
        assert [each.title for page in pages for each in page.items] == ["Enamel Mug"]
        assert pages[0].high_water == at.clock.now()


async def test_a_product_that_is_off_or_in_another_channel_is_a_draft() -> None:
    async with bench() as at:
        at.shop.shop.products["NOTE-1"]["enabled"] = False
        at.shop.shop.products["SOAP-1"]["channels"] = ["HARBOUR_WEB"]
        found = [page async for page in PLATFORM.product(at.session).list_products()]
        status = {each.external_id: each.status for page in found for each in page.items}
        assert (status["NOTE-1"], status["SOAP-1"]) == (ProductStatus.DRAFT, ProductStatus.DRAFT)
        assert status["TOTE-1"] is ProductStatus.ACTIVE


async def test_a_barcode_kept_as_an_attribute_of_the_product_is_found_too() -> None:
    def move(shop: SyliusSimulator) -> None:
        shop.shop.variants["SOAP-1"]["custom"] = {}
        shop.shop.products["SOAP-1"]["attributes"] = {"ean": "5012345678924"}

    async with bench(change=move) as at:
        found = await PLATFORM.product(at.session).find_by_code("5012345678924")
        assert [each.variants[0].barcode for each in found] == ["5012345678924"]
        assert await PLATFORM.product(at.session).find_by_code("5012345678923") == ()


async def test_a_record_that_does_not_fit_is_set_aside_and_the_page_goes_on() -> None:
    async with bench() as at:
        at.shop.shop.variants["NOTE-1"]["onHand"] = "a few"
        pages = [page async for page in PLATFORM.product(at.session).list_products()]
        refused = [(each.external_id, each.path) for page in pages for each in page.refused]
        assert refused == [("NOTE-1", "$[4].variants[0].onHand")]
        assert sum(len(page.items) for page in pages) == 7


# -- stock


async def _listing(at: Bench, sku: str) -> Listing:
    return (await listed(PLATFORM.product(at.session), sku))[0]


async def test_what_unpaid_orders_hold_is_not_available_and_stays_held_through_a_write() -> None:
    async with bench() as at:
        at.shop.shop.variants["MUG-BLU"]["onHold"] = 4
        stock, listing = PLATFORM.inventory(at.session), await _listing(at, "MUG-BLU")
        assert (await stock.read_levels([listing]))[0].available == 21
        outcome = (await stock.set_levels([StockChange("MUG-BLU", "", Decimal(10), Decimal(21))], "k"))[0]
        assert (outcome.applied, outcome.found) == (True, Decimal(10))
        row = at.shop.shop.variants["MUG-BLU"]
        assert (row["onHand"], row["onHold"]) == (14, 4)


@pytest.mark.parametrize(
    ("code", "quantity", "reason"),
    [
        ("MUG-BLU", "2.5", "whole pieces"),
        ("MUG-BLU", "-1", "below zero"),
        ("NO-SUCH", "1", "no longer has it"),
        ("SOAP-1", "1", "keeps no stock"),
    ],
)
async def test_a_stock_write_that_cannot_be_is_refused_in_words(code: str, quantity: str, reason: str) -> None:
    async with bench(change=lambda shop: shop.shop.variants["SOAP-1"].update(tracked=False)) as at:
        outcome = (await PLATFORM.inventory(at.session).set_levels([StockChange(code, "", Decimal(quantity))], "k"))[0]
        assert not outcome.applied
        assert reason in outcome.reason


async def test_somebody_else_at_the_same_number_refuses_the_write() -> None:
    async with bench() as at:
        at.shop.shop.switches.conflicts = 1
        outcome = (await PLATFORM.inventory(at.session).set_levels([StockChange("MUG-BLU", "", Decimal(9))], "k"))[0]
        assert (outcome.applied, at.shop.ledger.stock["MUG-BLU"]) == (False, 25)


async def test_an_adjustment_reads_compares_and_sets() -> None:
    async with bench() as at:
        stock, listing = PLATFORM.inventory(at.session), await _listing(at, "MUG-BLU")
        assert (await stock.adjust(listing, "", Decimal(-3), "k")).applied
        assert at.shop.ledger.stock["MUG-BLU"] == 22


async def test_goods_without_kept_stock_have_no_number_which_is_not_zero() -> None:
    async with bench(change=lambda shop: shop.shop.variants["SOAP-1"].update(tracked=False)) as at:
        level = (await PLATFORM.inventory(at.session).read_levels([await _listing(at, "SOAP-1")]))[0]
        assert level.available is None


# -- customers


async def test_an_address_is_found_exactly_although_the_shop_finds_parts() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        assert await customers.find_by_email("byrne@example.com") is None
        assert await customers.find_by_email("") is None
        found = await customers.find_by_email(" Aoife.Byrne@EXAMPLE.com ")
        assert found is not None
        assert found.consent is Consent.UNSUBSCRIBED


async def test_saving_changes_only_what_is_known_and_mails_nobody() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        at.shop.shop.customers[1] |= {"phoneNumber": "+353 91 555", "subscribedToNewsletter": True, "gender": "f"}
        saved = await customers.save(Customer(email="aoife.byrne@example.com", first_name="Aoife Marie"))
        assert (saved.external_id, saved.first_name, saved.last_name) == ("1", "Aoife Marie", "Byrne")
        assert (saved.phone, saved.consent) == ("+353 91 555", Consent.SUBSCRIBED)
        assert at.shop.shop.customers[1]["gender"] == "f"
        gone = await customers.save(replace(saved, consent=Consent.UNSUBSCRIBED))
        assert gone.consent is Consent.UNSUBSCRIBED
        assert at.mails == []


async def test_a_customer_made_meanwhile_is_found_and_not_doubled() -> None:
    async with bench() as at:
        before = len(at.shop.shop.customers)
        at.shop.faults.arm("timeout_after_commit", match="POST /api/v2/admin/customers")
        saved = await PLATFORM.customer(at.session).save(Customer(email="nora@example.com", first_name="Nora"))
        assert saved.first_name == "Nora"
        assert len(at.shop.shop.customers) == before + 1


async def test_a_name_of_one_letter_is_refused_with_its_field() -> None:
    async with bench() as at:
        with pytest.raises(PlatformRefused) as caught:
            await PLATFORM.customer(at.session).save(Customer(email="q@example.com", first_name="Q"))
        assert caught.value.params["field"] == "firstName"


async def test_all_customers_are_listed_whatever_the_date_since_nothing_tells_who_changed() -> None:
    async with bench() as at:
        at.clock.advance(3600)
        pages = [page async for page in PLATFORM.customer(at.session).list_customers(at.clock.now())]
        assert sum(len(page.items) for page in pages) == 7
