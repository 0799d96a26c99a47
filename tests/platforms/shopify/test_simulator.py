"""The pretended shop behaves like a real one where it matters, seen from outside by a plain client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.shopify.documents import document
from tillbridge.platforms.shopify.simulator import ShopifySimulator, shopify_simulator
from tillbridge.training.server import transport

PATH = "/admin/api/2026-10/graphql.json"
REFERENCE = {"namespace": "tillbridge", "key": "sale_reference", "type": "id", "value": "TB1"}


@dataclass
class Client:
    """A plain client that holds a token."""

    shop: ShopifySimulator
    clock: VirtualClock
    http: httpx.AsyncClient

    async def sign_in(self) -> dict[str, Any]:
        values = self.shop.credentials()
        form = {"grant_type": "client_credentials", **{each: values[each] for each in ("client_id", "client_secret")}}
        answer = await self.http.post("/admin/oauth/access_token", data=form)
        self.http.headers["X-Shopify-Access-Token"] = answer.json()["access_token"]
        return dict(answer.json())

    async def ask(self, text: str, /, **variables: Any) -> dict[str, Any]:
        answer = await self.http.post(PATH, json={"query": text, "variables": variables})
        assert answer.status_code == 200
        return dict(answer.json())

    async def named(self, name: str, /, **variables: Any) -> dict[str, Any]:
        body = await self.ask(document(name), **variables)
        assert "errors" not in body, body
        return dict(body["data"])

    def variant(self, sku: str) -> dict[str, Any]:
        return next(row for row in self.shop.shop.variants.values() if row["sku"] == sku)

    async def sell(self, sku: str = "TEE-M", options: Any = None, **more: Any) -> dict[str, Any]:
        price = {"shopMoney": {"amount": "24.90", "currencyCode": "EUR"}}
        line = {"variantId": self.variant(sku)["id"], "quantity": more.pop("quantity", 1), "priceSet": price}
        order = {"currency": "EUR", "lineItems": [line], "sourceIdentifier": "TB1", **more}
        return dict((await self.named("OrderCreate", order=order, options=options or {}))["orderCreate"])


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    clock = VirtualClock()
    shop = shopify_simulator(clock)
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url) as http:
        ready = Client(shop, clock, http)
        await ready.sign_in()
        yield ready


async def test_every_answer_tells_its_cost_and_the_bucket(client: Client) -> None:
    cost = (await client.ask("{ shop { name } }"))["extensions"]["cost"]
    assert cost["requestedQueryCost"] >= cost["actualQueryCost"] > 0
    assert cost["throttleStatus"]["maximumAvailable"] == 2000
    assert cost["throttleStatus"]["restoreRate"] == 100
    client.shop.turn(tells_throttle=False)
    assert "throttleStatus" not in (await client.ask("{ shop { name } }"))["extensions"]["cost"]


async def test_an_empty_bucket_throttles_with_a_200_and_fills_with_time(client: Client) -> None:
    await client.ask("{ shop { name } }")
    client.shop.bucket.level = 0.0
    answer = await client.http.post(PATH, json={"query": "{ shop { name } }"})
    assert answer.status_code == 200
    assert "retry-after" not in answer.headers
    body = answer.json()
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["actualQueryCost"] is None
    client.clock.advance(1)
    assert (await client.ask("{ shop { name } }"))["data"]["shop"]["name"]


async def test_a_token_lasts_a_day_and_then_401_says_so_in_text(client: Client) -> None:
    assert (await client.sign_in())["expires_in"] == 86_399
    client.clock.advance(86_400)
    answer = await client.http.post(PATH, json={"query": "{ shop { name } }"})
    assert answer.status_code == 401
    assert isinstance(answer.json()["errors"], str)
    await client.sign_in()
    assert "data" in await client.ask("{ shop { name } }")


async def test_an_app_of_another_organisation_is_refused_in_html(client: Client) -> None:
    client.shop.turn(permitted=False)
    values = client.shop.credentials()
    form = {"grant_type": "client_credentials", **{each: values[each] for each in ("client_id", "client_secret")}}
    answer = await client.http.post("/admin/oauth/access_token", json=form)
    assert answer.status_code == 400
    assert "shop_not_permitted" in answer.text
    assert "html" in answer.headers["content-type"]


async def test_a_retired_version_is_answered_by_a_live_one(client: Client) -> None:
    answer = await client.http.post(PATH.replace("2026-10", "2020-01"), json={"query": "{ shop { name } }"})
    assert answer.json()["data"]
    assert answer.headers["X-Shopify-API-Version"] != "2020-01"


async def test_a_field_nobody_declared_is_refused(client: Client) -> None:
    body = await client.ask("{ shop { colour } }")
    assert body["errors"]
    assert "data" not in body


async def test_a_refused_sale_names_its_field_and_makes_nothing(client: Client) -> None:
    before = len(client.shop.shop.orders)
    answer = await client.sell(quantity=0)
    assert answer["order"] is None
    assert answer["userErrors"][0]["field"] == ["order", "lineItems", "0", "quantity"]
    assert len(client.shop.shop.orders) == before


async def test_a_second_create_is_a_second_order_without_a_unique_reference(client: Client) -> None:
    first, second = await client.sell(), await client.sell()
    assert first["order"]["id"] != second["order"]["id"]


async def test_a_unique_reference_stops_the_second_and_finds_the_first_at_once(client: Client) -> None:
    where = {each: REFERENCE[each] for each in ("namespace", "key", "type")}
    definition = {**where, "name": "Sale reference", "ownerType": "ORDER"}
    await client.named("OrderMetafieldDefinition", definition=definition)
    client.shop.turn(search_lag=60)
    first, second = await client.sell(metafields=[REFERENCE]), await client.sell(metafields=[REFERENCE])
    assert second["order"] is None
    assert second["userErrors"][0]["field"] == ["order", "metafields", "0", "value"]
    asked = {each: REFERENCE[each] for each in ("namespace", "key", "value")}
    found = await client.named("OrderByOurReference", **asked)
    assert found["orderByIdentifier"]["id"] == first["order"]["id"]
    search = {"query": 'source_identifier:"TB1"'}
    assert (await client.named("OrdersBySourceIdentifier", **search))["orders"]["nodes"] == []
    client.clock.advance(61)
    assert len((await client.named("OrdersBySourceIdentifier", **search))["orders"]["nodes"]) == 1


async def test_stock_moves_only_when_the_options_say_so(client: Client) -> None:
    await client.sell()
    assert client.shop.ledger.stock["TEE-M"] == 25
    await client.sell(options={"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"})
    assert client.shop.ledger.stock["TEE-M"] == 24
    short = await client.sell("LAST-1", {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY"}, quantity=9)
    assert short["userErrors"][0]["code"] == "INVENTORY_CLAIM_FAILED"


def stock_input(client: Client, quantity: int, seen: int | None) -> dict[str, Any]:
    item = client.variant("MUG-BLU")["item_id"]
    place = next(where for (each, where) in client.shop.shop.levels if each == item)
    entry = {"inventoryItemId": item, "locationId": place, "quantity": quantity, "changeFromQuantity": seen}
    return {"name": "available", "reason": "correction", "quantities": [entry]}


async def test_stock_is_compared_before_it_is_set(client: Client) -> None:
    item = client.variant("MUG-BLU")["item_id"]
    seen = next(level[0] for (each, _), level in client.shop.shop.levels.items() if each == item)
    stale = await client.named("InventorySet", input=stock_input(client, 3, seen + 1), key="k-1")
    assert stale["inventorySetQuantities"]["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    for key, quantity, known in (("k-2", 4, seen), ("k-3", 5, None)):
        done = await client.named("InventorySet", input=stock_input(client, quantity, known), key=key)
        assert done["inventorySetQuantities"]["userErrors"] == []


async def test_a_key_has_one_effect_for_a_day_and_one_input(client: Client) -> None:
    given = stock_input(client, 7, None)
    first = await client.named("InventorySet", input=given, key="k-1")
    assert await client.named("InventorySet", input=given, key="k-1") == first
    other = await client.named("InventorySet", input=stock_input(client, 8, None), key="k-1")
    assert other["inventorySetQuantities"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    keyless = "mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) { __typename } }"
    assert (await client.ask(keyless, input=given))["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_pages_follow_opaque_cursors_without_gaps(client: Client) -> None:
    query = (
        "query ($after: String) { products(first: 2, after: $after, sortKey: UPDATED_AT)"
        " { nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    seen: list[str] = []
    after: str | None = None
    while True:
        page = (await client.ask(query, after=after))["data"]["products"]
        seen += [each["id"] for each in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == len(set(seen))
    assert set(seen) == set(client.shop.shop.products)
    assert (await client.ask("{ products(first: 251) { nodes { id } } }"))["errors"]


async def test_a_gift_card_is_found_by_its_whole_code_and_debits_repeat(client: Client) -> None:
    (card,) = (await client.named("GiftCardLookup", query="GIFTAAAA11112222"))["giftCards"]["nodes"]
    assert (await client.named("GiftCardLookup", query="2222"))["giftCards"]["nodes"] == []
    assert "1111" not in json.dumps(card)
    money = {"amount": "15.00", "currencyCode": "EUR"}
    for _ in range(2):
        await client.named("GiftCardDebit", id=card["id"], debitInput={"debitAmount": money, "note": "TB1"})
    (booked,) = [each for each in client.shop.ledger.gift_cards if each["code"].endswith("2222")]
    assert (booked["balance"], len([move for move in booked["moves"] if move["note"] == "TB1"])) == ("20.00", 2)
    refused = await client.named("GiftCardDebit", id=card["id"], debitInput={"debitAmount": {**money, "amount": "50"}})
    assert refused["giftCardDebit"]["userErrors"][0]["code"] == "INSUFFICIENT_FUNDS"


async def test_without_its_scope_gift_cards_are_denied_inside_a_200(client: Client) -> None:
    client.shop.turn(gift_card_scopes=False)
    body = await client.ask(document("GiftCardLookup"), query="GIFTAAAA11112222")
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_webhooks_are_signed_over_their_bytes_and_given_up_after_nine_rounds(client: Client) -> None:
    subscription = {"uri": "https://till.example/hook", "format": "JSON"}
    mutation = (
        "mutation ($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!)"
        " { webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) { userErrors { message } } }"
    )
    await client.ask(mutation, topic="ORDERS_CREATE", hook=subscription)
    heard: list[tuple[dict[str, str], bytes]] = []

    async def post(uri: str, headers: dict[str, str], body: bytes, status: int = 200) -> int:
        heard.append((headers, body))
        return status

    await client.sell()
    assert await client.shop.deliver_webhooks(post, twice=True) == 2
    headers, body = heard[0]
    key = client.shop.credentials()["client_secret"].encode()
    assert headers["X-Shopify-Hmac-SHA256"] == base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert heard[1][0]["X-Shopify-Webhook-Id"] == headers["X-Shopify-Webhook-Id"]
    assert json.loads(body)["admin_graphql_api_id"] in client.shop.shop.orders

    async def down(uri: str, headers: dict[str, str], body: bytes) -> int:
        return await post(uri, headers, body, 500)

    await client.sell()
    for _ in range(9):
        assert client.shop.shop.webhooks
        assert await client.shop.deliver_webhooks(down) == 0
    assert not client.shop.shop.webhooks


async def test_mail_goes_out_only_when_asked_for(client: Client) -> None:
    await client.sell(email="aoife.byrne@example.com")
    assert client.shop.outbox.mails == []
    await client.sell(email="aoife.byrne@example.com", options={"sendReceipt": True})
    assert [each.to for each in client.shop.outbox.mails] == ["aoife.byrne@example.com"]
