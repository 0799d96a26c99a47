"""What the sheet says of a Squarespace site, asked of the simulator itself, without our adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.squarespace.simulator import (
    SquarespaceOauthSimulator,
    demo,
    login,
    squarespace_oauth_simulator,
)
from tillbridge.training.server import transport

KEY = {"Authorization": f"Bearer {demo.API_KEY}", "User-Agent": "OurPOS/1.4"}
ORDERS, ADJUST = "/1.0/commerce/orders", "/1.0/commerce/inventory/adjustments"
TOKENS = "/api/1/login/oauth/provider/tokens"


class Site:
    """The simulator with a client on it."""

    def __init__(self, shop: SquarespaceOauthSimulator, clock: VirtualClock, client: httpx.AsyncClient) -> None:
        self.shop, self.clock, self.client = shop, clock, client

    def variant(self, sku: str) -> dict[str, Any]:
        rows = [each for row in self.shop.store.products.values() for each in row["variants"]]
        return next(each for each in rows if each["sku"] == sku)

    def order(self, **more: Any) -> dict[str, Any]:
        line = {"lineItemType": "PHYSICAL_PRODUCT", "variantId": self.variant("TEE-M")["id"], "quantity": 1}
        price = {"currency": "EUR", "value": "24.90"}
        return {
            "channelName": "Till", "externalOrderReference": "POS-1", "createdOn": "2026-11-24T09:00:00Z",
            "fulfillments": [], "priceTaxInterpretation": "INCLUSIVE", "subtotal": price, "grandTotal": price,
            "lineItems": [line | {"unitPricePaid": price}], **more,
        }  # fmt: skip

    async def post(self, path: str, body: Any, key: str = "", **headers: str) -> httpx.Response:
        more = {"Idempotency-Key": key} if key else {}
        return await self.client.post(path, json=body, headers={**more, **headers})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    clock = VirtualClock()
    shop = squarespace_oauth_simulator(clock)
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url, headers=KEY) as client:
        yield Site(shop, clock, client)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and subtype, once all members of the envelope were seen."""
    body = answer.json()
    assert set(body) == {"type", "subtype", "message", "details", "contextId"}
    return answer.status_code, body["subtype"]


async def test_a_call_without_user_agent_or_with_a_wrong_token_is_refused(site: Site) -> None:
    path = "/1.0/authorization/website"
    assert told(await site.client.get(path, headers={"User-Agent": ""}))[0] == 400
    for wrong in ("", "Bearer nobody", demo.API_KEY):
        assert told(await site.client.get(path, headers={"Authorization": wrong}))[0] == 401
    site.shop.switches.expired = True
    assert told(await site.client.get(path))[0] == 402


async def test_a_key_may_not_touch_webhooks_and_a_poor_one_not_write(site: Site) -> None:
    assert told(await site.client.get("/1.0/webhook_subscriptions")) == (403, "OAUTH_TOKEN_REQUIRED")
    site.shop.store.passes[demo.API_KEY].scopes = frozenset({"website.orders.read"})
    assert (await site.client.get(ORDERS)).status_code == 200
    assert told(await site.post(ORDERS, site.order(), "k")) == (403, "MISSING_SCOPE")


async def test_the_token_host(site: Site) -> None:
    code = login.new_code(site.shop.store)
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": login.REDIRECT}
    pair = (login.CLIENT_ID, login.CLIENT_SECRET)

    async def grant(body: Any, auth: tuple[str, str] = pair) -> httpx.Response:
        return await site.client.post(TOKENS, json=body, auth=auth)

    assert (await grant(asked, ("x", "y"))).status_code == 401
    first = (await grant(asked)).json()
    ends = float(first["access_token_expires_at"]) - site.clock.now().timestamp()
    assert (ends, "." in first["access_token_expires_at"], "expires_in" in first) == (1800, True, False)
    assert (await grant(asked)).status_code == 400, "a code is good once"
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert (await grant(again)).json()["refresh_token"] != first["refresh_token"]
    assert (await grant(again)).status_code == 400, "a refresh token dies on use"
    old = login.new_code(site.shop.store)
    site.clock.advance(121)
    assert (await grant({**asked, "code": old})).status_code == 400
    site.clock.advance(1800)
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert told(await site.client.get(ORDERS, headers=bearer))[0] == 401


