"""Stock and customers of the pretended shop: compare-and-set, idempotency keys, and one customer per e-mail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.platforms.shopify.store import Store, opened, paid

SET = """mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id reason changes { name delta quantityAfterChange } } userErrors { code field } } }"""
ADJUST = """mutation ($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { delta quantityAfterChange } } userErrors { code field } } }"""
LEVELS = """query ($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 5) { nodes {
  location { id } quantities(names: ["available", "on_hand", "committed"]) { name quantity } } } } }"""
CUSTOMER = """query ($email: String!) { customerByIdentifier(identifier: { emailAddress: $email }) {
  id firstName numberOfOrders amountSpent { amount }
  defaultEmailAddress { marketingState marketingOptInLevel } } }"""


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


async def where(store: Store, sku: str = "TEE-M") -> dict[str, str]:
    """An inventory item and the shop's location, as inputs name them."""
    variant = await store.goods(sku)
    return {"inventoryItemId": variant["inventoryItem"]["id"], "locationId": await store.place()}


async def put(store: Store, *entries: dict[str, Any], key: str = "k1", **more: Any) -> Any:
    given = {"name": "available", "reason": "correction", "quantities": list(entries), **more}
    return (await store.ask(SET, input=given, key=key))["inventorySetQuantities"]


async def adjust(store: Store, entry: dict[str, Any], key: str = "k1", **more: Any) -> Any:
    given = {"name": "available", "reason": "correction", "changes": [entry], **more}
    return (await store.ask(ADJUST, input=given, key=key))["inventoryAdjustQuantities"]


def codes(payload: Any) -> list[str]:
    return [each["code"] for each in payload["userErrors"]]


async def test_what_it_changes_from_must_be_said(store: Store) -> None:
    entry = {**await where(store), "quantity": 5}
    given = {"name": "available", "reason": "correction", "quantities": [entry]}
    [error] = await store.errors(SET, input=given, key="k1")
    assert "changeFromQuantity" in error["message"]
    assert store.shop.ledger.stock["TEE-M"] == 25


async def test_a_number_is_compared_and_null_is_not(store: Store) -> None:
    at = await where(store)
    stale = await put(store, {**at, "quantity": 5, "changeFromQuantity": 24}, key="a")
    assert stale["inventoryAdjustmentGroup"] is None
    assert stale["userErrors"] == [
        {"code": "CHANGE_FROM_QUANTITY_STALE", "field": ["input", "quantities", "0", "changeFromQuantity"]}
    ]
    good = await put(store, {**at, "quantity": 5, "changeFromQuantity": 25}, key="b")
    assert good["inventoryAdjustmentGroup"]["changes"] == [
        {"name": "available", "delta": -20, "quantityAfterChange": 5}
    ]
    await put(store, {**at, "quantity": 9, "changeFromQuantity": None}, key="c")
    assert store.shop.ledger.stock["TEE-M"] == 9


async def test_one_stale_entry_stops_the_whole_batch(store: Store) -> None:
    tee, mug = await where(store), await where(store, "MUG-BLU")
    made = await put(
        store,
        {**tee, "quantity": 5, "changeFromQuantity": 25},
        {**mug, "quantity": 5, "changeFromQuantity": 1},
    )
    assert codes(made) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert (store.shop.ledger.stock["TEE-M"], store.shop.ledger.stock["MUG-BLU"]) == (25, 25)


@pytest.mark.parametrize(
    ("wrong", "more", "code"),
    [
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, {}, "INVALID_INVENTORY_ITEM"),
        ({"locationId": "gid://shopify/Location/1"}, {}, "INVALID_LOCATION"),
        ({"quantity": 1_000_000_001}, {}, "INVALID_QUANTITY_TOO_HIGH"),
        ({}, {"name": "committed"}, "INVALID_NAME"),
        ({}, {"reason": "because"}, "INVALID_REASON"),
        ({"quantity": -1}, {"name": "on_hand"}, "INVALID_QUANTITY_NEGATIVE"),
    ],
)
async def test_what_cannot_be_set(store: Store, wrong: dict[str, Any], more: dict[str, Any], code: str) -> None:
    entry = {**await where(store), "quantity": 5, "changeFromQuantity": None, **wrong}
    assert code in codes(await put(store, entry, **more))
    assert store.shop.ledger.stock["TEE-M"] == 25


