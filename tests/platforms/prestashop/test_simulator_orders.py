"""The simulator answers as the real shop was seen to: carts, orders, states, slips and trouble, point by point."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator, prestashop_simulator

from .shopping import JSON, client, get, post, xml

CART = (
    "<id_currency>1</id_currency><id_lang>1</id_lang><id_customer>1</id_customer><id_address_delivery>1"
    "</id_address_delivery><id_address_invoice>1</id_address_invoice><id_carrier>1</id_carrier><id_shop>1</id_shop>"
    "<associations><cart_rows><cart_row><id_product>{product}</id_product><id_product_attribute>{attribute}"
    "</id_product_attribute><quantity>{quantity}</quantity></cart_row></cart_rows></associations>"
)
ORDER = (
    "<id_address_delivery>1</id_address_delivery><id_address_invoice>1</id_address_invoice><id_cart>{cart}</id_cart>"
    "<id_currency>1</id_currency><id_lang>1</id_lang><id_customer>{customer}</id_customer><id_carrier>1</id_carrier>"
    "<module>{module}</module><payment>Till</payment><total_paid>{total}</total_paid><total_paid_real>{total}"
    "</total_paid_real><total_products>0</total_products><total_products_wt>0</total_products_wt>"
    "<conversion_rate>1</conversion_rate><current_state>2</current_state><note>mine</note><reference>MINE</reference>"
)


@pytest.fixture
def shop() -> PrestaShopSimulator:
    return prestashop_simulator(VirtualClock())


async def cart(shop: PrestaShopSimulator, product: object = 3, attribute: int = 0, quantity: object = 1) -> str:
    inner = CART.format(product=product, attribute=attribute, quantity=quantity)
    answer = await post(shop, "carts", xml("cart", inner))
    assert answer.status_code == 201
    return str(answer.json()["cart"]["id"])


async def order(shop: PrestaShopSimulator, cart_id: str, total: str = "6.40", **more: Any) -> Any:
    values = {"customer": 1, "module": "ps_wirepayment", **more}
    return await post(shop, "orders", xml("order", ORDER.format(cart=cart_id, total=total, **values)))


async def stored(shop: PrestaShopSimulator, cart_id: str) -> dict[str, Any]:
    rows = (await get(shop, "orders", **{"filter[id_cart]": cart_id, "display": "full"})).json()
    found: dict[str, Any] = rows["orders"][0]
    return found


# -- orders


async def test_carts_take_anything_and_bad_rows_vanish_or_kill_the_order(shop: PrestaShopSimulator) -> None:
    for product, attribute, quantity in ((99999, 0, 1), (1, 99999, 1), ("TEE", 0, -1)):
        assert await cart(shop, product, attribute, quantity)
    dead = await order(shop, await cart(shop, 99999))
    assert (dead.status_code, dead.text) == (500, "")
    nothing = await cart(shop, 1, 99999)
    await order(shop, nothing)
    row = await stored(shop, nothing)
    assert (row["total_paid"], row["current_state"]) == ("0.000000", "8")


async def test_an_order_is_reckoned_from_its_cart_and_echoes_what_it_ignores(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    echo = (await order(shop, cart_id)).json()["order"]
    assert (echo["note"], echo["reference"], echo["total_paid"]) == ("mine", "MINE", "6.40")
    row = await stored(shop, cart_id)
    assert (row["note"], row["reference"] != "MINE", row["current_state"]) == ("", True, "11")
    assert (row["total_paid"], row["total_paid_tax_excl"], row["valid"]) == ("6.400000", "5.200000", "1")
    subjects = [each.subject.partition("] ")[2] for each in shop.outbox.mails]
    assert subjects == ["Remote payment accepted", "Order confirmation"]


async def test_a_cent_makes_a_payment_error_that_takes_no_stock(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    assert (await order(shop, cart_id, "6.41")).status_code == 201
    row = await stored(shop, cart_id)
    assert (row["current_state"], row["valid"], row["total_paid"], row["total_paid_real"]) == (
        "8",
        "0",
        "6.400000",
        "6.410000",
    )
    assert shop.ledger.stock["SOAP-1"] == 25
    assert [each.subject.partition("] ")[2] for each in shop.outbox.mails] == ["Payment error"]


async def test_a_cart_makes_one_order_except_in_the_gap_of_the_shops_own_check(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    await order(shop, cart_id)
    second = await order(shop, cart_id)
    assert (second.status_code, "already been placed" in second.text) == (500, True)
    shop.shop.switches.race_window = True
    assert (await order(shop, cart_id)).status_code == 201


async def test_other_customers_and_unknown_modules_end_in_500(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    assert "Secure key" in (await order(shop, cart_id, customer=2)).text
    assert (await order(shop, cart_id, module="pos_till")).text == ""
    assert (await order(shop, cart_id)).status_code == 201


async def test_prices_bound_to_a_cart_are_gone_with_its_order(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    row = {"id_cart": cart_id, "id_product": 3, "price": "5.000000", "id_shop": 1, "reduction_type": "amount"}
    shop.shop.add("specific_prices", dict(row))
    await order(shop, cart_id, "6.15")
    assert (await stored(shop, cart_id))["current_state"] == "11"
    assert not list(shop.shop.matching("specific_prices", id_cart=cart_id))


async def test_a_rule_without_a_code_applies_by_itself_and_spoils_the_total(shop: PrestaShopSimulator) -> None:
    next(iter(shop.shop.matching("cart_rules", code="HARBOUR10")))["code"] = ""
    cart_id = await cart(shop)
    await order(shop, cart_id, "5.76")
    row = await stored(shop, cart_id)
    assert (row["current_state"], row["total_discounts"], row["total_paid"]) == ("8", "0.640000", "5.760000")


async def test_states_move_stock_once_and_mail_only_when_asked(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    await order(shop, cart_id)
    key = (await stored(shop, cart_id))["id"]
    shop.outbox.mails.clear()

    async def enter(state: int, **query: str) -> int:
        body = xml("order_history", f"<id_order>{key}</id_order><id_order_state>{state}</id_order_state>")
        async with client(shop) as line:
            return (await line.post("/api/order_histories", params={**JSON, **query}, content=body)).status_code

    seen = []
    for state in (6, 6, 2, 7):
        assert await enter(state) == 201
        seen.append(shop.ledger.stock["SOAP-1"])
    assert seen == [25, 25, 24, 24]
    assert list(shop.outbox.mails) == []
    await enter(4, sendemail="1")
    assert [each.subject.partition("] ")[2] for each in shop.outbox.mails] == ["Shipped"]
    assert await enter(99) == 500


async def test_credit_slips_take_any_nonsense_and_move_nothing(shop: PrestaShopSimulator) -> None:
    amounts = "".join(
        f"<{name}>1</{name}>"
        for name in ("total_products_tax_excl", "total_products_tax_incl", "total_shipping_tax_excl")
    )
    inner = (
        "<id_customer>1</id_customer><id_order>99999</id_order><conversion_rate>1</conversion_rate>"
        f"{amounts}<total_shipping_tax_incl>0</total_shipping_tax_incl><amount>6000</amount>"
    )
    answer = await post(shop, "order_slip", xml("order_slip", inner))
    assert (answer.status_code, answer.json()["order_slip"]["amount"]) == (201, "6000")
    assert "order_slips" in (await get(shop, "order_slip", display="full")).json()


async def test_codes_are_neither_unique_nor_checked_beyond_a_hundred_percent(shop: PrestaShopSimulator) -> None:
    def rule(code: str, percent: str) -> str:
        return xml(
            "cart_rule",
            f'<name><language id="1">R</language></name><date_from>2026-01-01 00:00:00</date_from><date_to>2027-01-01 '
            f"00:00:00</date_to><code>{code}</code><reduction_percent>{percent}</reduction_percent>",
        )

    assert (await post(shop, "cart_rules", rule("HARBOUR10", "10"))).status_code == 201
    assert (await post(shop, "cart_rules", rule("X", "150"))).json()["errors"][0]["code"] == 85
    rows = (await get(shop, "cart_rules", **{"filter[code]": "harbour10"})).json()
    assert len(rows["cart_rules"]) == 2


# -- trouble and the control door


@pytest.mark.parametrize(
    ("outage", "status"),
    [("fatal_error", 500), ("database_down", 500), ("bad_gateway", 502), ("webservice_off", 503)],
)
async def test_outages_look_as_they_were_seen(shop: PrestaShopSimulator, outage: str, status: int) -> None:
    shop.break_once(outage)
    assert (await get(shop, "products")).status_code == status
    assert (await get(shop, "products")).status_code == 200
    with pytest.raises(ValueError, match="unknown"):
        shop.break_once("earthquake")


async def test_an_outage_after_the_work_was_done_hides_the_answer_only(shop: PrestaShopSimulator) -> None:
    cart_id = await cart(shop)
    shop.break_once("bad_gateway_after_commit", "POST /api/orders")
    assert (await order(shop, cart_id)).status_code == 502
    assert (await stored(shop, cart_id))["current_state"] == "11"


async def test_dates_are_on_the_shops_wall_clock_and_nothing_tells_totals_or_limits(shop: PrestaShopSimulator) -> None:
    shop.shop.set_setting("PS_TIMEZONE", "Asia/Tokyo")
    cart_id = await cart(shop)
    answer = await get(shop, "carts", **{"filter[id]": cart_id, "display": "[date_add]"})
    assert answer.json()["carts"][0]["date_add"] == "2026-11-24 18:00:00"
    assert not [name for name in answer.headers if "limit" in name or "total" in name]
    assert (await get(shop, "webhooks")).status_code == 400


async def test_the_control_door_turns_switches_and_breaks_the_shop(shop: PrestaShopSimulator) -> None:
    async with client(shop) as line:
        told = await line.post("/__control__/switches", content=json.dumps({"race_window": True}))
        assert told.json()["race_window"] is True
        assert (await line.post("/__control__/switches", content='{"gravity": 1}')).status_code == 400
        assert (await line.post("/__control__/outages", content='{"outage": "bad_gateway"}')).status_code == 200
        assert (await line.get("/api/products")).status_code == 502
        assert (await line.post("/__control__/outages", content="{}")).status_code == 400
        assert (await line.get("/admin-api/products")).status_code == 404