async def test_three_hundred_calls_a_minute_then_a_minute_of_nothing(site: Site) -> None:
    site.shop.switches.calls_a_minute = 5
    answers = [await site.client.get("/1.0/authorization/website") for _ in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert not {name for name in answers[5].headers if "rate" in name or "retry" in name}
    site.clock.advance(59)
    assert (await site.client.get("/1.0/authorization/website")).status_code == 429
    site.clock.advance(1)
    assert (await site.client.get("/1.0/authorization/website")).status_code == 200


async def test_lists_take_both_bounds_and_a_cursor_alone(site: Site) -> None:
    for number in range(60):
        await site.post(
            ORDERS, site.order(externalOrderReference=f"P-{number}", inventoryBehavior="SKIP"), f"k{number}"
        )
    page = (await site.client.get(ORDERS)).json()
    assert (len(page["result"]), page["pagination"]["hasNextPage"]) == (50, True)
    cursor = page["pagination"]["nextPageCursor"]
    assert len((await site.client.get(ORDERS, params={"cursor": cursor})).json()["result"]) == 12
    for wrong in (
        {"cursor": cursor, "fulfillmentStatus": "PENDING"},
        {"modifiedAfter": "2026-11-24T09:00:00Z"},
        {"cursor": "made up"},
    ):
        assert told(await site.client.get(ORDERS, params=wrong))[0] == 400


async def test_payment_states_are_hidden_unless_asked_for(site: Site) -> None:
    shown = [each["paymentState"] for each in (await site.client.get(ORDERS)).json()["result"]]
    failed = (await site.client.get(ORDERS, params={"paymentStates": "FAILED"})).json()["result"]
    assert ("FAILED" in shown, [each["paymentState"] for each in failed]) == (False, ["FAILED"])


async def test_an_imported_order_is_paid_external_and_echoes_its_key(site: Site) -> None:
    answer = await site.post(ORDERS, site.order(inventoryBehavior="DEDUCT"), "k")
    body = answer.json()
    assert answer.status_code == 201
    assert (body["paymentState"], body["channel"], body["idempotencyKey"]) == ("PAID", "external", "k")
    assert (body["orderNumber"].isdigit(), body["shippingLines"]) == (True, None)
    assert site.variant("TEE-M")["quantity"] == 24
    assert "idempotencyKey" not in (await site.client.get(f"{ORDERS}/{body['id']}")).json()


async def test_what_an_import_must_have(site: Site) -> None:
    whole = site.order()
    for name in ("channelName", "externalOrderReference", "fulfillments", "subtotal", "grandTotal", "lineItems"):
        body = {key: value for key, value in whole.items() if key != name}
        assert told(await site.post(ORDERS, body, "k")) == (400, "MISSING_ARGUMENT"), name
    wrong: tuple[dict[str, Any], ...] = (
        {"subtotal": {"currency": "EUR", "value": "24.89"}},
        {"channelName": "x" * 31},
        {"lineItems": [whole["lineItems"][0] | {"quantity": 0}]},
        {"lineItems": [whole["lineItems"][0] | {"lineItemType": "SERVICE"}]},
    )
    for each in wrong:
        assert told(await site.post(ORDERS, whole | each, "k")) == (400, "INVALID_ARGUMENT"), each
    dollars = {"currency": "USD", "value": "24.90"}
    assert told(await site.post(ORDERS, whole | {"grandTotal": dollars}, "k")) == (400, "CURRENCY_MISMATCH")
    gone = whole["lineItems"][0] | {"variantId": "nobody"}
    assert told(await site.post(ORDERS, whole | {"lineItems": [gone]}, "k")) == (404, "PRODUCT_VARIANT_NOT_FOUND")
    fulfilled = whole | {"fulfillmentStatus": "FULFILLED"}
    assert told(await site.post(ORDERS, fulfilled, "k")) == (400, "MISSING_ARGUMENT")
    assert told(await site.post(ORDERS, whole))[0] == 400, "without a key"


async def test_too_little_stock_places_nothing(site: Site) -> None:
    site.variant("TEE-M")["quantity"] = 0
    before = len(site.shop.store.orders)
    assert told(await site.post(ORDERS, site.order(inventoryBehavior="DEDUCT"), "k")) == (409, "INSUFFICIENT_STOCK")
    assert len(site.shop.store.orders) == before
    assert told(await site.post(ORDERS, site.order(), "k"))[0] == 400, "another body needs another key"
    site.variant("TEE-M")["quantity"] = 1
    assert (await site.post(ORDERS, site.order(inventoryBehavior="DEDUCT"), "k")).status_code == 201


async def test_a_key_is_remembered_with_its_body_for_two_days(site: Site) -> None:
    first = await site.post(ORDERS, site.order(), "k")
    again = await site.post(ORDERS, site.order(), "k")
    assert (again.status_code, again.content) == (201, first.content)
    assert told(await site.post(ORDERS, site.order(channelName="Other"), "k"))[0] == 400
    site.shop.store.in_flight.add("busy")
    assert told(await site.post(ORDERS, site.order(), "busy")) == (409, "CONCURRENT_MODIFICATION")
    site.clock.advance(48 * 3600)
    assert (await site.post(ORDERS, site.order(), "k")).json()["id"] != first.json()["id"]


async def test_an_adjustment_is_all_or_nothing_and_empty(site: Site) -> None:
    tee, soap, wax = (site.variant(sku) for sku in ("TEE-M", "SOAP-1", "WAX-1"))

    def by(variant: dict[str, Any], quantity: int) -> dict[str, Any]:
        return {"variantId": variant["id"], "quantity": quantity}

    fine = {"incrementOperations": [by(tee, 2)], "setFiniteOperations": [by(soap, 7)]}
    answer = await site.post(ADJUST, fine, "k")
    assert (answer.status_code, answer.content) == (204, b"")
    await site.post(ADJUST, fine, "k")
    assert (tee["quantity"], soap["quantity"]) == (27, 7)
    refused: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"incrementOperations": [by(soap, 1)], "decrementOperations": [by(tee, 99)]}, 409, "INSUFFICIENT_STOCK"),
        ({"decrementOperations": [by(wax, 1)]}, 409, "STOCK_NOT_TRACKED"),
        ({"incrementOperations": [by(tee, 2_147_483_647)]}, 409, "STOCK_EXCEEDS_MAX"),
        ({"incrementOperations": [by(tee, 1)], "decrementOperations": [by(tee, 1)]}, 400, "INVALID_ARGUMENT"),
        ({"incrementOperations": [by({"id": str(at)}, 1) for at in range(51)]}, 400, "INVALID_ARGUMENT"),
        ({}, 400, "INVALID_ARGUMENT"),
    )
    for at, (body, status, subtype) in enumerate(refused):
        assert told(await site.post(ADJUST, body, f"k{at}")) == (status, subtype)
    assert (tee["quantity"], soap["quantity"]) == (27, 7)
    await site.post(ADJUST, {"setUnlimitedOperations": [tee["id"]]}, "u")
    assert tee["unlimited"]


