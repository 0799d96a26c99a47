"""Goods, pages, changed-since filters and stock of the simulator, quirk by quirk."""

from __future__ import annotations

import asyncio

import pytest

from .shopping import Counter


async def test_pages_carry_totals_and_links(till: Counter) -> None:
    first = await till.get("/products", per_page=3)
    last = await till.get("/products", per_page=3, page=3)
    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("8", "3")
    assert 'page=2>; rel="next"' in first.headers["Link"]
    assert last.headers["Link"].endswith('page=2>; rel="prev"')


async def test_a_page_past_the_end_is_empty(till: Counter) -> None:
    answer = await till.get("/products", page=9)
    assert (answer.status_code, answer.json()) == (200, [])


async def test_ten_newest_first_unless_asked(till: Counter) -> None:
    for n in range(4):
        await till.post("/products", {"name": f"Extra {n}"})
    ids = [row["id"] for row in (await till.get("/products")).json()]
    assert len(ids) == 10
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "query", [{"per_page": 101}, {"page": 0}, {"per_page": "many"}, {"modified_after": "yesterday"}]
)
async def test_a_bad_list_argument_is_400(till: Counter, query: dict[str, object]) -> None:
    answer = await till.get("/products", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")


async def test_modified_after_is_strict_in_whole_seconds(till: Counter) -> None:
    till.clock.advance(3600)
    soap = await till.row("SOAP-1")
    await till.put(f"/products/{soap['id']}", {"regular_price": "6.50"})
    limit, early = "2026-11-24T10:00:00", "2026-11-24T09:59:59"
    same = await till.get("/products", modified_after=limit, dates_are_gmt="true")
    earlier = await till.get("/products", modified_after=early, dates_are_gmt="true")
    assert same.json() == []
    assert [row["sku"] for row in earlier.json()] == ["SOAP-1"]


async def test_a_zone_in_the_time_with_the_gmt_flag_shifts_twice(till: Counter) -> None:
    till.simulator.shop.settings["timezone"] = "Europe/Athens"
    await till.post("/orders", {"line_items": [{"sku": "SOAP-1", "quantity": 1}]})
    limit = "2026-11-24T08:59:00"
    plain = await till.get("/orders", modified_after=limit, dates_are_gmt="true")
    zoned = await till.get("/orders", modified_after=f"{limit}Z", dates_are_gmt="true")
    assert (len(plain.json()) > 0, zoned.json()) == (True, [])


async def test_customers_ignore_modified_after(till: Counter) -> None:
    assert len((await till.get("/customers", modified_after="2100-01-01T00:00:00")).json()) == 7


async def test_variable_products_show_ids_only(till: Counter) -> None:
    tee = await till.row("TEE")
    assert tee["variations"] == [(await till.row(sku))["id"] for sku in ("TEE-S", "TEE-M", "TEE-L")]


async def test_an_older_shop_has_no_route_for_all_variations(till: Counter) -> None:
    assert len((await till.get("/variations")).json()) == 5
    till.simulator.shop.switches.variations_route = False
    answer = await till.get("/variations")
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


async def test_a_barcode_finds_its_variation(till: Counter) -> None:
    (row,) = (await till.get("/products", global_unique_id="4006381333948")).json()
    assert (row["sku"], row["type"], row["name"]) == ("TEE-M", "variation", "Organic Tee - M")


async def test_variations_of_an_unknown_product_are_none(till: Counter) -> None:
    answer = await till.get("/products/99999/variations")
    assert (answer.status_code, answer.json()) == (200, [])


async def test_prices_are_texts_and_a_number_is_refused(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    answer = await till.put(f"/products/{soap['id']}", {"regular_price": 6.5})
    assert soap["price"] == "6.40"
    assert answer.json()["data"]["params"] == {"regular_price": "regular_price is not of type string."}


async def test_a_decimal_comma_is_dropped(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    answer = await till.put(f"/products/{soap['id']}", {"regular_price": "59,90"})
    assert answer.json()["price"] == "5990"


async def test_a_sale_price_is_the_price(till: Counter) -> None:
    tote = await till.row("TOTE-1")
    assert (tote["price"], tote["regular_price"], tote["on_sale"]) == ("18.00", "22.00", True)


async def test_nothing_is_null_or_empty_text(till: Counter) -> None:
    tee, soap = await till.row("TEE"), await till.row("SOAP-1")
    assert (tee["stock_quantity"], tee["regular_price"], soap["sale_price"]) == (None, "", "")


async def test_names_carry_html_entities(till: Counter) -> None:
    candle = await till.row("CANDLE-1")
    assert candle["categories"][0]["name"] == "Home &amp; Kitchen"


async def test_a_known_sku_or_barcode_names_its_owner(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    sku = (await till.post("/products", {"sku": "SOAP-1"})).json()
    barcode = (await till.post("/products", {"global_unique_id": "5012345678924"})).json()
    assert (sku["code"], sku["data"]["resource_id"], sku["data"]["unique_sku"]) == (
        "product_invalid_sku", soap["id"], "SOAP-1-1",
    )  # fmt: skip
    assert barcode["code"] == "product_invalid_global_unique_id"


async def test_of_parallel_creates_with_one_sku_one_wins(till: Counter) -> None:
    body = {"name": "Race", "sku": "RACE-1"}
    answers = await asyncio.gather(*(till.post("/products", body) for _ in range(3)))
    codes = [answer.json().get("code") for answer in answers]
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400]
    assert codes.count("woocommerce_rest_product_not_created") == 2


async def test_unknown_ids_differ_by_method(till: Counter) -> None:
    got, put = await till.get("/products/99999"), await till.put("/products/99999", {"name": "x"})
    variation = await till.put("/products/11/variations/99999", {"sku": "x"})
    assert (got.status_code, put.status_code, variation.status_code) == (404, 400, 404)


async def test_stock_of_a_variation_kept_by_its_product_is_read_there(till: Counter) -> None:
    tee, small = await till.row("TEE"), await till.row("TEE-S")
    await till.put(f"/products/{tee['id']}", {"manage_stock": True, "stock_quantity": 50})
    path = f"/products/{tee['id']}/variations/{small['id']}"
    await till.put(path, {"manage_stock": False})
    answer = await till.put(path, {"stock_quantity": 3})
    assert (answer.status_code, answer.json()["manage_stock"], answer.json()["stock_quantity"]) == (200, "parent", 50)


async def test_a_quantity_is_ignored_while_no_stock_is_kept(till: Counter) -> None:
    made = (await till.post("/products", {"name": "Alteration"})).json()
    answer = await till.put(f"/products/{made['id']}", {"stock_quantity": 9})
    assert (answer.status_code, answer.json()["stock_quantity"]) == (200, None)


@pytest.mark.parametrize(
    ("sent", "kept", "status"), [(-3, -3, "outofstock"), (None, 0, "outofstock"), ("6", 6, "instock")]
)
async def test_odd_quantities_are_taken(till: Counter, sent: object, kept: int, status: str) -> None:
    soap = await till.row("SOAP-1")
    body = (await till.put(f"/products/{soap['id']}", {"stock_quantity": sent})).json()
    assert (body["stock_quantity"], body["stock_status"]) == (kept, status)


async def test_half_a_piece_is_refused(till: Counter) -> None:
    answer = await till.put(f"/products/{(await till.row('SOAP-1'))['id']}", {"stock_quantity": 2.5})
    assert answer.json()["data"]["details"]["stock_quantity"]["data"] == {"param": "stock_quantity"}


async def test_parallel_deltas_lose_updates_and_parallel_orders_do_not(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    path = f"/products/{soap['id']}"
    await asyncio.gather(*(till.put(path, {"inventory_delta": -1}) for _ in range(6)))
    left = await till.stock("SOAP-1")
    await till.put(path, {"stock_quantity": 25})
    one = {"status": "processing", "line_items": [{"sku": "SOAP-1", "quantity": 1}]}
    await asyncio.gather(*(till.post("/orders", one) for _ in range(6)))
    assert left > 19
    assert await till.stock("SOAP-1") == 19


async def test_a_change_of_a_variation_moves_its_product(till: Counter) -> None:
    tee, small = await till.row("TEE"), await till.row("TEE-S")
    till.clock.advance(60)
    await till.put(f"/products/{tee['id']}/variations/{small['id']}", {"stock_quantity": 4})
    assert (await till.row("TEE"))["date_modified_gmt"] == "2026-11-24T09:01:00"


async def test_a_batch_is_200_and_tells_each_failure(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    body = {"update": [{"id": soap["id"], "stock_quantity": 8}, {"id": 99999, "stock_quantity": 1}]}
    answer = await till.post("/products/batch", body)
    good, bad = answer.json()["update"]
    assert (answer.status_code, good["stock_quantity"]) == (200, 8)
    assert bad == {
        "id": 99999,
        "error": {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {"status": 400}},
    }


async def test_a_batch_over_a_hundred_is_413(till: Counter) -> None:
    assert (await till.post("/products/batch", {"delete": list(range(101))})).status_code == 413


async def test_a_trashed_product_is_found_by_its_status_only(till: Counter) -> None:
    soap = await till.row("SOAP-1")
    await till.client.delete(f"/wp-json/wc/v3/products/{soap['id']}")
    assert (await till.get("/products", sku="SOAP-1")).json() == []
    assert [row["id"] for row in (await till.get("/products", status="trash")).json()] == [soap["id"]]


async def test_fields_cut_lists_to_what_was_asked(till: Counter) -> None:
    assert set((await till.get("/products", _fields="id,sku")).json()[0]) == {"id", "sku"}


@pytest.mark.parametrize(("body", "code"), [(b'{"name":"Half', 3), (b'{"a":[1,]}', 4), (b'{"name":"\xe9"}', 5)])
async def test_broken_json_is_told_as_php_does(till: Counter, body: bytes, code: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await till.client.post("/wp-json/wc/v3/products", content=body, headers=headers)
    assert (answer.status_code, answer.json()["data"]["json_error_code"]) == (400, code)


async def test_the_demo_shop_opens_with_its_goods_and_round_stock(till: Counter) -> None:
    stock = till.simulator.ledger.stock
    assert stock.pop("LAST-1") == 1
    assert len(stock) == 10
    assert set(stock.values()) == {25}
