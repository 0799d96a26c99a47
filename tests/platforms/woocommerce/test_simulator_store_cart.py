"""The Store API cart: a code tried without an order."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from .recorded_shop import RECORDINGS
from .shopping import Counter

CART = "/wp-json/wc/store/v1/cart"
CONTRACT = RECORDINGS.parents[1] / "contracts" / "woocommerce" / "wc-store-v1-cart-routes-and-schemas.json"


async def open_cart(till: Counter) -> dict[str, str]:
    return {"Cart-Token": (await till.client.get(CART)).headers["Cart-Token"]}


async def act(till: Counter, token: dict[str, str], action: str, body: dict[str, Any]) -> httpx.Response:
    return await till.client.post(f"{CART}/{action}", json=body, headers=token)


async def filled(till: Counter, sku: str = "SOAP-1", quantity: int = 2) -> dict[str, str]:
    token = await open_cart(till)
    row = await till.row(sku)
    assert (await act(till, token, "add-item", {"id": row["id"], "quantity": quantity})).status_code == 201
    return token


async def test_a_code_shows_its_discount_in_minor_units(till: Counter) -> None:
    token = await filled(till)
    cart = (await act(till, token, "apply-coupon", {"code": "HARBOUR10"})).json()
    (coupon,) = cart["coupons"]
    assert (coupon["code"], coupon["totals"]["total_discount"], coupon["totals"]["currency_minor_unit"]) == (
        "harbour10", "104", 2,
    )  # fmt: skip
    assert cart["totals"]["total_price"] == "1152"


async def test_no_order_is_made(till: Counter) -> None:
    await act(till, await filled(till), "apply-coupon", {"code": "HARBOUR10"})
    assert len((await till.get("/orders")).json()) == 3


@pytest.mark.parametrize("code", ["NOSUCH", "EXPIRED5", "ONCEONLY", "SPEND100"])
async def test_a_refused_code_is_400_in_the_shops_words(till: Counter, code: str) -> None:
    answer = await act(till, await filled(till), "apply-coupon", {"code": code})
    assert (answer.status_code, answer.json()["code"]) == (400, "woocommerce_rest_cart_coupon_error")


async def test_codes_can_be_switched_off(till: Counter) -> None:
    till.simulator.shop.settings["woocommerce_enable_coupons"] = "no"
    answer = await act(till, await filled(till), "apply-coupon", {"code": "HARBOUR10"})
    assert (answer.status_code, answer.json()["code"]) == (404, "woocommerce_rest_cart_coupon_disabled")


async def test_without_a_token_writing_needs_a_nonce(till: Counter) -> None:
    answer = await act(till, {}, "add-item", {"id": 20, "quantity": 1})
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_missing_nonce")


async def test_a_token_lives_48_hours(till: Counter) -> None:
    token = await filled(till)
    till.clock.advance(48 * 3600 + 1)
    assert (await act(till, token, "apply-coupon", {"code": "HARBOUR10"})).status_code == 401


async def test_stock_is_enforced_here(till: Counter) -> None:
    row = await till.row("LAST-1")
    answer = await act(till, await open_cart(till), "add-item", {"id": row["id"], "quantity": 2})
    assert answer.json()["code"] == "woocommerce_rest_product_partially_out_of_stock"


async def test_a_code_for_one_mail_address_wants_the_address(till: Counter) -> None:
    body = {"code": "VIP", "discount_type": "percent", "amount": "25", "email_restrictions": ["*@example.com"]}
    await till.post("/coupons", body)
    token = await filled(till)
    before = await act(till, token, "apply-coupon", {"code": "VIP"})
    await act(till, token, "update-customer", {"billing_address": {"email": "ann@example.com"}})
    after = await act(till, token, "apply-coupon", {"code": "VIP"})
    assert (before.status_code, after.status_code) == (400, 200)


async def test_a_code_comes_off_again(till: Counter) -> None:
    token = await filled(till)
    await act(till, token, "apply-coupon", {"code": "FIVEOFF"})
    cart = (await act(till, token, "remove-coupon", {"code": "fiveoff"})).json()
    assert (cart["coupons"], cart["totals"]["total_price"]) == ([], "1280")


@pytest.mark.skipif(not CONTRACT.is_file(), reason="shared/contracts/woocommerce is not next to the checkout")
async def test_the_cart_has_the_fields_of_the_contract(till: Counter) -> None:
    schema = json.loads(CONTRACT.read_text())["schemas"]["cart"]
    token = await filled(till, "TEE-S")
    cart = (await act(till, token, "apply-coupon", {"code": "HARBOUR10"})).json()
    assert cart.keys() == schema["properties"].keys()
    assert cart["totals"].keys() == schema["properties"]["totals"]["properties"].keys()
    assert cart["items"][0].keys() == schema["properties"]["items"]["items"]["properties"].keys()
    assert cart["coupons"][0].keys() == schema["properties"]["coupons"]["items"]["properties"].keys()
