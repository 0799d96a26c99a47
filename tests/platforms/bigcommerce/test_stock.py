"""Stock of a BigCommerce store: who keeps it, whole and relative writes, and what a shop that answers early does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.bigcommerce.adapter import Bench, bench
from tests.support.till import listed
from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import OutcomeUnknown
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.bigcommerce import PLATFORM

MOVE = "adjustments/relative"


async def at_sku(at: Bench, sku: str) -> Listing:
    return (await listed(PLATFORM.product(at.session), sku))[0]


async def level(at: Bench, listing: Listing) -> Decimal | None:
    return (await PLATFORM.inventory(at.session).read_levels([listing]))[0].available


async def test_goods_without_kept_stock_have_no_number_instead_of_zero() -> None:
    async with bench() as at:
        soap = await at_sku(at, "SOAP-1")
        at.shop.store.products[int(soap.external_product_id)]["inventory_tracking"] = "none"
        stock = PLATFORM.inventory(at.session)
        assert await level(at, soap) is None
        outcome = (await stock.set_levels([StockChange(soap.inventory_id, "1", Decimal(3))], "k"))[0]
        assert (outcome.applied, "Track inventory" in outcome.reason) == (False, True)
        assert not (await stock.adjust(soap, "1", Decimal(1), "k")).applied
        [product] = await PLATFORM.product(at.session).find_by_code("SOAP-1")
        assert product.variants[0].inventory_quantity is None


@pytest.mark.parametrize("every_variant_listed", [True, False])
async def test_a_product_that_keeps_one_number_for_its_variants_is_read_and_named_by_itself(
    every_variant_listed: bool,
) -> None:
    async with bench(every_variant_listed=every_variant_listed) as at:
        tee = await at_sku(at, "TEE-M")
        at.shop.store.products[int(tee.external_product_id)]["inventory_tracking"] = "product"
        kept = await at_sku(at, "TEE-M")
        assert kept.inventory_id == f"product/{tee.external_product_id}"
        assert await level(at, kept) == 25
        outcome = (
            await PLATFORM.inventory(at.session).set_levels([StockChange(kept.inventory_id, "", Decimal(9))], "k")
        )[0]
        assert outcome.applied
        assert await level(at, kept) == 9
        refused = (
            await PLATFORM.inventory(at.session).set_levels([StockChange(tee.inventory_id, "", Decimal(9))], "k")
        )[0]
        assert not refused.applied, "the listing is older than the shop's setting"


async def test_what_is_held_back_on_the_shelf_is_not_sold_and_not_lost_by_a_write() -> None:
    """Fifty on the shelf, ten held back: forty may be sold; a write of thirty leaves forty on the shelf."""
    async with bench() as at:
        tee, stock = await at_sku(at, "TEE-M"), PLATFORM.inventory(at.session)
        place = (int(tee.inventory_id), 1)
        at.shop.store.stock[place], at.shop.store.reserves[place] = 50, 10
        assert await level(at, tee) == 40
        assert (await stock.set_levels([StockChange(tee.inventory_id, "1", Decimal(30), Decimal(40))], "k"))[0].applied
        assert (at.shop.store.stock[place], await level(at, tee)) == (40, Decimal(30))
        assert (await stock.adjust(tee, "", Decimal(-30), "k")).found == 0
        assert not (await stock.adjust(tee, "", Decimal(-1), "k")).applied


async def test_a_difference_before_any_count_is_refused_with_the_shops_words() -> None:
    async with bench() as at:
        tee = await at_sku(at, "TEE-M")
        del at.shop.store.stock[int(tee.inventory_id), 1]
        outcome = await PLATFORM.inventory(at.session).adjust(tee, "", Decimal(1), "k")
        assert (outcome.applied, "absolute adjustment before" in outcome.reason) == (False, True)


async def test_several_changes_are_judged_each_by_itself() -> None:
    async with bench() as at:
        tee, mug, soap = [await at_sku(at, sku) for sku in ("TEE-M", "MUG-RED", "SOAP-1")]
        changes = [
            StockChange(tee.inventory_id, "1", Decimal(7), expected=Decimal(25)),
            StockChange(mug.inventory_id, "1", Decimal(7), expected=Decimal(24)),
            StockChange(soap.inventory_id, "1", Decimal("7.5")),
            StockChange("999999", "1", Decimal(1)),
        ]
        outcomes = await PLATFORM.inventory(at.session).set_levels(changes, "count 1")
        assert [each.applied for each in outcomes] == [True, False, False, False]
        assert outcomes[1].found == 25
        stock = at.shop.ledger_stock()
        assert (stock["TEE-M"], stock["MUG-RED"], stock["SOAP-1"]) == (7, 25, 25)


async def test_a_call_the_shop_refuses_for_one_row_changes_nothing_and_says_so_for_all() -> None:
    async with bench() as at:
        tee, mug = [await at_sku(at, sku) for sku in ("TEE-M", "MUG-RED")]
        changes = [
            StockChange(tee.inventory_id, "1", Decimal(7)),
            StockChange(mug.inventory_id, "1", Decimal(3_000_000_000)),
        ]
        outcomes = await PLATFORM.inventory(at.session).set_levels(changes, "count 1")
        assert [each.applied for each in outcomes] == [False, False]
        assert all("out of range" in each.reason for each in outcomes)
        assert at.shop.ledger_stock()["TEE-M"] == 25


async def test_each_location_has_its_own_number() -> None:
    async with bench() as at:
        at.shop.store.locations[2] = {**at.shop.store.locations[1], "id": 2, "label": "Old town"}
        tee = await at_sku(at, "TEE-M")
        at.shop.store.stock[int(tee.inventory_id), 2] = 4
        away = PLATFORM.inventory(at.with_facts(location_id="2"))
        assert (await away.read_levels([tee]))[0].available == 4
        await away.set_levels(
            [StockChange(tee.inventory_id, "1", Decimal(8)), StockChange(tee.inventory_id, "", Decimal(6))], "k"
        )
        assert [at.shop.store.stock[int(tee.inventory_id), place] for place in (1, 2)] == [8, 6]


async def test_a_shop_that_shows_a_change_later_refuses_the_next_write_instead_of_losing_it() -> None:
    async with bench(stock_lag=10.0) as at:
        tee, stock = await at_sku(at, "TEE-M"), PLATFORM.inventory(at.session)
        change = StockChange(tee.inventory_id, "1", Decimal(20), expected=Decimal(25))
        assert (await stock.set_levels([change], "k"))[0].applied
        assert await level(at, tee) == 25
        following = replace(change, quantity=Decimal(19), expected=Decimal(20))
        assert not (await stock.set_levels([following], "k2"))[0].applied
        at.clock.advance(11)
        assert (await stock.set_levels([following], "k2"))[0].applied


async def test_a_difference_is_booked_once_and_a_lost_answer_read_back() -> None:
    async with bench() as at:
        tee, stock = await at_sku(at, "TEE-M"), PLATFORM.inventory(at.session)
        assert (await stock.adjust(tee, "", Decimal(-2), "k")).found == 23
        at.shop.faults.arm("timeout_after_commit", match=MOVE)
        assert (await stock.adjust(tee, "", Decimal(-2), "k")).found == 21
        at.shop.faults.arm("timeout_before_commit", match=MOVE)
        with pytest.raises(OutcomeUnknown):
            await stock.adjust(tee, "", Decimal(-2), "k")
        assert await level(at, tee) == 21


async def test_a_difference_below_nothing_or_of_half_a_piece_is_refused() -> None:
    async with bench() as at:
        lamp, stock = await at_sku(at, "LAST-1"), PLATFORM.inventory(at.session)
        below = await stock.adjust(lamp, "", Decimal(-2), "k")
        assert (below.applied, below.found, "out of range" in below.reason) == (False, Decimal(1), True)
        assert not (await stock.adjust(lamp, "", Decimal("0.5"), "k")).applied
        gone = await stock.adjust(replace(lamp, inventory_id="999999"), "", Decimal(1), "k")
        assert gone.reason == "the shop no longer has it"
