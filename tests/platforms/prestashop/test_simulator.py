"""The simulator answers as the real shop was seen to: the points that break integrations, one by one."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator, prestashop_simulator
from tillbridge.platforms.prestashop.simulator.access import ApiKey

from .shopping import JSON, client, get, post, send, xml

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


async def cart(shop: PrestaShopSimulator, product: int = 3, attribute: int = 0, quantity: object = 1) -> str:
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


# -- keys


@pytest.mark.parametrize(
    ("key", "status", "codes"),
    [("short", 401, [18]), ("Z" * 32, 401, [20, 21])],
)
async def test_wrong_keys_have_their_numbers(
    shop: PrestaShopSimulator, key: str, status: int, codes: list[int]
) -> None:
    async with client(shop, key) as line:
        answer = await line.get("/api/products", params=JSON)
    assert (answer.status_code, [each["code"] for each in answer.json()["errors"]]) == (status, codes)
    assert answer.headers["PSWS-Version"] == "0"


async def test_no_key_is_a_plain_sentence_and_the_query_is_the_other_way_in(shop: PrestaShopSimulator) -> None:
    async with client(shop, "") as line:
        answer = await line.get("/api/products", params=JSON)
        assert (answer.status_code, answer.text) == (401, "401 Unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        key = shop.shop.keys[0].value
        assert (await line.get("/api/products", params={**JSON, "ws_key": key})).status_code == 200


async def test_rights_resources_and_methods_have_their_numbers(shop: PrestaShopSimulator) -> None:
    shop.shop.keys.append(ApiKey("P" * 32, rights={"products": frozenset({"GET"})}))
    cases = [
        ("P" * 32, "GET", "orders", 401, 26),
        ("P" * 32, "POST", "products", 405, 25),
        (None, "POST", "stock_availables", 405, 101),
        (None, "OPTIONS", "products", 405, 23),
        (None, "GET", "gadgets", 400, 27),
        (None, "GET", "Products", 400, 27),
    ]
    for key, method, resource, status, code in cases:
        async with client(shop, key) as line:
            answer = await line.request(method, f"/api/{resource}", params=JSON)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    shop.shop.switches.webservice = False
    assert (await get(shop, "products")).json()["errors"][0]["code"] == 22


async def test_the_root_lists_rights_as_xml_and_dies_as_json(shop: PrestaShopSimulator) -> None:
    async with client(shop) as line:
        root = ElementTree.fromstring((await line.get("/api/")).text)
        assert root[0].get("shopName") == "Harbour Lane Outfitters"
        assert root[0][0].get("patch") == "true"
        dead = await line.get("/api/", params=JSON)
        assert (dead.status_code, dead.text) == (500, "")
        shop.shop.version = "1.7.8.11"
        assert ElementTree.fromstring((await line.get("/api/")).text)[0][0].get("patch") is None
        refused = await line.patch("/api/products/1", params=JSON, content="<x/>")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (405, 23)


# -- reading


async def test_formats_are_chosen_by_query_or_own_header_never_by_accept(shop: PrestaShopSimulator) -> None:
    async with client(shop) as line:
        assert (await line.get("/api/products", headers={"Accept": "application/json"})).text.startswith("<?xml")
        assert (await line.get("/api/products", headers={"Output-Format": "JSON"})).json()
        assert (await line.get("/api/products?output_format=YAML")).text.startswith("<?xml")


async def test_an_empty_list_is_a_bare_array_and_a_list_shows_ids_only(shop: PrestaShopSimulator) -> None:
    assert (await get(shop, "products", **{"filter[reference]": "NONE"})).json() == []
    assert (await get(shop, "products", limit="2")).json() == {"products": [{"id": 1}, {"id": 2}]}
    assert (await get(shop, "products", limit="ten")).json() == []


async def test_single_answers_drop_what_is_empty_from_8_on_and_keep_it_in_17(shop: PrestaShopSimulator) -> None:
    assert "ean13" not in (await get(shop, "products/4")).json()["product"]
    shop.shop.version = "1.7.8.11"
    assert (await get(shop, "products/4")).json()["product"]["ean13"] == ""


async def test_filters_have_all_their_operators(shop: PrestaShopSimulator) -> None:
    async def ids(value: str, field: str = "id") -> list[int]:
        rows = (await get(shop, "products", **{f"filter[{field}]": value})).json()
        return [row["id"] for row in rows["products"]] if rows else []

    assert await ids("[1|3]") == [1, 3]
    assert await ids("[2,4]") == [2, 3, 4]
    assert await ids(">[6]") == [7, 8]
    assert await ids("<[3]") == [1, 2]
    assert len(await ids("![1]")) == 7
    assert await ids("soap-1", "reference") == [3]
    assert await ids("[Sea]%", "name") == [3]
    assert await ids("%[Note]%", "name") == [6]
    assert await ids("%[book]", "name") == [6]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"filter[barcode]": "1"}, 32),
        ({"filter[date_upd]": ">[2026-01-01 00:00:00]"}, 32),
        ({"filter[quantity]": "1"}, 34),
        ({"display": "[id,stock]"}, 35),
        ({"sort": "[id_UP]"}, 37),
        ({"sort": "[date_upd_DESC]"}, 38),
    ],
)
async def test_bad_questions_are_a_500_with_warnings(
    shop: PrestaShopSimulator, query: dict[str, str], code: int
) -> None:
    answer = await get(shop, "products", **query)
    codes = [each["code"] for each in answer.json()["errors"]]
    assert (answer.status_code, codes[0], codes[1:]) == (500, code, [3] * 4)


async def test_a_date_nobody_can_read_lets_everything_through(shop: PrestaShopSimulator) -> None:
    rows = (await get(shop, "products", **{"filter[date_upd]": ">[yesterday]", "date": "1"})).json()
    assert len(rows["products"]) == 8


async def test_unknown_ids_are_empty_404s_on_reads_and_numbered_on_writes(shop: PrestaShopSimulator) -> None:
    for key in ("999999", "abc"):
        answer = await get(shop, f"products/{key}")
        assert (answer.status_code, answer.text) == (404, "")
    patched = await send(shop, "PATCH", "orders/99", xml("order", "<id>99</id><note>x</note>"))
    assert (patched.status_code, patched.json()["errors"][0]["code"]) == (404, 92)
    deleted = await send(shop, "DELETE", "customers/99")
    assert (deleted.status_code, deleted.json()["errors"][0]["code"]) == (404, 87)


async def test_prices_are_reckoned_on_request(shop: PrestaShopSimulator) -> None:
    query = {"price[now][use_tax]": "1", "price[full][use_reduction]": "0", "price[net][use_tax]": "0"}
    row = (await get(shop, "products/4", **query)).json()["product"]
    assert (row["now"], row["full"], row["net"]) == ("18.000000", "22.000000", "14.630000")


# -- writing


@pytest.mark.parametrize(
    "content", ['{"customer":{"email":"x@y.example"}}', "<prestashop><customer>", "<customer>A & B</customer>"]
)
async def test_input_is_xml_or_a_500(shop: PrestaShopSimulator, content: str) -> None:
    answer = await post(shop, "customers", content)
    assert (answer.status_code, answer.json()["errors"][-1]["code"]) == (500, 127)


async def test_a_document_type_is_not_taken(shop: PrestaShopSimulator) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY e "boom">]><prestashop><customer><lastname>&e;</lastname></customer></prestashop>'
    assert (await post(shop, "customers", bomb)).status_code == 500


async def test_a_taken_address_is_a_500_with_its_number(shop: PrestaShopSimulator) -> None:
    inner = "<passwd>x</passwd><lastname>B</lastname><firstname>A</firstname><email>AOIFE.byrne@example.com</email>"
    answer = await post(shop, "customers", xml("customer", inner))
    assert (answer.status_code, [each["code"] for each in answer.json()["errors"]]) == (500, [140, 46])


async def test_a_put_empties_what_it_leaves_out_and_a_patch_does_not(shop: PrestaShopSimulator) -> None:
    row = shop.shop.rows["customers"][1]
    row["company"] = "Byrne & Co"
    await send(shop, "PATCH", "customers/1", xml("customer", "<id>1</id><note>vip</note>"))
    assert (row["company"], row["note"]) == ("Byrne & Co", "vip")
    inner = "<passwd>x</passwd><lastname>B</lastname><firstname>A</firstname><email>aoife.byrne@example.com</email>"
    await send(shop, "PUT", "customers/1", xml("customer", f"<id>1</id>{inner}"))
    assert (row["company"], row["note"], row["id_default_group"]) == ("", "", "0")


async def test_the_id_in_the_body_wins_over_the_path(shop: PrestaShopSimulator) -> None:
    await send(shop, "PATCH", "customers/1", xml("customer", "<id>2</id><note>who?</note>"))
    assert shop.shop.rows["customers"][2]["note"] == "who?"
    without = await send(shop, "PATCH", "customers/1", xml("customer", "<note>who?</note>"))
    assert without.json()["errors"][0]["code"] == 90


async def test_stock_rows_follow_their_combinations_and_products_keep_their_date(shop: PrestaShopSimulator) -> None:
    before = shop.shop.rows["products"][1]["date_upd"]
    answer = await send(shop, "PATCH", "stock_availables/3", xml("stock_available", "<id>3</id><quantity>5</quantity>"))
    assert answer.json()["stock_available"]["quantity"] == "5"
    assert shop.shop.rows["stock_availables"][1]["quantity"] == "55"
    assert shop.shop.rows["products"][1]["date_upd"] == before
    broken = await send(
        shop, "PATCH", "stock_availables/3", xml("stock_available", "<id>3</id><quantity>2.5</quantity>")
    )
    assert (broken.status_code, broken.json()["errors"][0]["code"]) == (400, 85)
    made = await post(shop, "products", xml("product", '<price>1</price><name><language id="1">New</language></name>'))
    assert made.json()["product"]["associations"]["stock_availables"][0]["id_product_attribute"] == "0"


async def test_a_500_may_have_saved_the_thing(shop: PrestaShopSimulator) -> None:
    shop.shop.switches.saves_then_fails = True
    inner = "<passwd>x</passwd><lastname>B</lastname><firstname>A</firstname><email>new@example.com</email>"
    answer = await post(shop, "customers", xml("customer", inner))
    assert (answer.status_code, "customer" in answer.json(), answer.json()["errors"][0]["code"]) == (500, True, 3)
    assert list(shop.shop.matching("customers", email="new@example.com"))


# -- orders


async def test_carts_take_anything_and_bad_rows_vanish_or_kill_the_order(shop: PrestaShopSimulator) -> None:
    for product, attribute, quantity in ((99999, 0, 1), (1, 99999, 1), ("TEE", 0, -1)):
        assert await cart(shop, product, attribute, quantity)  # type: ignore[arg-type]  text as id is the point
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