async def test_one_item_twice_in_a_batch_is_refused(store: Store) -> None:
    entry = {**await where(store), "quantity": 5, "changeFromQuantity": None}
    assert set(codes(await put(store, entry, entry))) == {"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"}


async def test_an_item_can_be_changed_at_a_location_where_it_never_was(store: Store) -> None:
    """So since 2026-10, when the code for an item that is not stocked went away."""
    other = {**store.shop.shop.locations[await store.place()], "id": "gid://shopify/Location/2", "name": "Market"}
    store.shop.shop.locations[other["id"]] = other
    at = {**await where(store), "locationId": other["id"]}
    assert codes(await adjust(store, {**at, "delta": 3, "changeFromQuantity": 0})) == []
    levels = (await store.ask(LEVELS, id=at["inventoryItemId"]))["inventoryItem"]["inventoryLevels"]["nodes"]
    assert {each["location"]["id"]: each["quantities"][0]["quantity"] for each in levels}[other["id"]] == 3


async def test_a_key_is_needed_works_once_and_is_remembered_for_a_day(store: Store) -> None:
    entry = {**await where(store), "delta": -2, "changeFromQuantity": None}
    bare = """mutation ($input: InventoryAdjustQuantitiesInput!) {
      inventoryAdjustQuantities(input: $input) { userErrors { code } } }"""
    given = {"name": "available", "reason": "correction", "changes": [entry]}
    [error] = await store.errors(bare, input=given)
    assert "@idempotent" in error["message"]
    first, again = await adjust(store, entry), await adjust(store, entry)
    assert first["inventoryAdjustmentGroup"] == again["inventoryAdjustmentGroup"]
    assert store.shop.ledger.stock["TEE-M"] == 23
    level = {**await where(store), "quantity": 23, "changeFromQuantity": None}
    assert await put(store, level, key="k2") == await put(store, level, key="k2")
    assert codes(await adjust(store, {**entry, "delta": -3})) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    store.clock.advance(24 * 3600 + 1)
    store.token = (await store.grant()).json()["access_token"]
    await adjust(store, entry)
    assert store.shop.ledger.stock["TEE-M"] == 21, "after a day the key is as good as new"


async def test_a_key_in_use_and_a_key_that_failed_are_told_apart(store: Store) -> None:
    entry = {**await where(store), "delta": -2, "changeFromQuantity": None}
    store.shop.turn(key_busy=5.0)
    await adjust(store, entry)
    assert codes(await adjust(store, entry)) == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
    store.clock.advance(6)
    assert codes(await adjust(store, entry)) == []
    stale = {**entry, "changeFromQuantity": 99}
    assert codes(await adjust(store, stale, key="k2")) == ["CHANGE_FROM_QUANTITY_STALE"]
    store.clock.advance(6)
    assert codes(await adjust(store, stale, key="k2")) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    assert store.shop.ledger.stock["TEE-M"] == 23


async def quantities(store: Store, item: str) -> dict[str, int]:
    [level] = (await store.ask(LEVELS, id=item))["inventoryItem"]["inventoryLevels"]["nodes"]
    return {each["name"]: each["quantity"] for each in level["quantities"]}


