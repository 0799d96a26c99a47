"""Codes of a Squarespace site judged for a basket, and gift cards, which it does not open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.squarespace.adapter import Bench, bench, eur
from tests.support.recorder import SENT
from tests.support.till import offer_of
from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.offers import DiscountType, DiscountVerdict
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator.offers import discount
from tillbridge.platforms.squarespace.spec import NO_GIFT_CARDS


async def judged(at: Bench, code: str, email: str = "", **wanted: int) -> DiscountVerdict:
    lines = await at.lines(**(wanted or {"TEE_M": 2}))
    return await PLATFORM.discount(at.session).check_code(code, offer_of(lines, email=email))


def rule(at: Bench, code: str, **more: Any) -> None:
    template = {"type": "PERCENTAGE", "percentage": 10}
    begins = at.clock.now()
    discount(at.shop.store, code, template, {"type": "ANY_ORDER"}, **({"begins": begins} | more))


async def test_near_misses_of_the_search_are_not_the_code() -> None:
    async with bench() as at:
        for number in range(60):
            rule(at, f"XHARBOUR10-{number}")
        assert (await judged(at, "XHARBOUR10-59")).valid
        assert not (await judged(at, "XHARBOUR10")).valid
        assert (await judged(at, "HARBOUR10")).amount == eur("4.98")


async def test_a_code_that_is_used_up_or_over_or_early_is_refused_with_its_reason() -> None:
    async with bench() as at:
        rule(at, "TOMORROW", begins=at.clock.now() + timedelta(days=1))
        reasons = [(await judged(at, code)).reason for code in ("ONCEONLY", "EXPIRED5", "TOMORROW")]
        assert ["used" in reasons[0], "ended" in reasons[1], "yet" in reasons[2]] == [True, True, True]


async def test_free_shipping_holds_and_takes_nothing_off() -> None:
    async with bench() as at:
        verdict = await judged(at, "FREESHIP")
        assert (verdict.valid, verdict.type, verdict.amount) == (True, DiscountType.FREE_SHIPPING, eur("0.00"))


async def test_what_only_the_online_shop_can_reckon_is_refused() -> None:
    async with bench() as at:
        verdict = await judged(at, "SECONDHALF")
        assert (verdict.valid, verdict.type) == (False, None)
        assert "online" in verdict.reason


async def test_an_amount_never_takes_more_than_the_goods_cost_and_another_currency_nothing() -> None:
    async with bench() as at:
        big = {"type": "FIXED_AMOUNT", "discountAmount": {"currency": "EUR", "value": 500}}
        dollars = {"type": "FIXED_AMOUNT", "discountAmount": {"currency": "USD", "value": "5.00"}}
        for code, template in (("BIG", big), ("DOLLARS", dollars)):
            discount(at.shop.store, code, template, {"type": "ANY_ORDER"}, begins=at.clock.now())
        assert (await judged(at, "BIG", SOAP_1=1)).amount == eur("6.40")
        assert not (await judged(at, "DOLLARS")).valid


async def test_once_per_shopper_is_looked_up_in_the_shoppers_orders_and_else_told_to_be_unjudged() -> None:
    async with bench() as at:
        for row in at.shop.store.discounts.values():
            row["isOncePerCustomer"] = row["trigger"]["promoCode"] == "HARBOUR10"
        assert not (await judged(at, "HARBOUR10", "aoife.byrne@example.com")).valid
        assert (await judged(at, "HARBOUR10", "maeve.costigan@example.com")).valid
        nobody = await judged(at, "HARBOUR10")
        assert (nobody.valid, nobody.unjudged) == (True, ("once per shopper",))


async def test_gift_cards_are_absent_with_the_way_by_hand_and_nothing_is_asked() -> None:
    async with bench() as at:
        cards, code = PLATFORM.gift_card(at.session), Secret("GIFT-AAAA-1111-2222")
        SENT.clear()
        calls = (
            lambda: cards.check_balance(code),
            lambda: cards.redeem_gift_card(code, eur("5.00"), "R"),
            lambda: cards.look_up_redemption("1", eur("5.00"), "R"),
            lambda: cards.give_back("1", eur("5.00"), "R"),
        )
        for call in calls:
            with pytest.raises(CapabilityAbsent) as caught:
                await call()
            assert caught.value.params["reason"] == NO_GIFT_CARDS
        assert SENT == []


async def test_a_discount_on_one_product_says_what_nobody_could_judge() -> None:
    async with bench() as at:
        verdict = await judged(at, "SOAPDEAL", SOAP_1=5, TEE_M=1)
        assert (verdict.amount, verdict.lines, verdict.value) == (eur("6.40"), (0,), Decimal(20))
        assert verdict.unjudged
