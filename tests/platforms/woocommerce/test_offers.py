"""Codes and gift cards of a WooCommerce shop, over HTTP against the simulator."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.woocommerce.adapter import Bench, bench, eur
from tests.support.till import offer_of
from tillbridge.domain.errors import CapabilityAbsent, OutcomeUnknown, PlatformRefused
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.domain.tokens import Secret, TokenType
from tillbridge.platforms.woocommerce import PLATFORM


async def judged(at: Bench, code: str, offer: Offer) -> DiscountVerdict:
    return await PLATFORM.discount(at.session).check_code(code, offer)


def coupon(at: Bench, code: str) -> dict[str, object]:
    found: dict[str, object] = next(each for each in at.shop.shop.coupons.values() if each["code"] == code)
    return found


async def test_a_code_is_tried_in_a_cart_whose_token_is_kept_with_its_expiry() -> None:
    async with bench() as at:
        verdict = await judged(at, "harbour10", offer_of(await at.lines(TEE_M=2)))
        assert (verdict.code, verdict.type, verdict.value) == ("HARBOUR10", DiscountType.PERCENTAGE, Decimal(10))
        assert verdict.judged_by_platform == ("the cart",)
        token = await at.session.tokens.get_token(TokenType.SESSION)
        assert token.expires_at is not None
        assert (token.expires_at - at.clock.now()).total_seconds() > 47 * 3600
        assert at.orders() == []


async def test_goods_the_shop_would_not_sell_online_are_judged_by_us() -> None:
    async with bench() as at:
        verdict = await judged(at, "HARBOUR10", offer_of(await at.lines(LAST_1=3)))
        assert (verdict.valid, verdict.amount) == (True, eur("26.70"))
        assert verdict.unjudged


async def test_other_prices_at_the_till_are_reckoned_by_us() -> None:
    async with bench() as at:
        offer = offer_of(await at.lines(TEE_M=1))
        dear = replace(offer, lines=(replace(offer.lines[0], total=eur("100.00")),))
        assert (await judged(at, "HARBOUR10", dear)).amount == eur("10.00")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"usage_limit_per_user": 1, "used_by": ["aoife.byrne@example.com"]}, "this shopper has used it"),
        ({"maximum_amount": "20.00"}, "holds up to"),
        ({"email_restrictions": ["*@tillbridge.example"]}, "certain shoppers"),
        ({"discount_type": "smart_coupon"}, "add-on"),
        ({"status": "draft"}, "not active"),
    ],
)
async def test_rules_an_anonymous_cart_cannot_see_are_judged_by_us(change: dict[str, object], reason: str) -> None:
    async with bench() as at:
        coupon(at, "harbour10").update(change)
        offer = replace(offer_of(await at.lines(TEE_M=1)), customer_email="aoife.byrne@example.com")
        verdict = await judged(at, "HARBOUR10", offer)
        assert not verdict.valid
        assert reason in verdict.reason


async def test_a_code_that_stands_alone_is_refused_beside_another() -> None:
    async with bench() as at:
        coupon(at, "harbour10")["individual_use"] = True
        offer = offer_of(await at.lines(TEE_M=1))
        assert (await judged(at, "HARBOUR10", offer)).valid
        assert not (await judged(at, "HARBOUR10", replace(offer, other_codes=("FIVEOFF",)))).valid


async def test_a_code_for_a_category_names_the_lines_it_holds_for() -> None:
    async with bench() as at:
        soap = next(each for each in at.shop.shop.products.values() if each["sku"] == "SOAP-1")
        soap["categories"] = [{"id": 901, "name": "Care", "slug": "care"}]
        coupon(at, "harbour10")["product_categories"] = [901]
        verdict = await judged(at, "HARBOUR10", offer_of(await at.lines(TEE_M=1, SOAP_1=1)))
        assert (verdict.valid, verdict.lines, verdict.amount) == (True, (1,), eur("0.64"))


async def test_free_shipping_is_its_own_kind() -> None:
    async with bench() as at:
        verdict = await judged(at, "FREESHIP", offer_of(await at.lines(TEE_M=1)))
        assert (verdict.valid, verdict.type, verdict.amount) == (True, DiscountType.FREE_SHIPPING, eur("0"))


async def test_an_empty_code_is_nobodys() -> None:
    async with bench() as at:
        assert not (await judged(at, "  ", offer_of(await at.lines(TEE_M=1)))).valid


async def test_a_card_is_found_however_its_number_is_typed_and_never_shown() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        for typed in ("GIFT-AAAA-1111-2222", "gift aaaa 1111 2222", "giftaaaa11112222"):
            balance = await cards.check_balance(Secret(typed))
            assert (balance.balance, balance.masked) == (eur("50.00"), "•••• 2222")


async def test_a_debit_whose_answer_was_lost_is_found_by_its_reference_and_not_taken_twice() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        code = Secret("GIFT-BBBB-3333-4444")
        card_id = (await cards.check_balance(code)).external_id
        at.shop.faults.arm("timeout_after_commit", times=1, match="PUT /wp-json/wc-pimwick")
        with pytest.raises(OutcomeUnknown):
            await cards.redeem_gift_card(code, eur("4.00"), "TBREF9")
        found = await cards.look_up_redemption(card_id, eur("4.00"), "TBREF9")
        assert found is not None
        assert found.balance_after == eur("6.00")
        await cards.redeem_gift_card(code, eur("4.00"), "TBREF9")
        assert (await cards.check_balance(code)).balance == eur("6.00")


async def test_an_expired_card_is_told_by_us_since_the_add_on_does_not_enforce_it() -> None:
    async with bench() as at:
        card = next(each for each in at.shop.shop.cards.values() if each["number"] == "GIFT-AAAA-1111-2222")
        card["expiration_date"] = "2026-11-01"
        cards = PLATFORM.gift_card(at.session)
        balance = await cards.check_balance(Secret("GIFT-AAAA-1111-2222"))
        assert not balance.usable
        assert "expired" in balance.reason
        with pytest.raises(PlatformRefused):
            await cards.redeem_gift_card(Secret("GIFT-AAAA-1111-2222"), eur("1.00"), "TBREFX")


@pytest.mark.parametrize(
    ("zone", "hours", "usable"),
    [("Pacific/Auckland", 4, False), ("America/New_York", 17, True), ("Europe/Dublin", 14, True)],
)
async def test_a_card_ends_with_its_last_day_in_the_shops_own_zone(zone: str, hours: int, usable: bool) -> None:
    async with bench() as at:
        card = next(each for each in at.shop.shop.cards.values() if each["number"] == "GIFT-AAAA-1111-2222")
        card["expiration_date"] = "2026-11-24"
        at.clock.advance(hours * 3600)
        session = replace(at.session, connection=replace(at.session.connection, zone=zone))
        balance = await PLATFORM.gift_card(session).check_balance(Secret("GIFT-AAAA-1111-2222"))
        assert balance.usable is usable


async def test_a_shop_that_does_not_show_a_card_by_its_id_takes_nothing_and_says_so() -> None:
    async with bench(switches={"gift_card_by_id": False}) as at:
        cards = PLATFORM.gift_card(at.session)
        code = Secret("GIFT-AAAA-1111-2222")
        with pytest.raises(CapabilityAbsent, match="could not be looked up"):
            await cards.redeem_gift_card(code, eur("15.00"), "TBREF1")
        with pytest.raises(CapabilityAbsent, match="could not be looked up"):
            await cards.give_back((await cards.check_balance(code)).external_id, eur("15.00"), "TBREF1")
        assert (await cards.check_balance(code)).balance == eur("50.00")


async def test_without_an_add_on_the_reason_is_given() -> None:
    async with bench(switches={"gift_cards": False}) as at:
        with pytest.raises(CapabilityAbsent, match="no add-on"):
            await PLATFORM.gift_card(at.session).check_balance(Secret("GIFT-AAAA-1111-2222"))


async def test_with_the_official_extension_redeeming_is_absent_with_its_reason() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.with_facts(gift_card_add_on="official"))
        with pytest.raises(CapabilityAbsent, match="only while an order is made"):
            await cards.redeem_gift_card(Secret("ABCD"), eur("1.00"), "TBREF")
