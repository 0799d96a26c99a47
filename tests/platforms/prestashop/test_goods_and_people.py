"""Catalogue, stock, customers and codes of a PrestaShop shop, over HTTP against the simulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.till import listed, offer_of
from tillbridge.domain.catalog import Listing, ProductStatus
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.domain.stock import StockChange
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.prestashop import PLATFORM
from tillbridge.platforms.prestashop.calls import since_query
from tillbridge.platforms.prestashop.simulator.fields import Row

from .adapter import Bench, bench, eur


def goods(at: Bench, reference: str, resource: str = "products") -> Row:
    return next(iter(at.shop.shop.matching(resource, reference=reference)))


def rule(at: Bench, code: str) -> Row:
    return next(iter(at.shop.shop.matching("cart_rules", code=code)))


# -- catalogue


async def test_a_page_of_products_costs_three_calls_however_many_there_are() -> None:
    async with bench() as at:
        at.line.seen.clear()
        products = PLATFORM.product(at.session)
        found = [each async for page in products.list_products() for each in page.items]
        assert len(found) == 8
        lines = [seen.path.removeprefix("/api/") for seen in at.line.seen]
        assert sorted(lines) == sorted(
            ["product_options", "product_option_values", "tags", "products", "combinations", "stock_availables"]
        )


async def test_pages_go_on_from_the_last_id_and_a_cursor_resumes() -> None:
    async with bench() as at:
        for number in range(150):
            product = {"name": f"Peg {number}", "price": "1.00", "active": 1, "state": 1, "reference": f"PEG-{number}"}
            at.shop.shop.add("products", dict(product))
        products = PLATFORM.product(at.session)
        pages = [page async for page in products.list_products()]
        assert [len(page.items) for page in pages] == [100, 58]
        again = [page async for page in products.list_products(cursor=pages[0].cursor)]
        assert [each.external_id for page in again for each in page.items] == [e.external_id for e in pages[1].items]


async def test_a_product_is_whole() -> None:
    async with bench() as at:
        (tee,) = await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert (tee.vendor, tee.tags, tee.status) == ("Harbour Lane", ("coast",), ProductStatus.ACTIVE)
        assert tee.images[0].url == "https://presta.example/1-large_default/organic-tee.jpg"
        medium = tee.variants[1]
        assert (medium.title, medium.option_values) == ("M", (("Size", "M"),))
        assert (medium.external_id, medium.inventory_id) == ("2", "1:2")
        assert medium.weight_grams == Decimal("250")
        assert medium.taxable
        (atlas,) = await PLATFORM.product(at.session).find_by_code("BOOK-1")
        assert (atlas.variants[0].external_id, atlas.variants[0].taxable) == (f"{atlas.external_id}:0", False)


async def test_a_combinations_surcharge_and_a_sale_are_in_the_prices() -> None:
    async with bench() as at:
        goods(at, "TEE-L", "combinations")["price"] = "3.252033"
        (tee,) = await PLATFORM.product(at.session).find_by_code("TEE-L")
        assert [each.price for each in tee.variants] == [eur("24.90"), eur("24.90"), eur("28.90")]
        (tote,) = await PLATFORM.product(at.session).find_by_code("TOTE-1")
        assert (tote.variants[0].price, tote.variants[0].compare_at_price) == (eur("18.00"), eur("22.00"))


async def test_any_kind_of_barcode_finds_its_product_and_each_costs_a_bounded_answer() -> None:
    async with bench() as at:
        goods(at, "BOOK-1")["isbn"] = "978-1-86197-876-9"
        goods(at, "TEE-S", "combinations")["upc"] = "036000291453"
        products = PLATFORM.product(at.session)
        assert [each.title for each in await products.find_by_code("978-1-86197-876-9")] == ["Harbour Atlas"]
        assert [each.title for each in await products.find_by_code("036000291453")] == []
        goods(at, "TEE-S", "combinations")["ean13"] = ""
        assert [each.title for each in await products.find_by_code("036000291453")] == ["Organic Tee"]
        for number in range(300):
            row = {"id_product": 2, "reference": f"MUG-{number}", "minimal_quantity": 1}
            at.shop.shop.add("combinations", dict(row), {"product_option_values": [{"id": "4"}]})
        at.line.seen.clear()
        (mug,) = await products.find_by_code("MUG-7")
        assert len(mug.variants) == 302
        assert [seen.path for seen in at.line.seen].count("/api/combinations") == 3


async def test_unfinished_products_are_left_out_and_inactive_ones_are_drafts() -> None:
    async with bench() as at:
        goods(at, "SOAP-1")["state"] = "0"
        goods(at, "NOTE-1")["active"] = "0"
        found = {v.sku: each async for page in PLATFORM.product(at.session).list_products() for each in page.items
                 for v in each.variants}  # fmt: skip
        assert "SOAP-1" not in found
        assert found["NOTE-1"].status is ProductStatus.DRAFT


async def test_a_shop_that_keeps_no_stock_says_nothing_rather_than_zero() -> None:
    async with bench(settings={"PS_STOCK_MANAGEMENT": "0"}) as at:
        (tee,) = await PLATFORM.product(at.session).find_by_code("TEE-M")
        assert tee.variants[0].inventory_quantity is None
        stock = PLATFORM.inventory(at.session)
        (level,) = await stock.read_levels([(await listed(PLATFORM.product(at.session), "SOAP-1"))[0]])
        assert level.available is None
        (outcome,) = await stock.set_levels([StockChange(level.inventory_id, "", Decimal(9))], "k")
        assert (outcome.applied, "stock management" in outcome.reason) == (False, True)


async def test_a_record_that_does_not_fit_is_set_aside_and_the_page_goes_on() -> None:
    async with bench() as at:
        goods(at, "SOAP-1")["price"] = "a lot"
        pages = [page async for page in PLATFORM.product(at.session).list_products()]
        (refused,) = pages[0].refused
        assert (refused.path, "a lot" in refused.found) == ("$[2].price", True)
        assert len(pages[0].items) == 7


async def test_names_in_several_languages_are_read_in_the_shops_own() -> None:
    async with bench() as at:
        at.shop.shop.add("languages", {"name": "Gaeilge", "iso_code": "ga", "active": 1})
        goods(at, "SOAP-1")["name"] = {1: "Sea Salt Soap", 2: "Gallúnach"}
        (soap,) = await PLATFORM.product(at.session).find_by_code("SOAP-1")
        assert soap.title == "Sea Salt Soap"


async def test_changes_are_asked_for_on_the_shops_wall_clock_with_an_hour_more_where_it_comes_twice() -> None:
    async with bench() as at:
        summer = dict(since_query(at.session, datetime(2026, 7, 1, 12, 0, tzinfo=UTC)))
        assert summer == {"filter[date_upd]": ">[2026-07-01 13:00:00]", "date": "1"}
        twice = dict(since_query(at.session, datetime(2026, 10, 25, 0, 50, tzinfo=UTC)))
        assert twice["filter[date_upd]"] == ">[2026-10-25 00:50:00]"


# -- stock


async def test_the_sum_over_combinations_is_never_written_and_fractions_are_refused() -> None:
    async with bench() as at:
        stock = PLATFORM.inventory(at.session)
        outcomes = await stock.set_levels(
            [
                StockChange("1:0", "", Decimal(9)),
                StockChange("1:2", "", Decimal("1.5")),
                StockChange("99:0", "", Decimal(1)),
                StockChange("1:2", "", Decimal(-3)),
            ],
            "k",
        )
        assert [each.applied for each in outcomes] == [False, False, False, True]
        assert ["adds" in outcomes[0].reason or "add" in outcomes[0].reason, "whole" in outcomes[1].reason] == [
            True,
            True,
        ]
        assert at.shop.ledger.stock["TEE-M"] == -3
        assert next(iter(at.shop.shop.matching("stock_availables", id_product=1)))["quantity"] == "47"


async def test_zero_is_written_and_believed_although_the_echo_leaves_it_out() -> None:
    async with bench() as at:
        listing, _, _ = await listed(PLATFORM.product(at.session), "SOAP-1")
        (outcome,) = await PLATFORM.inventory(at.session).set_levels(
            [StockChange(listing.inventory_id, "", Decimal(0), expected=Decimal(25))], "k"
        )
        assert (outcome.applied, outcome.found) == (True, Decimal(0))
        row = next(iter(at.shop.shop.matching("stock_availables", id_product=listing.external_product_id)))
        assert (row["quantity"], row["id_shop"], row["out_of_stock"]) == ("0", "1", "2")


async def test_adjusting_reads_compares_and_sets() -> None:
    async with bench() as at:
        listing, _, _ = await listed(PLATFORM.product(at.session), "MUG-BLU")
        bare = Listing(listing.external_product_id, listing.external_variant_id, "", "")
        moved = await PLATFORM.inventory(at.session).adjust(bare, "", Decimal(-2), "k")
        assert (moved.applied, at.shop.ledger.stock["MUG-BLU"]) == (True, 23)


async def test_the_old_warehouse_mode_is_told_in_words() -> None:
    async with bench() as at:
        row = next(iter(at.shop.shop.matching("stock_availables", id_product_attribute=2)))
        row["depends_on_stock"] = "1"
        (outcome,) = await PLATFORM.inventory(at.session).set_levels([StockChange("1:2", "", Decimal(1))], "k")
        assert (outcome.applied, "warehouse" in outcome.reason) == (False, True)


# -- customers


async def test_names_are_cleaned_of_what_the_shop_refuses_and_nobody_is_mailed() -> None:
    async with bench() as at:
        fresh = Customer(email="r2@example.com", first_name="R2-D2", last_name="O'Neill (Jr.) <x>")
        saved = await PLATFORM.customer(at.session).save(fresh)
        assert (saved.first_name, saved.last_name) == ("R-D", "O'Neill Jr x")
        assert at.mails == []


async def test_an_update_keeps_what_it_does_not_name_and_never_widens_consent() -> None:
    async with bench() as at:
        customers = PLATFORM.customer(at.session)
        row = next(iter(at.shop.shop.matching("customers", email="aoife.byrne@example.com")))
        row |= {"company": "Byrne & Co", "newsletter": "0"}
        home = Address(line1="1 Quay Lane", city="Dublin", postcode="D01", country="IE", phone="+353 1 555 0100")
        saved = await customers.save(
            Customer(email="AOIFE.byrne@example.com", last_name="Byrne-Kelly", addresses=(home,))
        )
        assert (saved.external_id, saved.last_name, saved.first_name) == (str(row["id"]), "Byrne-Kelly", "Aoife")
        assert (row["company"], row["newsletter"], row["passwd"] != "") == ("Byrne & Co", "0", True)
        assert saved.consent is Consent.UNKNOWN
        assert saved.phone == "+353 1 555 0100"
        again = await customers.save(saved)
        assert len(again.addresses) == len(saved.addresses) == 2


async def test_an_address_taken_meanwhile_is_found_and_its_account_used() -> None:
    async with bench() as at:
        fresh = Customer(email="race@example.com", first_name="Rae", last_name="Case")

        def taken(seen: object) -> None:
            line = getattr(seen, "line", "")
            if line == "POST /api/customers" and not list(at.shop.shop.matching("customers", email=fresh.email)):
                at.shop.shop.add("customers", {"email": fresh.email, "firstname": "Rae", "lastname": "Case"})

        at.line.before = taken
        saved = await PLATFORM.customer(at.session).save(fresh)
        assert [row["id"] for row in at.shop.shop.matching("customers", email=fresh.email)] == [int(saved.external_id)]


async def test_a_created_account_whose_answer_was_lost_is_found() -> None:
    async with bench() as at:
        at.shop.faults.arm("timeout_after_commit", match="POST /api/customers")
        saved = await PLATFORM.customer(at.session).save(Customer(email="l@example.com", first_name="L", last_name="O"))
        assert saved.external_id


async def test_guests_and_the_walk_in_customer_are_nobodys_accounts() -> None:
    async with bench() as at:
        guest = {"email": "guest@example.com", "firstname": "G", "lastname": "G", "is_guest": 1}
        at.shop.shop.add("customers", dict(guest))
        customers = PLATFORM.customer(at.session)
        assert await customers.find_by_email("guest@example.com") is None
        assert await customers.find_by_email("a|b@example.com") is None
        everybody = [each async for page in customers.list_customers() for each in page.items]
        assert len(everybody) == 7
        at.clock.advance(60)
        later = [each async for page in customers.list_customers(at.clock.now()) for each in page.items]
        assert later == []


# -- codes


async def judged(at: Bench, code: str, offer: Offer) -> DiscountVerdict:
    return await PLATFORM.discount(at.session).check_code(code, offer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": "0"}, "switched off"),
        ({"date_from": "2030-01-01 00:00:00"}, "not valid yet"),
        ({"product_restriction": "1"}, "products"),
        ({"group_restriction": "1"}, "customer groups"),
        ({"reduction_product": "-2"}, "selected products"),
        ({"gift_product": "3"}, "gives an article"),
        ({"id_customer": "2"}, "another shopper"),
        ({"minimum_amount": "20.30", "minimum_amount_tax": "0"}, "basket of 20.30"),
        ({"reduction_percent": "0.00", "reduction_amount": "-4.000000", "reduction_tax": "1"}, "below zero"),
        ({"reduction_percent": "0.00", "reduction_amount": "4.000000", "reduction_currency": "2"}, "another currency"),
    ],
)
async def test_rules_the_shop_does_not_judge_are_judged_by_us(change: Row, reason: str) -> None:
    async with bench() as at:
        rule(at, "HARBOUR10").update(change)
        verdict = await judged(at, "HARBOUR10", offer_of(await at.lines(TEE_M=1), email="aoife.byrne@example.com"))
        assert (verdict.valid, reason in verdict.reason) == (False, True), verdict.reason


async def test_the_limit_per_shopper_counts_their_orders_with_the_code() -> None:
    async with bench() as at:
        harbour = rule(at, "HARBOUR10")
        harbour["quantity_per_user"] = "1"
        offer = offer_of(await at.lines(TEE_M=1), email="aoife.byrne@example.com")
        assert (await judged(at, "HARBOUR10", offer)).valid
        at.shop.shop.add("order_cart_rules", {"id_order": 1, "id_cart_rule": harbour["id"], "name": "x", "value": 1})
        refused = await judged(at, "HARBOUR10", offer)
        assert (refused.valid, "as often" in refused.reason) == (False, True)
        at.shop.shop.rows["orders"][1]["current_state"] = "8"
        assert (await judged(at, "HARBOUR10", offer)).valid, "an order in payment error is no use of the code"
        stranger = await judged(at, "HARBOUR10", replace(offer, customer_email=""))
        assert (stranger.valid, len(stranger.unjudged)) == (True, 1)


async def test_the_cheapest_article_goods_on_sale_and_amounts_without_tax() -> None:
    async with bench() as at:
        offer = offer_of(await at.lines(TEE_M=2, SOAP_1=2))
        rule(at, "HARBOUR10")["reduction_product"] = "-1"
        cheapest = await judged(at, "HARBOUR10", offer)
        assert (cheapest.amount, cheapest.lines, cheapest.type) == (eur("0.64"), (1,), DiscountType.FIXED)
        rule(at, "FIVEOFF")["reduction_tax"] = "0"
        assert (await judged(at, "FIVEOFF", offer)).amount == eur("6.15")
        soap = rule(at, "SOAPDEAL")
        soap["reduction_exclude_special"] = "1"
        on_sale = replace(offer, lines=(offer.lines[0], replace(offer.lines[1], on_sale=True)))
        assert not (await judged(at, "SOAPDEAL", on_sale)).valid


async def test_of_two_rules_with_one_code_the_one_that_holds_counts() -> None:
    async with bench() as at:
        again = {
            name: value for name, value in rule(at, "FIVEOFF").items() if name not in ("id", "associations", "name")
        }
        rule(at, "FIVEOFF")["active"] = "0"
        at.shop.shop.add("cart_rules", {**again, "name": "Five again", "reduction_amount": "4"})
        assert (await judged(at, "fiveoff", offer_of(await at.lines(TEE_M=1)))).amount == eur("4.00")


async def test_free_shipping_takes_nothing_off_and_an_empty_code_is_nobodys() -> None:
    async with bench() as at:
        offer = offer_of(await at.lines(TEE_M=1))
        free = await judged(at, "FREESHIP", offer)
        assert (free.valid, free.type, free.amount) == (True, DiscountType.FREE_SHIPPING, eur("0"))
        for nonsense in ("", "  ", "%", "A|B"):
            assert not (await judged(at, nonsense, offer)).valid


async def test_gift_cards_are_absent_with_their_reason_whatever_is_asked() -> None:
    async with bench() as at:
        cards, code = PLATFORM.gift_card(at.session), Secret("GIFT-AAAA-1111-2222")
        at.line.seen.clear()
        for call in (
            cards.check_balance(code),
            cards.redeem_gift_card(code, eur("1.00"), "TBREF"),
            cards.look_up_redemption("1", eur("1.00"), "TBREF"),
            cards.give_back("1", eur("1.00"), "TBREF"),
        ):
            with pytest.raises(CapabilityAbsent, match="no gift cards"):
                await call
        assert at.line.seen == []


async def test_a_change_since_a_moment_brings_only_that_product() -> None:
    async with bench() as at:
        at.clock.advance(3600)
        since = at.clock.now() - timedelta(minutes=1)
        goods(at, "SOAP-1")["date_upd"] = at.shop.shop.stamp()
        pages = [page async for page in PLATFORM.product(at.session).list_products(since)]
        assert [each.title for page in pages for each in page.items] == ["Sea Salt Soap"]
        assert pages[0].high_water is not None
        assert timedelta(0) <= at.clock.now() - pages[0].high_water < timedelta(seconds=1)
