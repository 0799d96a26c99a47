"""Codes at a Sylius shop: what its cart says, and what we say where its one sentence of refusal is not enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.platforms.sylius.adapter import Bench, bench, eur
from tests.support.till import offer_of
from tillbridge.domain.basket import BasketLine
from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.offers import DiscountType, DiscountVerdict
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.spec import NO_GIFT_CARDS


async def _judged(at: Bench, code: str, lines: Sequence[BasketLine]) -> DiscountVerdict:
    return await PLATFORM.discount(at.session).check_code(code, offer_of(lines))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("EXPIRED5", "it has expired"),
        ("SPEND100", "it needs a basket of 100.00 EUR"),
        ("ONCEONLY", "it is used up"),
        ("NO-SUCH-CODE", "the shop has no such code"),
        ("SOAPDEAL", "nothing in the basket is eligible for it"),
    ],
)
async def test_a_refusal_says_why_although_the_shop_does_not(code: str, reason: str) -> None:
    async with bench() as at:
        verdict = await _judged(at, code, await at.lines(TEE_M=2))
        assert (verdict.valid, verdict.reason) == (False, reason)
        assert at.shop.open_carts() == 0


async def test_dates_and_limits_of_the_promotion_itself_are_told() -> None:
    async with bench() as at:
        lines, promotion = await at.lines(TEE_M=1), at.shop.shop.promotions["harbour10"]
        tomorrow, yesterday = at.clock.now() + timedelta(days=1), at.clock.now() - timedelta(days=1)
        for change, reason in (
            ({"startsAt": tomorrow}, "its promotion has not begun"),
            ({"endsAt": yesterday}, "its promotion has ended"),
            ({"usageLimit": 0}, "its promotion is used up"),
            ({"channels": ["HARBOUR_WEB"]}, "it does not hold in the till's channel"),
            ({"archivedAt": yesterday}, "its promotion was put away"),
        ):
            before = dict(promotion)
            promotion |= change
            assert (await _judged(at, "HARBOUR10", lines)).reason == reason
            promotion |= before


async def test_a_verdict_makes_the_till_reckon_what_the_shop_reckons() -> None:
    async with bench() as at:
        ten = await _judged(at, "harbour10", await at.lines(TEE_M=2))
        assert (ten.code, ten.type, ten.value, ten.amount) == (
            "HARBOUR10",
            DiscountType.PERCENTAGE,
            Decimal(10),
            eur("4.98"),
        )
        soap = await _judged(at, "SOAPDEAL", await at.lines(TEE_M=1, SOAP_1=5))
        assert (soap.type, soap.value, soap.amount, soap.lines) == (
            DiscountType.PERCENTAGE,
            Decimal(20),
            eur("6.40"),
            (1,),
        )
        ship = await _judged(at, "FREESHIP", await at.lines(TEE_M=1))
        assert (ship.valid, ship.type, ship.amount) == (True, DiscountType.FREE_SHIPPING, eur("0"))
        assert ten.judged_by_platform == ("the cart",)
        assert str(ten.value) == "10"


async def test_a_cart_that_cannot_be_thrown_away_does_not_spoil_the_verdict() -> None:
    async with bench() as at:
        lines = await at.lines(TEE_M=2)
        at.shop.faults.arm("error_5xx", times=4, match="DELETE ")
        assert (await _judged(at, "HARBOUR10", lines)).amount == eur("4.98")


async def test_rounding_per_piece_is_taken_over_as_an_amount() -> None:
    async with bench() as at:
        own = at.shop.shop.promotions["soapdeal"]["actions"][0]["configuration"]["HARBOUR_TILL"]
        own["percentage"] = 0.075
        verdict = await _judged(at, "SOAPDEAL", await at.lines(SOAP_1=3))
        # 0.48 off each of three, and 7.5 % of 19.20 is the same; five at 6.50 tell them apart
        assert verdict.amount == eur("1.44")
        for prices in at.shop.shop.variants["SOAP-1"]["channelPricings"].values():
            prices["price"] = 650
        verdict = await _judged(at, "SOAPDEAL", await at.lines(SOAP_1=5))
        assert (verdict.type, verdict.amount) == (DiscountType.FIXED, eur("2.45"))


async def test_a_basket_that_does_not_fit_into_a_cart_is_judged_by_us() -> None:
    async with bench() as at:
        lines = await at.lines(LAST_1=3, TEE_M=1)
        verdict = await _judged(at, "HARBOUR10", lines)
        assert (verdict.valid, verdict.amount) == (True, eur("29.19"))
        assert verdict.judged_by_platform == ("existence",)
        assert verdict.unjudged
        other = [replace(lines[0], quantity=Decimal(1), unit_price=eur("80.00"))]
        assert (await _judged(at, "FIVEOFF", other)).amount == eur("5.00")
        assert at.shop.open_carts() == 0


async def test_a_limit_per_shopper_is_said_to_be_judged_later_and_a_second_code_refused() -> None:
    async with bench() as at:
        at.shop.shop.coupons["HARBOUR10"]["perCustomerUsageLimit"] = 1
        lines = await at.lines(TEE_M=1)
        assert any("per shopper" in each for each in (await _judged(at, "HARBOUR10", lines)).unjudged)
        offer = replace(offer_of(lines), other_codes=("FIVEOFF",))
        second = await PLATFORM.discount(at.session).check_code("HARBOUR10", offer)
        assert second.reason == "the shop takes one code per sale"


async def test_gift_cards_are_absent_with_the_reason_of_the_passport() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        for call in (
            cards.check_balance(Secret("GIFT-AAAA-1111-2222")),
            cards.look_up_redemption("1", eur("1.00"), "TB1"),
            cards.give_back("1", eur("1.00"), "TB1"),
        ):
            with pytest.raises(CapabilityAbsent) as caught:
                await call
            assert caught.value.params["reason"] == NO_GIFT_CARDS
