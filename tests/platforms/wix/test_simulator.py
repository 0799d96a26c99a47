"""What the sheet says of Wix, asked of the simulator itself, over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.wix.simulator import WixSimulator, wix_simulator
from tillbridge.platforms.wix.simulator.access import API_KEY, SITE_ID
from tillbridge.training.server import transport

GOODS, ORDERS = "/stores/v3/products/query", "/ecom/v1/orders/search"
LINE = {"productName": {"original": "Repair"}, "quantity": 1, "itemType": {"custom": "x"}, "price": {"amount": "9.00"}}
OFFLINE = LINE | {"paymentOption": "FULL_PAYMENT_OFFLINE"}


@dataclass
class Site:
    shop: WixSimulator
    clock: VirtualClock
    client: httpx.AsyncClient

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body or {}, headers=headers)

    async def order(self, *lines: dict[str, Any], **more: Any) -> httpx.Response:
        settings = more.pop("settings", {"notifications": {}})
        total = {"amount": f"{9 * len(lines):.2f}"}
        body = {"channelInfo": {"type": "POS"}, "lineItems": list(lines), "priceSummary": {"total": total}, **more}
        return await self.post("/ecom/v1/orders", {"order": body, "settings": settings})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    clock = VirtualClock()
    shop = wix_simulator(clock)
    headers = {"Authorization": API_KEY, "wix-site-id": SITE_ID}
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url, headers=headers) as client:
        yield Site(shop, clock, client)


def code_of(answer: httpx.Response) -> str:
    found: str = answer.json()["details"]["applicationError"]["code"]
    return found


async def test_a_key_needs_exactly_one_of_site_and_account(site: Site) -> None:
    assert (await site.post(GOODS)).status_code == 200
    assert (await site.post(GOODS, **{"wix-account-id": "a"})).status_code == 403
    site.client.headers.pop("wix-site-id")
    assert (await site.post(GOODS)).status_code == 403
    assert (await site.post(GOODS, Authorization="Bearer nobody")).status_code == 401


async def test_several_tokens_are_good_at_once_and_each_ends_after_four_hours(site: Site) -> None:
    given = site.shop.credentials()
    body = {"grant_type": "client_credentials", "client_id": given["app_id"], "client_secret": given["app_secret"]}
    tokens = []
    for _ in range(2):
        told = (await site.post("/oauth2/token", body | {"instance_id": given["instance_id"]})).json()
        tokens.append(told["access_token"])
        site.clock.advance(3600)
    for token in (*tokens, f"Bearer {tokens[0]}"):
        assert (await site.post(GOODS, Authorization=token)).status_code == 200
    site.clock.advance(2 * 3600 + 1)
    assert [(await site.post(GOODS, Authorization=each)).status_code for each in tokens] == [401, 200]


async def test_each_catalogue_refuses_the_others_calls(site: Site) -> None:
    assert (await site.post("/stores-reader/v1/products/query")).status_code == 428
    site.shop.switches.catalog = "V1_CATALOG"
    assert (await site.post(GOODS)).status_code == 428
    told = (await site.client.get("/stores/v3/provision/version")).json()
    assert told == {"catalogVersion": "V1_CATALOG"}
    assert (await site.post(ORDERS)).status_code == 200, "orders do not depend on it"


async def test_lists_have_no_variants_and_only_the_fields_asked_for(site: Site) -> None:
    bare = (await site.post(GOODS)).json()["products"][0]
    assert not {"variantsInfo", "currency", "plainDescription"} & set(bare)
    assert "itemsInfo" not in bare["media"]
    whole = (await site.client.get(f"/stores/v3/products/{bare['id']}")).json()["product"]
    assert whole["variantsInfo"]["variants"]


async def test_a_cursor_goes_alone_and_remembers_what_was_asked(site: Site) -> None:
    where = {"filter": {"visible": True}, "sort": [{"fieldName": "slug", "order": "ASC"}]}
    first = (await site.post(GOODS, {"query": {**where, "cursorPaging": {"limit": 3}}})).json()
    cursor = {"cursorPaging": {"limit": 3, "cursor": first["pagingMetadata"]["cursors"]["next"]}}
    assert (await site.post(GOODS, {"query": {**where, **cursor}})).status_code == 400
    second = (await site.post(GOODS, {"query": cursor})).json()
    slugs = [row["slug"] for row in (*first["products"], *second["products"])]
    assert slugs == sorted(slugs)
    assert len(set(slugs)) == 6
    assert (await site.post(GOODS, {"query": {"cursorPaging": {"limit": 3, "cursor": "stale"}}})).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (GOODS, {"query": {"filter": {"name": "Organic Tee"}}}),
        (GOODS, {"query": {"sort": [{"fieldName": "name"}]}}),
        (GOODS, {"query": {"cursorPaging": {"limit": 101}}}),
        ("/stores/v3/products/query-variants", {"query": {"filter": {"sku": "TEE-M"}}}),
        ("/stores/v3/inventory-items/query", {"query": {"cursorPaging": {"limit": 1001}}}),
        ("/contacts/v5/contacts/query", {"query": {"filter": {"name.first": "Aoife"}}}),
        ("/contacts/v5/contacts/query", {"query": {"filter": {"email.email": {"$startsWith": "a"}}}}),
        (ORDERS, {"search": {"filter": {"status": {"$gt": "A"}}}}),
        ("/stores/v2/coupons/query", {"query": {"filter": {"specification.code": "X"}}}),
        ("/stores/v2/coupons/query", {"query": {"filter": json.dumps({"specification.name": "X"})}}),
    ],
)
async def test_what_a_list_does_not_declare_is_refused(site: Site, path: str, body: dict[str, Any]) -> None:
    answer = await site.post(path, body)
    assert answer.status_code == 400
    assert answer.json()["details"]["validationError"]["fieldViolations"]


async def test_unknown_keys_are_dropped_without_a_word(site: Site) -> None:
    contact = {"name": {"first": "Ann"}, "emails": [{"email": "ann@example.com"}]}
    made = (await site.post("/contacts/v5/contacts", {"contact": contact})).json()["contact"]
    assert "email" not in made
    assert "emails" not in made


async def test_money_and_revisions_are_text_coupons_have_numbers_and_empty_values_are_left_out(site: Site) -> None:
    item = (await site.post("/stores/v3/inventory-items/query")).json()["inventoryItems"][0]
    assert isinstance(item["revision"], str)
    coupons = (await site.post("/stores/v2/coupons/query")).json()["coupons"]
    assert {type(row["specification"].get("percentOffRate", 0.0)) for row in coupons} <= {int, float}
    assert not any("numberOfUsages" in row for row in coupons if row["specification"]["code"] == "HARBOUR10")
    orders = (await site.post(ORDERS)).json()["orders"]
    assert all(isinstance(row["priceSummary"]["total"]["amount"], str) for row in orders)
    assert not any("discount" in row["priceSummary"] or "archived" in row for row in orders)


async def test_a_stale_revision_is_a_conflict_for_goods_stock_and_people(site: Site) -> None:
    product = next(iter(site.shop.site.products))
    item = next(iter(site.shop.site.items))
    contact = next(iter(site.shop.site.contacts))
    for path, name in (
        (f"/stores/v3/products/{product}", "product"),
        (f"/stores/v3/inventory-items/{item}", "inventoryItem"),
        (f"/contacts/v5/contacts/{contact}", "contact"),
    ):
        answer = await site.client.patch(path, json={name: {"revision": "99", "quantity": 3}})
        assert answer.status_code == 409, path


async def test_a_bulk_answer_is_good_even_when_rows_failed(site: Site) -> None:
    keys = list(site.shop.site.items)[:2]
    rows = [
        {"inventoryItem": {"id": key, "revision": revision, "quantity": 3}}
        for key, revision in zip(keys, "19", strict=True)
    ]
    answer = await site.post("/stores/v3/bulk/inventory-items/update", {"inventoryItems": rows})
    assert answer.status_code == 200
    assert answer.json()["bulkActionMetadata"] == {"totalSuccesses": 1, "totalFailures": 1}
    first, second = (each["itemMetadata"] for each in answer.json()["results"])
    assert (first["success"], "success" in second, second["error"]["code"]) == (
        True, False, "INVENTORY_ITEM_REVISION_MISMATCH",
    )  # fmt: skip


async def test_taking_away_more_than_there_is_must_be_allowed_by_word(site: Site) -> None:
    key = next(key for key, row in site.shop.site.items.items() if row["quantity"] == 1)
    body: dict[str, Any] = {"decrementData": [{"inventoryItemId": key, "decrementBy": 2}]}
    path = "/stores/v3/bulk/inventory-items/decrement"
    told = (await site.post(path, body)).json()["results"][0]["itemMetadata"]
    assert told["error"]["code"] == "INSUFFICIENT_INVENTORY"
    await site.post(path, body | {"restrictInventory": False})
    assert site.shop.site.items[key]["quantity"] == -1


async def test_the_same_order_twice_is_two_orders_and_both_notices_go_out_unless_switched_off(site: Site) -> None:
    buyer = {"email": "ann@example.com"}
    for _ in range(2):
        assert (await site.order(OFFLINE, buyerInfo=buyer)).status_code == 200
    assert [mail.to for mail in site.shop.outbox.mails] == ["ann@example.com", "owner@harbourlane.example"] * 2
    silent = {"notifications": {"sendNotificationToBuyer": False, "sendNotificationsToBusiness": False}}
    await site.order(OFFLINE, buyerInfo=buyer, settings=silent)
    assert len(site.shop.outbox.mails) == 4
    assert sum(row["email"] == "ann@example.com" for row in site.shop.site.contacts.values()) == 1


async def test_an_unpaid_online_order_is_seen_by_nobody_until_it_is_paid(site: Site) -> None:
    made = (await site.order(LINE)).json()["order"]
    assert made["status"] == "INITIALIZED"
    by_id = {"search": {"filter": {"id": made["id"]}}}
    assert "orders" not in (await site.post(ORDERS, by_id)).json()
    assert "orders" not in (await site.post(ORDERS, {"search": {"filter": {"status": "INITIALIZED"}}})).json()
    await site.post(f"/ecom/v1/payments-collector/orders/{made['id']}/mark-as-paid")
    (row,) = (await site.post(ORDERS, by_id)).json()["orders"]
    assert (row["status"], row["paymentStatus"]) == ("APPROVED", "PAID")
    again = await site.post(f"/ecom/v1/payments-collector/orders/{made['id']}/mark-as-paid")
    assert code_of(again) == "ORDER_ALREADY_PAID"


async def test_an_offline_order_is_approved_unpaid_and_payments_are_not_told_apart(site: Site) -> None:
    made = (await site.order(OFFLINE)).json()["order"]
    assert (made["status"], made["paymentStatus"]) == ("APPROVED", "NOT_PAID")
    details = {"offlinePayment": True}
    payment = {"amount": {"amount": "4.50"}, "status": "APPROVED", "regularPaymentDetails": details}
    seen = []
    for _ in range(3):
        await site.post(f"/ecom/v1/payments/orders/{made['id']}/add-payment", {"payments": [payment]})
        seen.append((await site.client.get(f"/ecom/v1/orders/{made['id']}")).json()["order"]["paymentStatus"])
    assert seen == ["PARTIALLY_PAID", "PAID", "PAID"]
    balance = (await site.client.get(f"/ecom/v1/orders/{made['id']}")).json()["order"]["balanceSummary"]
    assert balance["paid"]["amount"] == "13.50"


async def test_pending_orders_are_hidden_unless_asked_for(site: Site) -> None:
    shown = (await site.post(ORDERS)).json()["orders"]
    assert {row["status"] for row in shown} == {"APPROVED"}
    pending = (await site.post(ORDERS, {"search": {"filter": {"status": "PENDING"}}})).json()["orders"]
    assert len(pending) == 1


async def test_the_search_is_behind_and_a_read_by_id_is_not(site: Site) -> None:
    site.shop.switches.search_lag = 5.0
    made = (await site.order(OFFLINE, channelInfo={"type": "POS", "externalOrderId": "TB1"})).json()["order"]
    where = {"search": {"filter": {"channelInfo.externalOrderId": "TB1"}}}
    assert "orders" not in (await site.post(ORDERS, where)).json()
    assert (await site.client.get(f"/ecom/v1/orders/{made['id']}")).status_code == 200
    site.clock.advance(5)
    assert len((await site.post(ORDERS, where)).json()["orders"]) == 1


async def test_a_purchase_in_the_future_and_a_line_without_its_parts_are_refused(site: Site) -> None:
    late = await site.order(OFFLINE, purchasedDate="2027-01-01T00:00:00.000Z")
    assert code_of(late) == "PURCHASED_DATE_CANNOT_BE_IN_FUTURE"
    for name in ("productName", "quantity", "itemType", "price"):
        answer = await site.order({key: value for key, value in OFFLINE.items() if key != name})
        assert answer.status_code == 400, name
    assert (await site.order(OFFLINE | {"id": "17"})).status_code == 400


async def test_an_imported_order_does_nothing_and_is_written_over_by_its_id_only(site: Site) -> None:
    body = {
        "channelInfo": {"type": "POS"}, "lineItems": [OFFLINE], "priceSummary": {"total": {"amount": "9.00"}},
        "billingInfo": {"contactDetails": {"firstName": "Ann"}}, "paymentStatus": "PAID", "status": "APPROVED",
        "number": "7", "buyerInfo": {"email": "new@example.com"},
    }  # fmt: skip
    before = dict(site.shop.ledger.stock)
    made = (await site.post("/ecom/v1/orders/import", {"order": body})).json()["order"]
    assert (made["number"], made["paymentStatus"]) == ("7", "PAID")
    assert (site.shop.outbox.mails, site.shop.ledger.stock) == ([], before)
    assert not any(row["email"] == "new@example.com" for row in site.shop.site.contacts.values())
    again = (await site.post("/ecom/v1/orders/import", {"order": body | {"id": made["id"], "number": "8"}})).json()
    assert (again["order"]["id"], again["order"]["number"]) == (made["id"], "8")
    own = (await site.order(OFFLINE)).json()["order"]["id"]
    refused = await site.post("/ecom/v1/orders/import", {"order": body | {"id": own}})
    assert code_of(refused) == "CANNOT_OVERWRITE_NON_IMPORTED_ORDER"


async def test_a_debit_is_kept_by_its_key_and_a_providers_is_not(site: Site) -> None:
    card = next(row for row in site.shop.site.cards.values() if row["balance"] == 50)
    path = f"/gift-cards/v1/gift-cards/{card['id']}"
    body = {"amount": {"amount": "15.00"}, "idempotencyKey": "k-1"}
    for _ in range(2):
        assert (await site.post(f"{path}/decrease-balance", body)).json()["balance"]["amount"] == "35.00"
    short = await site.post(f"{path}/decrease-balance", {"amount": {"amount": "36.00"}, "idempotencyKey": "k-2"})
    assert code_of(short) == "INSUFFICIENT_FUNDS"
    (row,) = (await site.post(f"{path}/transactions/query")).json()["transactions"]
    assert (row["operationType"], "note" in row, "idempotencyKey" in row) == ("SUBTRACT", False, False)
    redeem = {"code": card["code"], "amount": {"value": "5.00", "currency": "EUR"}, "appId": card["id"]}
    ids = [(await site.post("/ecom/v1/gift-cards/redeem", redeem)).json()["transactionId"] for _ in range(2)]
    assert card["balance"] == 25
    for status in (200, 409):
        answer = await site.post("/ecom/v1/gift-cards/void", {"transactionId": ids[0], "appId": card["id"]})
        assert answer.status_code == status
    assert card["balance"] == 30
    masked = (await site.post("/gift-cards/v1/gift-cards/query")).json()["giftCards"]
    assert all(row["code"].startswith("****") for row in masked)


async def test_a_minute_holds_two_hundred_calls_and_nothing_tells_when_to_come_back(site: Site) -> None:
    seen = [await site.client.get("/stores/v3/provision/version") for _ in range(201)]
    assert [each.status_code for each in seen].count(429) == 1
    assert "retry-after" not in seen[-1].headers
    assert code_of(seen[-1]) == "RESOURCE_EXHAUSTED"
    site.clock.advance(1)
    assert (await site.client.get("/stores/v3/provision/version")).status_code == 200


async def test_trouble_comes_as_the_apis_own_error_and_as_a_page(site: Site) -> None:
    site.shop.faults.arm("error_5xx", times=2)
    kinds = [(await site.post(GOODS)).headers["content-type"].split(";")[0] for _ in range(2)]
    assert kinds == ["application/json", "text/html"]


async def test_the_switches_are_turned_at_the_control_door(site: Site) -> None:
    told = (await site.client.post("/__control__/switches", json={"search_lag": 3})).json()
    assert told["search_lag"] == 3.0
    assert (await site.client.post("/__control__/switches", json={"weather": 1})).status_code == 400
