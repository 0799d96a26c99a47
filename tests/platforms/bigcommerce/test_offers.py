"""Codes of a BigCommerce store: promotions and coupons, judged by us, or by the shop's cart where only it can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.bigcommerce.adapter import Bench, bench, eur
from tests.support.till import offer_of
from tillbridge.domain.errors import Drift
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import demo

Row = dict[str, Any]


async def judged(at: Bench, code: str, **wanted: int) -> DiscountVerdict:
    offer = offer_of(await at.lines(**wanted or {"TEE_M": 2}))
    return await PLATFORM.discount(at.session).check_code(code, offer)


def coupon(at: Bench, code: str, **changed: Any) -> Row:
    row = next(each for each in at.shop.store.coupons.values() if each["code"] == code)
    row |= changed
    return row


def promoted(at: Bench, action: Row, **more: Any) -> Row:
    """A promotion with the code TRY."""
    at.shop.store.codes[:] = [each for each in at.shop.store.codes if each["code"] != "TRY"]
    rules = [{"action": action, "apply_once": True, "stop": False} | more.pop("rule", {})]
    return demo.promotion(at.shop.store, "TRY", rules) | more


def product(at: Bench, sku: str) -> Row:
    found = at.shop.store.variant(at.variant(sku)["id"])
    assert found is not None
    return found[0]


async def test_the_shell_of_a_promotion_among_the_coupons_is_passed_over() -> None:
    async with bench() as at:
        verdict = await judged(at, "HARBOUR10")
        assert (verdict.type, verdict.value, verdict.amount) == (DiscountType.PERCENTAGE, Decimal(10), eur("4.98"))
        at.shop.store.promotions.clear()
        at.shop.store.codes.clear()
        gone = await judged(at, "HARBOUR10")
        assert (gone.valid, gone.judged_by_platform) == (False, ("existence",))


@pytest.mark.parametrize("case_sensitive", [True, False])
async def test_a_code_is_found_as_typed_and_in_capitals(case_sensitive: bool) -> None:
    async with bench(case_sensitive_codes=case_sensitive) as at:
        for typed in ("fiveoff", " FIVEOFF ", "FiveOff"):
            assert (await judged(at, typed)).amount == eur("5.00")
        assert not (await judged(at, "  ")).valid


async def test_free_shipping_holds_and_takes_nothing_off_the_goods() -> None:
    async with bench() as at:
        verdict = await judged(at, "FREESHIP")
        assert (verdict.valid, verdict.type, verdict.amount) == (True, DiscountType.FREE_SHIPPING, eur("0"))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"enabled": False}, "switched off"),
        ({"min_purchase": Decimal("60")}, "it needs 60"),
        ({"num_uses": 3, "max_uses": 3}, "used up"),
        ({"applies_to": {"entity": "products", "ids": [999999]}}, "eligible"),
        ({"applies_to": {"entity": "categories", "ids": [77]}}, "eligible"),
    ],
)
async def test_a_coupon_is_refused_for_a_stated_reason(changed: Row, reason: str) -> None:
    async with bench() as at:
        coupon(at, "FIVEOFF", **changed)
        verdict = await judged(at, "FIVEOFF")
        assert (verdict.valid, reason in verdict.reason) == (False, True), verdict.reason


async def test_a_coupon_per_piece_comes_off_each_piece_of_its_goods_and_says_what_nobody_judged() -> None:
    async with bench() as at:
        ids = {"entity": "products", "ids": [product(at, "TEE-M")["id"]]}
        coupon(at, "FIVEOFF", type="per_item_discount", applies_to=ids, max_uses_per_customer=1)
        verdict = await judged(at, "FIVEOFF", TEE_M=2, SOAP_1=1)
        assert (verdict.amount, verdict.type, verdict.lines) == (eur("10.00"), DiscountType.FIXED, (0,))
        assert verdict.unjudged == ("limit per shopper",)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": "DISABLED"}, "switched off"),
        ({"current_uses": 5, "max_uses": 5}, "used up"),
        ({"currency_code": "USD"}, "USD only"),
        ({"channels": [{"id": 9}]}, "other channels"),
        ({"rule": {"condition": {"cart": {"minimum_quantity": 3}}}}, "3 pieces"),
        ({"rule": {"condition": {"cart": {"items": {"variants": [1]}, "minimum_quantity": 1}}}}, "1 pieces"),
    ],
)
async def test_a_promotion_is_refused_for_a_stated_reason(changed: Row, reason: str) -> None:
    async with bench() as at:
        row = promoted(at, {"cart_value": {"discount": {"percentage_amount": "10"}}}, rule=changed.get("rule", {}))
        at.shop.store.promotions[row["id"]] |= {name: value for name, value in changed.items() if name != "rule"}
        verdict = await judged(at, "TRY")
        assert (verdict.valid, reason in verdict.reason) == (False, True), verdict.reason


async def test_a_promotion_holds_between_its_dates_only() -> None:
    async with bench() as at:
        row = promoted(at, {"cart_value": {"discount": {"fixed_amount": "7.50"}}})
        kept = at.shop.store.promotions[row["id"]]
        assert (await judged(at, "TRY")).amount == eur("7.50")
        kept["start_date"] = at.clock.now() + timedelta(days=1)
        assert "yet" in (await judged(at, "TRY")).reason
        kept |= {"start_date": None, "end_date": at.clock.now() - timedelta(seconds=1)}
        assert "ended" in (await judged(at, "TRY")).reason


async def test_brands_categories_variants_and_goods_on_sale_are_told_apart() -> None:
    async with bench() as at:
        off = {"discount": {"percentage_amount": "50"}}
        for items, amount in (
            ({"brands": [38]}, "31.30"),
            ({"brands": [39]}, None),
            ({"categories": [23]}, "31.30"),
            ({"variants": [at.variant("SOAP-1")["id"]]}, "6.40"),
        ):
            promoted(at, {"cart_items": {**off, "items": items}})
            verdict = await judged(at, "TRY", TEE_M=2, SOAP_1=2)
            assert verdict.valid is (amount is not None)
            assert amount is None or verdict.amount == eur(amount)


async def test_a_fixed_amount_is_never_more_than_the_goods_are_worth() -> None:
    async with bench() as at:
        promoted(at, {"cart_items": {"discount": {"fixed_amount": "100"}, "as_total": True}})
        assert (await judged(at, "TRY", SOAP_1=1)).amount == eur("6.40")
        promoted(at, {"cart_items": {"discount": {"fixed_amount": "2"}, "as_total": False}})
        assert (await judged(at, "TRY", SOAP_1=3)).amount == eur("6.00")


async def test_what_only_a_cart_can_reckon_is_tried_in_one_that_is_taken_away_again() -> None:
    async with bench() as at:
        verdict = await judged(at, "SECONDHALF", TEE_M=1, SOAP_1=1)
        assert (verdict.valid, verdict.amount, verdict.judged_by_platform) == (True, eur("3.20"), ("the cart",))
        assert at.shop.store.carts == {}


async def test_a_cart_that_refuses_is_taken_away_too_and_its_words_are_told() -> None:
    async with bench() as at:
        promoted(at, {"gift_item": {"variant_id": 1, "quantity": 1}})
        verdict = await judged(at, "TRY")
        assert (verdict.valid, verdict.reason) == (False, "nothing eligible")
        assert at.shop.store.carts == {}


async def test_without_the_scopes_for_carts_a_complex_code_is_refused_naming_them() -> None:
    async with bench() as at:
        account = at.shop.store.accounts[0]
        account.scopes = frozenset(each for each in account.scopes if each not in ("store_cart", "store_checkout"))
        verdict = await judged(at, "SECONDHALF")
        assert (verdict.valid, "store_cart" in verdict.reason) == (False, True)


async def test_weighed_goods_do_not_fit_into_a_cart() -> None:
    async with bench() as at:
        offer = offer_of(await at.lines(TEE_M=1))
        weighed = Offer("EUR", (replace(offer.lines[0], quantity=Decimal("0.5")),))
        verdict = await PLATFORM.discount(at.session).check_code("SECONDHALF", weighed)
        assert (verdict.valid, "cart only" in verdict.reason) == (False, True)


async def test_a_promotion_takes_off_no_more_than_it_permits() -> None:
    """As in the vendor's own example: ten percent, but never more than 4.00."""
    async with bench() as at:
        ten = {"discount": {"percentage_amount": "10"}, "maximum_allowed_discount_amount": "4"}
        promoted(at, {"cart_value": ten})
        verdict = await judged(at, "TRY")
        assert (verdict.amount, verdict.type, verdict.value) == (eur("4.00"), DiscountType.FIXED, Decimal("4.00"))
        assert (await judged(at, "TRY", SOAP_1=1)).amount == eur("0.64")