async def test_one_unknown_id_fails_a_whole_read(site: Site) -> None:
    known = site.variant("TEE-M")["id"]
    assert (await site.client.get(f"/1.0/commerce/inventory/{known}")).status_code == 200
    both = await site.client.get(f"/1.0/commerce/inventory/{known},nobody")
    assert told(both) == (404, "INVENTORY_ITEM_NOT_FOUND")


async def test_orders_cannot_be_cancelled_refunded_or_changed(site: Site) -> None:
    made = (await site.post(ORDERS, site.order(), "k")).json()["id"]
    for ending in ("/cancel", "/refunds"):
        assert told(await site.post(f"{ORDERS}/{made}{ending}", {}))[0] == 404
    assert told(await site.client.delete(f"{ORDERS}/{made}"))[0] == 405
    assert told(await site.client.get("/1.0/commerce/gift_cards"))[0] == 404


async def test_a_fulfilled_order_mails_its_shopper_unless_told_not_to(site: Site) -> None:
    done = {"fulfillmentStatus": "FULFILLED", "fulfilledOn": "2026-11-24T09:00:00Z", "customerEmail": "a@example.com"}
    await site.post(ORDERS, site.order(**done, shopperFulfillmentNotificationBehavior="SKIP"), "k1")
    assert site.shop.outbox.mails == []
    await site.post(ORDERS, site.order(**done, externalOrderReference="POS-2"), "k2")
    assert [each.to for each in site.shop.outbox.mails] == ["a@example.com"]
    body: dict[str, Any] = {"shouldSendNotification": True, "shipments": []}
    made = (await site.post(ORDERS, site.order(customerEmail="b@example.com"), "k3")).json()["id"]
    assert (await site.post(f"{ORDERS}/{made}/fulfillments", body)).status_code == 204
    assert site.shop.outbox.mails[-1].to == "b@example.com"


