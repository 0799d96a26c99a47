"""The pretended shop's GraphQL: what it costs, its pages and searches, and how it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.platforms.shopify.store import Store, opened

PAGE = """query ($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor } nodes { id title updatedAt variants(first: 50) {
      pageInfo { hasNextPage endCursor } nodes { sku } } } } }"""


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


async def test_a_field_that_is_not_there_is_refused_by_name(store: Store) -> None:
    answer = (await store.post("query { shop { name colour } }")).json()
    assert "data" not in answer
    [error] = answer["errors"]
    assert error["message"] == "Field 'colour' doesn't exist on type 'Shop'"
    assert error["extensions"]["code"] == "undefinedField"


async def test_an_input_field_of_an_older_version_is_refused(store: Store) -> None:
    entry = {"inventoryItemId": "x", "locationId": "y", "quantity": 1, "compareQuantity": 1}
    query = """mutation ($input: InventorySetQuantitiesInput!) {
      inventorySetQuantities(input: $input) @idempotent(key: "k") { userErrors { message } } }"""
    [error] = await store.errors(query, input={"name": "available", "reason": "correction", "quantities": [entry]})
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert error["message"].startswith("Variable $input of type InventorySetQuantitiesInput!")
    assert "compareQuantity" in error["extensions"]["problems"][0]["explanation"]


@pytest.mark.parametrize("amount", ["12,50", "a lot", "NaN", True])
async def test_an_amount_that_is_none_is_refused_before_anything_runs(store: Store, amount: Any) -> None:
    query = "mutation ($order: OrderCreateOrderInput!) { orderCreate(order: $order) { order { id } } }"
    line = {"title": "Tea", "quantity": 1, "priceSet": {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}}
    [error] = await store.errors(query, order={"lineItems": [line]})
    assert error["extensions"]["code"] == "INVALID_VARIABLE"


async def test_nonsense_is_refused_too(store: Store) -> None:
    assert (await store.errors("query {"))[0]["message"]
    answer = await store.http.post(
        "/admin/api/2026-10/graphql.json", content="{", headers={"X-Shopify-Access-Token": store.token}
    )
    assert answer.status_code == 400


async def test_data_and_errors_can_come_together(store: Store) -> None:
    store.shop.turn(broken_field="QueryRoot.codeDiscountNodeByCode")
    body = (await store.post('query { shop { name } codeDiscountNodeByCode(code: "HARBOUR10") { id } }')).json()
    assert body["data"] == {"shop": {"name": "Harbour Lane Outfitters"}, "codeDiscountNodeByCode": None}
    [error] = body["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("INTERNAL_SERVER_ERROR", ["codeDiscountNodeByCode"])


async def test_a_gateway_page_instead_of_an_answer(store: Store) -> None:
    store.shop.faults.arm("error_5xx")
    answer = await store.post("query { shop { name } }")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")


def cost(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["extensions"]["cost"]
    return found


async def test_every_answer_tells_its_cost(store: Store) -> None:
    told = cost((await store.post(PAGE, first=10)).json())
    assert told["requestedQueryCost"] >= told["actualQueryCost"] > 0
    status = told["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (2000.0, 100.0)
    assert status["currentlyAvailable"] <= 2000 - told["actualQueryCost"] + 1
    store.shop.turn(tells_throttle=False)
    assert "throttleStatus" not in cost((await store.post(PAGE, first=10)).json())


async def test_a_bigger_page_costs_more_and_a_mutation_ten(store: Store) -> None:
    asked = [cost((await store.post(PAGE, first=size)).json())["requestedQueryCost"] for size in (1, 50, 250)]
    assert asked[0] < asked[1] < asked[2]
    sold = await store.post('mutation { webhookSubscriptionDelete(id: "x") { deletedWebhookSubscriptionId } }')
    assert cost(sold.json())["requestedQueryCost"] >= 10


async def test_an_empty_bucket_throttles_inside_a_200_and_fills_with_time(store: Store) -> None:
    store.shop.bucket.level = 1.0
    answer = await store.post(PAGE, first=50)
    body = answer.json()
    assert answer.status_code == 200
    assert "retry-after" not in answer.headers
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in body
    told = cost(body)
    assert told["actualQueryCost"] is None
    missing = told["requestedQueryCost"] - told["throttleStatus"]["currentlyAvailable"]
    store.clock.advance(missing / told["throttleStatus"]["restoreRate"] + 0.1)
    assert "errors" not in (await store.post(PAGE, first=50)).json()


async def test_a_storm_looks_the_same(store: Store) -> None:
    store.shop.faults.arm("storm_429")
    [error] = await store.errors("query { shop { name } }")
    assert error["extensions"]["code"] == "THROTTLED"
    store.shop.faults.arm("storm_429")
    assert (await store.grant()).status_code == 429, "the token address has no points"


async def test_a_query_over_a_thousand_points_is_refused(store: Store) -> None:
    deep = "query { " + " ".join(
        f"p{at}: products(first: 250) {{ nodes {{ variants(first: 250) {{ nodes {{ product {{ id }} }} }} }} }}"
        for at in range(200)
    ) + " }"  # fmt: skip
    [error] = await store.errors(deep)
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 1000
    assert "exceeds the single query max cost limit (1000)" in error["message"]


async def test_pages_are_walked_by_cursor_to_the_end(store: Store) -> None:
    seen: list[str] = []
    after = None
    for _ in range(10):
        page = (await store.ask(PAGE, first=3, after=after))["products"]
        seen += [each["title"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 8
    assert "Organic Tee" not in str(after), "a cursor is opaque"


async def test_a_product_that_changes_meanwhile_does_not_repeat_the_page(store: Store) -> None:
    page = (await store.ask(PAGE, first=4))["products"]
    store.clock.advance(60)
    moved = page["nodes"][1]
    store.shop.shop.products[moved["id"]]["updatedAt"] = store.shop.shop.stamp()
    rest = (await store.ask(PAGE, first=50, after=page["pageInfo"]["endCursor"]))["products"]
    assert moved["title"] in [each["title"] for each in rest["nodes"]], "it moved to the end, where it is met again"
    assert {each["id"] for each in page["nodes"]} | {each["id"] for each in rest["nodes"]} == set(
        store.shop.shop.products
    )


@pytest.mark.parametrize("first", [0, 251, -1])
async def test_a_page_has_250_at_most(store: Store, first: int) -> None:
    assert (await store.errors(PAGE, first=first))[0]["extensions"]["code"] == "BAD_REQUEST"
    assert len((await store.ask(PAGE, first=250))["products"]["nodes"]) == 8


async def test_a_wrong_cursor_is_refused(store: Store) -> None:
    assert await store.errors(PAGE, first=3, after="!!")


async def test_more_variants_than_one_page_holds(store: Store) -> None:
    store.shop.turn(many_variants=True)
    page = (await store.ask(PAGE, first=5, query='title:"Made to Measure"'))["products"]["nodes"]
    shirt = next(each for each in page if each["title"] == "Made to Measure Shirt")
    inside = shirt["variants"]
    assert (len(inside["nodes"]), inside["pageInfo"]["hasNextPage"]) == (50, True)
    rest = """query ($id: ID!, $after: String) {
      product(id: $id) { variants(first: 100, after: $after) { pageInfo { hasNextPage } nodes { sku } } } }"""
    more = (await store.ask(rest, id=shirt["id"], after=inside["pageInfo"]["endCursor"]))["product"]["variants"]
    skus = [each["sku"] for each in [*inside["nodes"], *more["nodes"]]]
    assert (len(set(skus)), more["pageInfo"]["hasNextPage"]) == (60, False)


async def test_changed_since(store: Store) -> None:
    since = store.shop.shop.stamp()
    store.clock.advance(60)
    row = next(row for row in store.shop.shop.products.values() if row["title"] == "Canvas Tote")
    row["updatedAt"] = store.shop.shop.stamp()
    found = (await store.ask(PAGE, first=50, query=f"updated_at:>'{since}'"))["products"]["nodes"]
    assert [each["title"] for each in found] == ["Canvas Tote"]
    at = row["updatedAt"].replace("Z", "+00:00")
    assert (await store.ask(PAGE, first=50, query=f"updated_at:>'{at}'"))["products"]["nodes"] == []
    same = (await store.ask(PAGE, first=50, query=f"updated_at:>='{at}' AND status:active"))["products"]["nodes"]
    assert len(same) == 1


async def test_a_search_by_code_is_by_words_so_the_caller_compares(store: Store) -> None:
    query = "query ($query: String!) { productVariants(first: 10, query: $query) { nodes { sku barcode } } }"
    found = (await store.ask(query, query='barcode:"4006381333948"'))["productVariants"]["nodes"]
    assert found == [{"sku": "TEE-M", "barcode": "4006381333948"}]
    assert len((await store.ask(query, query="sku:TEE"))["productVariants"]["nodes"]) == 3
    either = (await store.ask(query, query="sku:NOTE-1 OR sku:BOOK-1"))["productVariants"]["nodes"]
    assert {each["sku"] for each in either} == {"NOTE-1", "BOOK-1"}