async def test_weekdays_and_hours_are_the_shops_own() -> None:
    """It is Tuesday, 9 o'clock in Dublin; every second week is nothing the till can tell."""
    async with bench() as at:
        row = promoted(at, {"cart_value": {"discount": {"fixed_amount": "2"}}})
        kept = at.shop.store.promotions[row["id"]]
        hours = {"week_frequency": 1, "week_days": ["Tuesday"], "daily_start_time": "08:00:00"}
        for ends, valid in (("09:00:00", True), ("08:59:59", False)):
            kept["schedule"] = {**hours, "daily_end_time": ends}
            verdict = await judged(at, "TRY")
            assert (verdict.valid, verdict.unjudged) == (valid, ())
        kept["schedule"] = {**hours, "daily_end_time": "23:00:00", "week_days": ["Monday"]}
        assert "this hour" in (await judged(at, "TRY")).reason
        kept["schedule"] = {**hours, "daily_end_time": "23:00:00", "week_frequency": 2}
        assert (await judged(at, "TRY")).unjudged == ("weeks, weekdays and hours",)


async def test_goods_that_fulfil_the_condition_are_not_taken_for_those_that_are_reduced() -> None:
    """Buy a tee, get other goods cheaper: only the shop's cart knows which, unless the promotion says all."""
    async with bench() as at:
        asked = {"condition": {"cart": {"items": {"products": [product(at, "TEE-M")["id"]]}, "minimum_quantity": 1}}}
        off = {"discount": {"percentage_amount": "50"}}
        promoted(at, {"cart_items": off}, rule=asked)
        assert (await judged(at, "TRY", TEE_M=1, SOAP_1=1)).judged_by_platform == ("the cart",)
        promoted(at, {"cart_items": {**off, "include_items_considered_by_condition": True}}, rule=asked)
        verdict = await judged(at, "TRY", TEE_M=1, SOAP_1=1)
        assert (verdict.amount, verdict.judged_by_platform) == (eur("15.65"), ("existence",))
        assert not (await judged(at, "TRY", SOAP_1=1)).valid


async def test_a_code_that_several_promotions_share_is_left_to_the_cart() -> None:
    async with bench() as at:
        promoted(at, {"cart_value": {"discount": {"percentage_amount": "10"}}})
        other = demo.promotion(at.shop.store, "OTHER", [{"action": {"cart_value": {"discount": {}}}}])
        at.shop.store.codes.append({**at.shop.store.codes[-1], "promotion_id": other["id"], "code": "TRY"})
        assert (await judged(at, "TRY")).judged_by_platform == ("the cart",)


async def test_a_rule_of_another_form_is_drift_and_not_a_wrong_amount() -> None:
    async with bench() as at:
        promoted(at, {"cart_value": {"discount": {"percentage_amount": "a tenth"}}})
        with pytest.raises(Drift, match="amount"):
            await judged(at, "TRY")
