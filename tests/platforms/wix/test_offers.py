"""Codes on a Wix site: judged by every condition it leaves to us, and by Wix where only it can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.wix.adapter import Bench, bench, eur
from tests.support.recorder import SENT
from tests.support.till import offer_of
from tillbridge.domain.offers import DiscountType, DiscountVerdict
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator.demo import add_coupon


async def verdict(at: Bench, code: str, **wanted: int) -> DiscountVerdict:
    offer = offer_of(await at.lines(**wanted))
    return await PLATFORM.discount(at.session).check_code(code, offer)


def millis(at: Bench, **ahead: int) -> int:
    return int((at.clock.now() + timedelta(**ahead)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"active": False, "moneyOffAmount": 5}, "not active"),
        ({"fixedPriceAmount": 9}, "online shop only"),
        ({"buyXGetY": {"x": 1, "y": 1}}, "online shop only"),
        ({"moneyOffAmount": 5, "minimumSubtotal": 200}, "a basket of 200"),
        ({"moneyOffAmount": 5, "scope": {"namespace": "stores", "group": {"name": "product", "entityId": "x"}}},
         "nothing in the basket"),
    ],
)  # fmt: skip
async def test_a_condition_that_is_not_met_is_named(more: dict[str, Any], reason: str) -> None:
    async with bench() as at:
        add_coupon(at.shop.site, "TRYME", **more)
        found = await verdict(at, "TRYME", TEE_M=1)
        assert not found.valid
        assert reason in found.reason


async def test_a_code_that_begins_tomorrow_or_ended_a_moment_ago_does_not_hold() -> None:
    async with bench() as at:
        add_coupon(at.shop.site, "TOMORROW", moneyOffAmount=5)["specification"]["startTime"] = millis(at, days=1)
        add_coupon(at.shop.site, "JUSTNOW", moneyOffAmount=5)["specification"]["expirationTime"] = millis(
            at, seconds=-1
        )
        assert "not hold yet" in (await verdict(at, "TOMORROW", TEE_M=1)).reason
        assert "expired" in (await verdict(at, "JUSTNOW", TEE_M=1)).reason


async def test_one_item_only_means_the_cheapest_piece() -> None:
    async with bench() as at:
        add_coupon(at.shop.site, "ONEPIECE", percentOffRate=50, limitedToOneItem=True)
        found = await verdict(at, "ONEPIECE", TEE_M=2, SOAP_1=3)
        assert (found.amount, found.type, found.value) == (eur("3.20"), DiscountType.FIXED, Decimal("3.20"))
        assert found.lines == (1,)


async def test_money_off_is_never_more_than_the_goods_cost() -> None:
    async with bench() as at:
        add_coupon(at.shop.site, "TWENTY", moneyOffAmount=20)
        assert (await verdict(at, "TWENTY", SOAP_1=1)).amount == eur("6.40")


async def test_free_shipping_is_valid_and_worth_nothing_at_a_till() -> None:
    async with bench() as at:
        found = await verdict(at, "FREESHIP", TEE_M=1)
        assert (found.valid, found.type, found.amount) == (True, DiscountType.FREE_SHIPPING, eur("0.00"))


async def test_a_code_for_a_category_is_reckoned_by_wix_and_keeps_nothing() -> None:
    async with bench() as at:
        found = await verdict(at, "CLOTHES15", TEE_M=2, SOAP_1=1)
        assert (found.valid, found.amount) == (True, eur("7.47"))
        assert found.judged_by_platform == ("the order's totals",)
        assert not (await verdict(at, "CLOTHES15", SOAP_1=1)).valid
        assert {row["used"] for row in at.shop.site.coupons.values()} == {0, 1}


async def test_what_nobody_can_judge_is_said() -> None:
    async with bench() as at:
        add_coupon(at.shop.site, "ONCEEACH", moneyOffAmount=5, limitPerCustomer=1)
        assert (await verdict(at, "ONCEEACH", TEE_M=1)).unjudged


async def test_a_second_code_in_a_basket_is_refused() -> None:
    async with bench() as at:
        offer = replace(offer_of(await at.lines(TEE_M=1)), other_codes=("HARBOUR10",))
        found = await PLATFORM.discount(at.session).check_code("FIVEOFF", offer)
        assert "one code" in found.reason


async def test_a_code_too_long_for_wix_is_not_asked_for() -> None:
    async with bench() as at:
        SENT.clear()
        assert not (await PLATFORM.discount(at.session).check_code("X" * 21, offer_of(await at.lines(SOAP_1=1)))).valid
        assert not any("coupons" in each.path for each in SENT)