async def test_goods_sold_and_not_handed_over_are_committed(store: Store) -> None:
    at = await where(store)
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    await store.sell(await store.line("TEE-M", 2), options=options)
    assert await quantities(store, at["inventoryItemId"]) == {"available": 23, "on_hand": 25, "committed": 2}
    await store.sell(await store.line("TEE-M"), options=options, fulfillmentStatus="FULFILLED")
    assert await quantities(store, at["inventoryItemId"]) == {"available": 22, "on_hand": 24, "committed": 2}
    await put(store, {**at, "quantity": 10, "changeFromQuantity": None}, name="on_hand")
    assert await quantities(store, at["inventoryItemId"]) == {"available": 8, "on_hand": 10, "committed": 2}


# Customers


async def customer(store: Store, email: str) -> Any:
    return (await store.ask(CUSTOMER, email=email))["customerByIdentifier"]


async def test_a_customer_is_found_by_exact_email_and_only_so(store: Store) -> None:
    assert (await customer(store, "TOMAS.LIND@example.com"))["firstName"] == "Tomás"
    assert await customer(store, "tomas.lind@example") is None


async def test_an_email_belongs_to_one_customer(store: Store) -> None:
    create = """mutation ($input: CustomerInput!) {
      customerCreate(input: $input) { customer { id } userErrors { field message } } }"""
    made = (await store.ask(create, input={"email": "Tomas.Lind@example.com"}))["customerCreate"]
    assert made == {"customer": None, "userErrors": [{"field": ["email"], "message": "Email has already been taken"}]}


async def test_set_changes_the_one_named_by_email_or_makes_a_new_one(store: Store) -> None:
    query = """mutation ($input: CustomerSetInput!, $identifier: CustomerSetIdentifiers) {
      customerSet(input: $input, identifier: $identifier) { customer { id firstName } userErrors { code } } }"""
    known = await customer(store, "tomas.lind@example.com")

    async def put_customer(email: str, **given: str) -> Any:
        found = await store.ask(query, identifier={"email": email}, input={"email": email, **given})
        return found["customerSet"]["customer"]

    assert await put_customer("tomas.lind@example.com", firstName="Tom") == {"id": known["id"], "firstName": "Tom"}
    assert (await put_customer("new@example.com", firstName="New"))["id"] != known["id"]
    both = await store.ask(query, identifier={"email": "a@example.com"}, input={"email": "b@example.com"})
    assert both["customerSet"]["userErrors"] == [{"code": "INPUT_MISMATCH"}]


async def test_consent_has_a_call_of_its_own(store: Store) -> None:
    known = await customer(store, "tomas.lind@example.com")
    assert known["defaultEmailAddress"]["marketingState"] == "NOT_SUBSCRIBED"
    update = "mutation ($input: CustomerInput!) { customerUpdate(input: $input) { userErrors { field } } }"
    wish = {"marketingState": "SUBSCRIBED"}
    refused = await store.ask(update, input={"id": known["id"], "emailMarketingConsent": wish})
    assert refused["customerUpdate"]["userErrors"] == [{"field": ["emailMarketingConsent"]}]
    query = """mutation ($input: CustomerEmailMarketingConsentUpdateInput!) {
      customerEmailMarketingConsentUpdate(input: $input) { userErrors { code } } }"""
    await store.ask(query, input={"customerId": known["id"], "emailMarketingConsent": wish})
    told = (await customer(store, "tomas.lind@example.com"))["defaultEmailAddress"]
    assert told == {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}


async def test_a_sale_counts_for_its_customer(store: Store) -> None:
    email = "saoirse.kehoe@example.com"
    before = await customer(store, email)
    line = await store.line("SOAP-1")
    await store.sell(line, customer={"toAssociate": {"id": before["id"]}}, transactions=[paid("6.40")])
    await store.sell(line, customer={"toUpsert": {"email": email}})
    after = await customer(store, email)
    assert (after["numberOfOrders"], after["amountSpent"]["amount"]) == ("2", "12.8")
    query = "mutation ($order: OrderCreateOrderInput!) { orderCreate(order: $order) { order { id } } }"
    both = {"toAssociate": {"id": before["id"]}, "toUpsert": {"email": email}}
    [error] = await store.errors(query, order={"lineItems": [line], "customer": both})
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
