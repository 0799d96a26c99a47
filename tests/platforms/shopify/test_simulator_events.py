"""What the pretended shop sends by itself: signed webhooks in the vendor's shape, and the files of bulk reads."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from tests.platforms.shopify.store import Store, opened, paid
from tests.support import contracts

SUBSCRIBE = """mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id } userErrors { message } } }"""
LISTED = "query { webhookSubscriptions(first: 50) { nodes { topic uri apiVersion { handle } } } }"
BULK = """mutation ($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id status } userErrors { code message } } }"""
STATUS = """query ($id: ID!) { bulkOperation(id: $id) {
  status errorCode objectCount rootObjectCount url partialDataUrl } }"""
GOODS = "{ products { edges { node { id title variants { edges { node { id sku inventoryItem { tracked } } } } } } } }"
HOOK = "https://till.example/hook"
TOPICS = {
    "ORDERS_CREATE": "orders.create", "ORDERS_PAID": "orders.paid", "ORDERS_UPDATED": "orders.updated",
    "ORDERS_CANCELLED": "orders.cancelled", "REFUNDS_CREATE": "refunds.create", "PRODUCTS_UPDATE": "products.update",
    "INVENTORY_LEVELS_UPDATE": "inventory_levels.update", "CUSTOMERS_CREATE": "customers.create",
    "CUSTOMERS_UPDATE": "customers.update", "BULK_OPERATIONS_FINISH": "bulk_operations.finish",
}  # fmt: skip


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


class Listener:
    """Takes deliveries and answers as it is told."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[tuple[Mapping[str, str], bytes]] = []

    async def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.got.append(({name.lower(): value for name, value in headers.items()}, body))
        return self.status

    def header(self, name: str) -> list[str]:
        return [headers[name] for headers, _ in self.got]


async def subscribe(store: Store, topic: str, uri: str = HOOK) -> Any:
    return (await store.ask(SUBSCRIBE, topic=topic, uri=uri))["webhookSubscriptionCreate"]


async def everything_happens(store: Store) -> None:
    """A sale, a refund, a cancel, a customer made and changed, and a bulk read."""
    email = "new@example.com"
    person = (await store.ask(
        "mutation ($i: CustomerInput!) { customerCreate(input: $i) { customer { id } } }", i={"email": email}
    ))["customerCreate"]["customer"]["id"]  # fmt: skip
    await store.ask(
        "mutation ($i: CustomerInput!) { customerUpdate(input: $i) { customer { id } } }", i={"id": person, "note": "x"}
    )
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    tax = [{"title": "VAT", "rate": "0.23", "priceSet": {"shopMoney": {"amount": "1.20", "currencyCode": "EUR"}}}]
    sold = await store.sell(
        await store.line("SOAP-1", 2, taxLines=tax), transactions=[paid("12.80")], options=options,
        customer={"toAssociate": {"id": person}}, email=email, customAttributes=[{"key": "till", "value": "T1"}],
        discountCode={"itemPercentageDiscountCode": {"code": "HARBOUR10", "percentage": 0.0}},
    )  # fmt: skip
    order, line = sold["order"]["id"], sold["order"]["lineItems"]["nodes"][0]["id"]
    given = {
        "orderId": order, "refundLineItems": [{"lineItemId": line, "quantity": 1, "restockType": "NO_RESTOCK"}],
        "transactions": [{"orderId": order, "kind": "REFUND", "gateway": "POS cash", "amount": "6.40"}],
    }  # fmt: skip
    refund = """mutation ($i: RefundInput!) { refundCreate(input: $i) @idempotent(key: "r") { refund { id } } }"""
    await store.ask(refund, i=given)
    await store.ask(f'mutation {{ orderCancel(orderId: "{order}", reason: STAFF, restock: true) {{ job {{ id }} }} }}')
    await store.ask(BULK, query=GOODS)
    store.clock.advance(10)
    await store.ask("query { shop { name } }")


async def test_a_delivery_is_signed_over_its_raw_bytes(store: Store) -> None:
    await subscribe(store, "ORDERS_CREATE")
    await store.sell(await store.line("SOAP-1"), sourceIdentifier="TB1")
    listener = Listener()
    assert await store.shop.deliver_webhooks(listener) == 1
    [(headers, body)] = listener.got
    secret = store.shop.credentials()["client_secret"].encode()
    expected = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    assert headers["x-shopify-hmac-sha256"] == expected
    assert headers["x-shopify-topic"] == "orders/create"
    assert headers["x-shopify-shop-domain"] == store.shop.shop.domain
    told = json.loads(body)
    assert (told["source_identifier"], told["total_price"], told["line_items"][0]["sku"]) == ("TB1", "6.40", "SOAP-1")
    assert told["admin_graphql_api_id"].endswith(f"/{told['id']}")


async def test_twice_has_the_same_id_and_the_order_may_turn_round(store: Store) -> None:
    await subscribe(store, "ORDERS_CREATE")
    for name in ("first", "second"):
        await store.sell(await store.line("SOAP-1"), sourceIdentifier=name)
    listener = Listener()
    await store.shop.deliver_webhooks(listener, twice=True, reverse=True)
    names = [json.loads(body)["source_identifier"] for _, body in listener.got]
    assert names == ["second", "second", "first", "first"]
    ids = listener.header("x-shopify-webhook-id")
    assert (ids[0] == ids[1], ids[1] == ids[2], ids[2] == ids[3]) == (True, False, True)


