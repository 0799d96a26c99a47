"""The simulator answers as the real shop was seen to: keys, reading and writing, point by point."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator, prestashop_simulator
from tillbridge.platforms.prestashop.simulator.access import ApiKey

from .shopping import JSON, client, get, post, send, xml


@pytest.fixture
def shop() -> PrestaShopSimulator:
    return prestashop_simulator(VirtualClock())


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
