"""Goods, stock, customers, codes and cards on Shopify, where it differs from other platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.shopify.bench import Bench, eur, prepared
from tillbridge.domain.customers import Consent, Customer
from tillbridge.domain.errors import CapabilityAbsent, NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.offers import Offer, OfferLine
from tillbridge.domain.stock import StockChange
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.shopify import PLATFORM, spec, words
from tillbridge.platforms.shopify.simulator import costs

CARD = Secret("GIFT-AAAA-1111-2222")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with prepared() as ready:
        yield ready


def with_many_variants(bench: Bench, count: int) -> str:
    """Give the tee as many variants; answers the last one's SKU."""
    shop = bench.shop.shop
    tee = next(row for row in shop.products.values() if row["handle"] == "organic-tee")
    pattern = shop.variants[tee["variant_ids"][0]]
    while len(tee["variant_ids"]) < count:
        number = len(tee["variant_ids"])
        variant, item = shop.gid("ProductVariant"), shop.gid("InventoryItem")
        shop.variants[variant] = {**deepcopy(pattern), "id": variant, "item_id": item, "sku": f"TEE-{number}"}
        shop.levels[item, bench.place] = (number, shop.stamp())
        tee["variant_ids"].append(variant)
    return f"TEE-{count - 1}"


async def test_a_product_of_many_variants_is_whole_and_others_cost_no_call_of_their_own(bench: Bench) -> None:
    last = with_many_variants(bench, 230)
    products = PLATFORM.product(bench.session)
    found = [each async for page in products.list_products() for each in page.items]
    tee = next(each for each in found if each.handle == "organic-tee")
    assert len(tee.variants) == 230
    assert len({each.external_id for each in tee.variants}) == 230
    assert len(bench.asked("ProductVariantsPage")) == 2
    assert len(bench.asked("ProductsPage")) == 1
    assert [each.title for each in await products.find_by_code(last)] == ["Organic Tee"]