async def test_contacts_need_four_members_are_made_once_and_patched_by_merge(site: Site) -> None:
    whole = {
        "firstName": "Ann", "lastName": "Vos", "locale": "nl-NL",
        "primaryEmail": {"email": "ann@example.com", "acceptsMarketing": True},
    }  # fmt: skip
    for name in whole:
        body = {key: value for key, value in whole.items() if key != name}
        assert told(await site.post("/v1/contacts", body)) == (400, "MISSING_ARGUMENT")
    made = (await site.post("/v1/contacts", whole)).json()["contact"]
    assert made["primaryEmail"]["acceptsMarketing"]["acceptsMarketing"] is True
    assert told(await site.post("/v1/contacts", whole)) == (409, "DUPLICATE_USER_CONFLICT")
    path = f"/v1/contacts/{made['id']}"
    assert told(await site.client.patch(path, json={"lastName": "Smit"})) == (400, "INVALID_CONTENT_TYPE")
    merge = {"Content-Type": "application/merge-patch+json"}
    await site.client.patch(path, content=b'{"primaryEmail":{"acceptsMarketing":false}}', headers=merge)
    after = (await site.client.get(path)).json()["contact"]
    consent = after["primaryEmail"]["acceptsMarketing"]
    assert (after["lastName"], consent["acceptsMarketing"], bool(consent["leftOn"])) == ("Vos", False, True)


async def test_discounts_are_searched_by_free_text_and_a_used_up_one_is_still_active(site: Site) -> None:
    async def found(**query: str) -> dict[str, str]:
        rows = (await site.client.get("/v1/commerce/discounts", params=query)).json()["discounts"]
        return {each["trigger"]["promoCode"]: each["status"] for each in rows}

    assert await found(search="onc") == {"ONCEONLY": "ACTIVE"}
    assert await found(status="EXPIRED") == {"EXPIRED5": "EXPIRED"}
    assert len(await found(trigger="CODE", limit="3", offset="2")) == 3


async def test_an_imported_code_is_counted_only_where_the_switch_says_so(site: Site) -> None:
    code = next(row for row in site.shop.store.discounts.values() if row["trigger"]["promoCode"] == "HARBOUR10")
    lines = [{"name": "Ten", "promoCode": "HARBOUR10", "amount": {"currency": "EUR", "value": "2.49"}}]
    await site.post(ORDERS, site.order(discountLines=lines), "k1")
    assert code["numberOfUses"] == 0
    site.shop.switches.counts_imported_codes = True
    await site.post(ORDERS, site.order(discountLines=lines), "k2")
    assert code["numberOfUses"] == 1


async def test_the_edge_fails_in_pages_and_in_the_envelope(site: Site) -> None:
    site.shop.faults.arm("error_5xx", times=4)
    answers = [await site.client.get(ORDERS) for _ in range(4)]
    assert [each.status_code for each in answers] == [503, 502, 500, 502]
    assert ["html" in each.headers["content-type"] for each in answers] == [False, True, False, True]


async def test_the_switches_are_at_the_control_door(site: Site) -> None:
    assert (await site.client.get("/__control__/switches")).json()["orders_an_hour"] == 100
    await site.client.post("/__control__/switches", json={"orders_an_hour": 5})
    assert site.shop.switches.orders_an_hour == 5
    assert (await site.client.post("/__control__/switches", json={"weather": 1})).status_code == 400
