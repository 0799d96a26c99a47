"""Codes on Magento: the reason found by us, the verdict by the shop's own cart, and cards that are not there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.till import offer_of
from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer, OfferLine
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.magento import PLATFORM
from tillbridge.platforms.magento.simulator import MagentoSimulator

from .adapter import Bench, Tapped, bench, eur


async def _judged(at: Bench, code: str, *, email: str = "", **wanted: int) -> DiscountVerdict:
    offer = offer_of(await at.lines(**(wanted or {"TEE_M": 2})), email=email)
    return await PLATFORM.discount(at.session).check_code(code, offer)


def _rule(shop: MagentoSimulator, code: str) -> dict[str, Any]:
    coupon = next(each for each in shop.shop.coupons.values() if each["code"] == code)
    return shop.shop.rules[coupon["rule_id"]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_active": False}, "switched off"),
        ({"from_date": "2026-12-01"}, "valid from 2026-12-01"),
        ({"to_date": "2026-11-23"}, "ended on 2026-11-23"),
        ({"website_ids": [2]}, "another website"),
        ({"customer_group_ids": [1, 2, 3]}, "group of customers"),
    ],
)
async def test_a_refused_code_says_why(change: dict[str, Any], words: str) -> None:
    async with bench(arrange=lambda shop: _rule(shop, "HARBOUR10").update(change)) as at:
        verdict = await _judged(at, "HARBOUR10")
        assert not verdict.valid
        assert words in verdict.reason


async def test_the_last_day_of_a_code_is_included_by_the_shops_clock() -> None:
    async with bench(arrange=lambda shop: _rule(shop, "HARBOUR10").update({"to_date": "2026-11-24"})) as at:
        assert (await _judged(at, "HARBOUR10")).valid


async def test_a_code_for_a_group_holds_for_its_members() -> None:
    async with bench(arrange=lambda shop: _rule(shop, "HARBOUR10").update({"customer_group_ids": [1]})) as at:
        assert not (await _judged(at, "HARBOUR10")).valid
        # the trial cart is a guest's, so the shop refuses what it would give the member
        verdict = await _judged(at, "HARBOUR10", email="aoife.byrne@example.com")
        assert verdict.reason == "the shop's own cart refuses it for this basket"


async def test_the_shops_cart_has_the_last_word_on_rules_we_cannot_judge() -> None:
    net = {"condition_type": "Magento\\SalesRule\\Model\\Rule\\Condition\\Address", "operator": ">="}
    net |= {"attribute_name": "base_subtotal", "value": "45"}

    def strict(shop: MagentoSimulator) -> None:
        _rule(shop, "HARBOUR10")["condition"]["conditions"] = [net]

    async with bench(arrange=strict) as at:
        verdict = await _judged(at, "HARBOUR10")
        assert not verdict.valid, "49.80 with tax are 40.49 without"
        assert verdict.judged_by_platform == ("the cart",)
        assert (await _judged(at, "HARBOUR10", TEE_M=3)).valid


async def test_one_cart_is_emptied_and_used_again() -> None:
    seen: list[str] = []
    async with bench(
        tap=lambda inner: Tapped(inner, before=lambda asked: seen.append(f"{asked.method} {asked.url.path}"))
    ) as at:
        service = PLATFORM.discount(at.session)
        offer = offer_of(await at.lines(TEE_M=2))
        for _ in range(3):
            assert (await service.check_code("HARBOUR10", offer)).amount == eur("4.98")
        assert sum(each == "POST /rest/V1/guest-carts" for each in seen) == 1
        at.shop.shop.carts.clear()
        assert (await service.check_code("HARBOUR10", offer)).amount == eur("4.98")


async def test_no_credential_goes_to_the_open_cart() -> None:
    told: list[str | None] = []

    def note(request: httpx.Request) -> None:
        if "guest-carts" in request.url.path:
            told.append(request.headers.get("authorization"))

    async with bench(tap=lambda inner: Tapped(inner, before=note)) as at:
        await _judged(at, "HARBOUR10")
        assert told
        assert set(told) == {None}


async def test_goods_the_shop_would_not_sell_online_are_judged_by_us() -> None:
    async with bench() as at:
        verdict = await _judged(at, "HARBOUR10", LAST_1=3)
        assert (verdict.valid, verdict.amount) == (True, eur("26.70"))
        assert verdict.unjudged


async def test_a_basket_at_other_prices_is_reckoned_at_the_tills() -> None:
    async with bench() as at:
        line = OfferLine("4", "2", "TEE-M", Decimal(1), eur("10.00"))
        verdict = await PLATFORM.discount(at.session).check_code("HARBOUR10", Offer("EUR", (line,)))
        assert verdict.amount == eur("1.00")


async def test_a_code_for_some_goods_names_their_lines() -> None:
    async with bench() as at:
        verdict = await _judged(at, "SOAPDEAL", TEE_M=1, SOAP_1=5)
        assert (verdict.lines, verdict.amount) == ((1,), eur("6.40"))


async def test_free_shipping_takes_nothing_off_the_goods() -> None:
    async with bench() as at:
        verdict = await _judged(at, "FREESHIP")
        assert (verdict.valid, verdict.type, verdict.amount) == (True, DiscountType.FREE_SHIPPING, eur("0.00"))


async def test_a_second_code_is_refused() -> None:
    async with bench() as at:
        offer = offer_of(await at.lines(TEE_M=2))
        both = Offer(offer.currency, offer.lines, other_codes=("FIVEOFF",))
        assert not (await PLATFORM.discount(at.session).check_code("HARBOUR10", both)).valid


async def test_an_action_only_the_shop_can_reckon_is_taken_from_its_cart() -> None:
    def per_piece(shop: MagentoSimulator) -> None:
        _rule(shop, "FIVEOFF").update({"simple_action": "by_fixed", "discount_amount": Decimal(2)})

    async with bench(arrange=per_piece) as at:
        verdict = await _judged(at, "FIVEOFF", TEE_M=2)
        assert (verdict.amount, verdict.type, verdict.value) == (eur("4.00"), DiscountType.FIXED, Decimal(4))


async def test_there_are_no_gift_cards_and_the_reason_is_said() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        for call in (
            cards.check_balance(Secret("GIFT-AAAA-1111-2222")),
            cards.look_up_redemption("1", eur("1.00"), "TB1"),
            cards.give_back("1", eur("1.00"), "TB1"),
        ):
            with pytest.raises(CapabilityAbsent) as caught:
                await call
            assert "Open Source" in caught.value.params["reason"]