async def test_a_delivery_nobody_takes_is_tried_again_with_its_id_and_ends_the_subscription(store: Store) -> None:
    await subscribe(store, "ORDERS_CREATE")
    await store.sell(await store.line("SOAP-1"))
    deaf = Listener(500)
    for _ in range(8):
        assert await store.shop.deliver_webhooks(deaf) == 0
    assert len((await store.ask(LISTED))["webhookSubscriptions"]["nodes"]) == 1
    await store.shop.deliver_webhooks(deaf)
    assert len(set(deaf.header("x-shopify-webhook-id"))) == 1
    assert (await store.ask(LISTED))["webhookSubscriptions"]["nodes"] == [], "deleted after eight retries"
    assert await store.shop.deliver_webhooks(Listener()) == 0


async def test_a_subscription_is_https_and_there_once(store: Store) -> None:
    assert (await subscribe(store, "ORDERS_CREATE", "http://till.example/hook"))["userErrors"]
    assert (await subscribe(store, "ORDERS_CREATE"))["userErrors"] == []
    assert "taken" in (await subscribe(store, "ORDERS_CREATE"))["userErrors"][0]["message"]
    [row] = (await store.ask(LISTED))["webhookSubscriptions"]["nodes"]
    assert row == {"topic": "ORDERS_CREATE", "uri": HOOK, "apiVersion": {"handle": "2026-10"}}


async def test_every_topic_happens_and_the_newest_state_is_told(store: Store) -> None:
    for topic in TOPICS:
        await subscribe(store, topic)
    await everything_happens(store)
    listener = Listener()
    await store.shop.deliver_webhooks(listener)
    assert set(listener.header("x-shopify-topic")) == {each.replace(".", "/") for each in TOPICS.values()}
    bodies = {headers["x-shopify-topic"]: json.loads(body) for headers, body in listener.got}
    assert bodies["orders/cancelled"]["cancelled_at"]
    assert bodies["orders/create"]["cancelled_at"] is None, "as it was then"
    assert bodies["inventory_levels/update"]["available"] == 24


@pytest.mark.skipif(not contracts.CONTRACTS.exists(), reason=contracts.ABSENT)
@pytest.mark.parametrize("topic", TOPICS)
async def test_a_body_says_nothing_the_vendors_does_not(store: Store, topic: str) -> None:
    await subscribe(store, topic)
    await everything_happens(store)
    listener = Listener()
    await store.shop.deliver_webhooks(listener)
    wanted = json.loads((contracts.CONTRACTS / "shopify" / "webhooks" / f"{TOPICS[topic]}.json").read_text())
    assert listener.got
    for _, body in listener.got:
        assert strangers(json.loads(body), wanted, topic) == []


KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}


def strangers(value: Any, wanted: dict[str, Any], path: str) -> list[str]:
    """Names and types that the vendor's schema of a body does not know. Its lists of needed names are a hint only."""
    kinds = wanted.get("type", [])
    allowed = [kinds] if isinstance(kinds, str) else kinds
    if value is None:
        return []
    if allowed and KINDS[type(value)] not in allowed and not (isinstance(value, int) and "number" in allowed):
        return [f"{path} is {value!r}, not {kinds}"]
    if isinstance(value, list):
        return [
            each for at, one in enumerate(value) for each in strangers(one, wanted.get("items", {}), f"{path}[{at}]")
        ]
    if not isinstance(value, dict) or "properties" not in wanted:
        return []
    known = wanted["properties"]
    found = [f"{path}.{name}" for name in value if name not in known]
    return found + [
        each for name in value if name in known for each in strangers(value[name], known[name], f"{path}.{name}")
    ]


async def bulk(store: Store, query: str) -> Any:
    started = (await store.ask(BULK, query=query))["bulkOperationRunQuery"]
    assert started["userErrors"] == []
    assert started["bulkOperation"]["status"] == "RUNNING"
    store.clock.advance(10)
    return (await store.ask(STATUS, id=started["bulkOperation"]["id"]))["bulkOperation"]


async def test_a_bulk_read_is_a_file_of_lines_with_children_apart(store: Store) -> None:
    done = await bulk(store, GOODS)
    assert (done["status"], done["objectCount"], done["rootObjectCount"]) == ("COMPLETED", "19", "8")
    fetched = await store.http.get(done["url"])
    lines = [json.loads(line) for line in fetched.text.splitlines()]
    products = {line["id"]: line["title"] for line in lines if "__parentId" not in line}
    mugs = [line for line in lines if products.get(line.get("__parentId", "")) == "Enamel Mug"]
    assert [line["sku"] for line in mugs] == ["MUG-BLU", "MUG-RED"]
    assert mugs[0]["inventoryItem"] == {"tracked": True}
    assert len(lines) == 19


async def test_an_empty_bulk_read_has_no_file(store: Store) -> None:
    store.shop.shop.products.clear()
    assert (await bulk(store, GOODS))["url"] is None


async def test_a_bulk_read_that_breaks_off_leaves_a_part(store: Store) -> None:
    store.shop.turn(bulk_fails=True)
    done = await bulk(store, GOODS)
    assert (done["status"], done["errorCode"], done["url"]) == ("FAILED", "INTERNAL_SERVER_ERROR", None)
    assert len((await store.http.get(done["partialDataUrl"])).text.splitlines()) == 9


@pytest.mark.parametrize(
    "query",
    ["{ shop { name } }", "{ products { edges { node { id } } } orders { edges { node { id } } } }", "{ nonsense"],
)
async def test_a_bulk_read_is_of_one_list(store: Store, query: str) -> None:
    made = (await store.ask(BULK, query=query))["bulkOperationRunQuery"]
    assert (made["bulkOperation"], made["userErrors"][0]["code"]) == (None, "INVALID")


async def test_five_bulk_reads_at_a_time(store: Store) -> None:
    for _ in range(5):
        await store.ask(BULK, query=GOODS)
    made = (await store.ask(BULK, query=GOODS))["bulkOperationRunQuery"]
    assert made["userErrors"][0]["code"] == "LIMIT_REACHED"