async def test_a_page_that_costs_too_much_is_asked_smaller(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [each async for page in PLATFORM.product(bench.session).list_products() for each in page.items]
    monkeypatch.setattr(costs, "MOST", 16.0)
    service = PLATFORM.product(bench.session)
    smaller = [each async for page in service.list_products() for each in page.items]
    assert [each.external_id for each in smaller] == [each.external_id for each in whole]
    asked = [each["first"] for each in bench.asked("ProductsPage")]
    assert min(asked) < spec.SPEC.limits.page_size


async def test_a_shop_that_does_not_tell_its_pace_is_still_served(bench: Bench) -> None:
    bench.shop.switches.tells_throttle = False
    assert await PLATFORM.product(bench.session).find_by_code("TEE-M")


async def test_a_product_that_does_not_fit_waits_in_quarantine_and_the_others_come(bench: Bench) -> None:
    tote = next(row for row in bench.shop.shop.variants.values() if row["sku"] == "TOTE-1")
    tote["price"] = "18.005"
    pages = [page async for page in PLATFORM.product(bench.session).list_products()]
    refused = [each for page in pages for each in page.refused]
    assert [each.external_id for each in refused] == [tote["product_id"]]
    assert refused[0].path.endswith("variants.nodes[0].price")
    assert "18.005" in refused[0].raw
    assert sum(len(page.items) for page in pages) == 7


async def test_one_stale_entry_does_not_hold_back_the_others(bench: Bench) -> None:
    stock = PLATFORM.inventory(bench.session)
    tee, mug = await bench.listing("TEE-M"), await bench.listing("MUG-BLU")
    changes = [
        StockChange(tee.inventory_id, bench.place, Decimal(7), expected=Decimal(99)),
        StockChange(mug.inventory_id, "", Decimal(8), expected=Decimal(25)),
        StockChange(mug.inventory_id, bench.place, Decimal("1.5")),
    ]
    stale, applied, weighed = await stock.set_levels(changes, "push-1")
    assert (stale.applied, stale.found) == (False, Decimal(25))
    assert applied.applied
    assert (weighed.applied, weighed.reason) == (False, "Shopify counts whole units only")
    assert (bench.shop.ledger.stock["TEE-M"], bench.shop.ledger.stock["MUG-BLU"]) == (25, 8)


async def test_a_write_whose_answer_was_lost_counts_once(bench: Bench) -> None:
    stock, tee = PLATFORM.inventory(bench.session), await bench.listing("TEE-M")
    bench.shop.faults.arm("timeout_after_commit", times=1, match="InventoryAdjust")
    assert (await stock.adjust(tee, bench.place, Decimal(-2), "sale-1")).applied
    assert (await stock.adjust(tee, bench.place, Decimal(-2), "sale-1")).applied
    assert bench.shop.ledger.stock["TEE-M"] == 23


async def test_an_item_not_kept_at_a_location_is_stocked_there_by_its_number(bench: Bench) -> None:
    market = {**bench.shop.shop.locations[bench.place], "id": "gid://shopify/Location/2", "name": "Market"}
    bench.shop.shop.locations[market["id"]] = market
    stock, tee, mug = PLATFORM.inventory(bench.session), await bench.listing("TEE-M"), await bench.listing("MUG-BLU")
    assert await stock.read_levels([tee], market["id"]) == ()
    assert all(
        each.applied for each in await stock.set_levels([StockChange(tee.inventory_id, market["id"], Decimal(4))], "k")
    )
    assert (await stock.read_levels([tee], market["id"]))[0].available == 4
    assert (await stock.adjust(mug, market["id"], Decimal(3), "k2")).applied
    assert (await stock.read_levels([mug], market["id"]))[0].available == 3


async def test_untracked_stock_is_none(bench: Bench) -> None:
    next(row for row in bench.shop.shop.variants.values() if row["sku"] == "TEE-M")["tracked"] = False
    level = (await PLATFORM.inventory(bench.session).read_levels([await bench.listing("TEE-M")]))[0]
    assert level.available is None


async def test_consent_is_taken_back_but_never_given_by_a_merge(bench: Bench) -> None:
    customers = PLATFORM.customer(bench.session)
    fresh = Customer(email="Maeve@Example.com", first_name="Maeve", consent=Consent.SUBSCRIBED)
    made = await customers.save(fresh)
    assert made.consent is Consent.SUBSCRIBED
    assert (await customers.save(replace(fresh, consent=Consent.UNSUBSCRIBED))).consent is Consent.UNSUBSCRIBED
    assert (await customers.save(replace(fresh, last_name="Roe"))).consent is Consent.UNSUBSCRIBED
    named = await customers.find_by_email("maeve@example.com")
    assert named is not None
    assert (named.first_name, named.last_name) == ("Maeve", "Roe")
    assert list(bench.shop.outbox.mails) == []


async def test_a_customer_whose_creation_was_not_answered_is_found(bench: Bench) -> None:
    bench.shop.faults.arm("timeout_after_commit", times=1, match="CustomerCreate")
    saved = await PLATFORM.customer(bench.session).save(Customer(email="maeve@example.com", first_name="Maeve"))
    assert saved.external_id
    assert len([row for row in bench.shop.shop.customers.values() if row["email"] == "maeve@example.com"]) == 1


async def test_a_code_once_per_customer_is_judged_by_the_customers_own_orders(bench: Bench) -> None:
    bench.shop.shop.discounts["harbour10"]["once"] = True
    tee = await bench.listing("TEE-M")
    line = OfferLine(tee.external_product_id, tee.external_variant_id, "TEE-M", Decimal(1), eur("24.90"))
    offer = Offer("EUR", (line,), "aoife.byrne@example.com")
    discounts = PLATFORM.discount(bench.session)
    assert (await discounts.check_code("HARBOUR10", offer)).valid
    assert (await discounts.check_code("HARBOUR10", replace(offer, customer_email=""))).reason == words.NEEDS_CUSTOMER
    customer = await PLATFORM.customer(bench.session).find_by_email("aoife.byrne@example.com")
    from tests.platforms.shopify.test_orders import TEN

    await bench.create(bench.sold([await bench.line(1, "TEE-M", "2")], discounts=[TEN], customer=customer))
    assert (await discounts.check_code("HARBOUR10", offer)).reason == words.ALREADY_USED


async def test_a_shop_without_gift_cards_says_so_in_words(bench: Bench) -> None:
    bench.shop.switches.gift_card_scopes = False
    with pytest.raises(CapabilityAbsent) as caught:
        await PLATFORM.gift_card(bench.session).check_balance(CARD)
    assert "not enabled for this shop" in caught.value.card().explanation


async def test_a_debit_whose_answer_was_lost_is_found_and_never_taken_twice(bench: Bench) -> None:
    cards = PLATFORM.gift_card(bench.session)
    balance = await cards.check_balance(CARD)
    bench.shop.faults.arm("timeout_after_commit", times=1, match="GiftCardDebit")
    with pytest.raises(OutcomeUnknown):
        await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
    found = await cards.look_up_redemption(balance.external_id, eur("15.00"), "TBREF1")
    assert found is not None
    assert (await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")).external_id == found.external_id
    assert (await cards.check_balance(CARD)).balance == eur("35.00")


async def test_a_card_that_cannot_pay_says_why(bench: Bench) -> None:
    cards = PLATFORM.gift_card(bench.session)
    off = await cards.check_balance(Secret("gift cccc 5555 6666"))
    assert (off.usable, off.reason) == (False, "the card was switched off")
    with pytest.raises(PlatformRefused):
        await cards.redeem_gift_card(Secret("GIFT-CCCC-5555-6666"), eur("1.00"), "TBREF1")


async def test_a_gift_card_code_is_in_no_answer_or_error(bench: Bench) -> None:
    cards = PLATFORM.gift_card(bench.session)
    with pytest.raises(NotFound) as unknown:
        await cards.check_balance(Secret("GIFT-AAAA-1111-2223"))
    with pytest.raises(PlatformRefused) as refused:
        await cards.redeem_gift_card(CARD, eur("999.00"), "TBREF1")
    for said in (await cards.check_balance(CARD), unknown.value, unknown.value.card(), refused.value.card()):
        assert not any(part in f"{said!r} {said}".upper() for part in ("AAAA", "1111"))
    assert bench.session.api.redactor.scrub("code giftaaaa11112222") == "code •••"
