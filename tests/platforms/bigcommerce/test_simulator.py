"""The pretended store does what the sheet says of a real one, seen over HTTP without the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.clock import VirtualClock
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator, bigcommerce_simulator, demo
from tillbridge.training.server import transport

ADDRESS = {"first_name": "Ann", "zip": "2611 AA", "email": "ann@example.com"}
Row = dict[str, Any]


@dataclass
class Counter:
    """A client of the store with the full account."""

    shop: BigCommerceSimulator
    clock: VirtualClock
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.http.request(method, path, json=body, params=query)

    def line(self, sku: str = "TEE-M", quantity: int = 1, **more: Any) -> Row:
        row = next(each for p in self.shop.store.products.values() for each in p["variants"] if each["sku"] == sku)
        return {"product_id": row["product_id"], "variant_id": row["id"], "quantity": quantity, **more}

    def order(self, **more: Any) -> Row:
        return {"billing_address": ADDRESS, "products": [self.line()], "status_id": 10, **more}


@pytest.fixture
async def till() -> AsyncIterator[Counter]:
    clock = VirtualClock()
    shop = bigcommerce_simulator(clock)
    async with httpx.AsyncClient(
        transport=transport([shop]),
        base_url=f"{shop.base_url}/stores/{shop.store.hash}",
        headers={"X-Auth-Token": demo.TOKEN},
    ) as http:
        yield Counter(shop, clock, http)


async def test_who_may_come_in(till: Counter) -> None:
    assert (
        (await till.http.get(f"{till.shop.base_url}/stores/other/v2/store"))
        .headers["content-type"]
        .startswith("text/html")
    )
    wrong = await till.http.get("/v3/customers", headers={"X-Auth-Token": "no"})
    assert (wrong.status_code, wrong.json()["title"][:12]) == (401, "Unauthorized")
    old = await till.http.get("/v2/orders", headers={"X-Auth-Token": "no"})
    assert (old.status_code, isinstance(old.json(), list)) == (401, True)
    may_read = {"X-Auth-Token": demo.READ_ONLY_TOKEN}
    assert (await till.http.get("/v2/orders", headers=may_read)).status_code == 200
    refused = await till.http.post("/v2/orders", json=till.order(), headers=may_read)
    assert (refused.status_code, "required scope" in refused.text) == (403, True)


async def test_the_window_of_calls_is_told_and_kept(till: Counter) -> None:
    till.shop.switches.quota = 3
    left = [(await till.ask("GET", "/v2/time")).headers["x-rate-limit-requests-left"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    stopped = await till.ask("GET", "/v2/time")
    assert (stopped.status_code, stopped.headers["x-rate-limit-time-reset-ms"], stopped.content) == (429, "30000", b"")
    till.shop.switches.shed_load = True
    assert "x-rate-limit-time-reset-ms" not in (await till.ask("GET", "/v2/time")).headers
    till.clock.advance(30)
    assert (await till.ask("GET", "/v2/time")).status_code == 200


async def test_lists_of_both_versions(till: Counter) -> None:
    first = (await till.ask("GET", "/v3/catalog/products", limit=3)).json()["meta"]["pagination"]
    assert (first["total"], first["count"], first["links"]["next"]) == (8, 3, "?limit=3&page=2")
    whole = (await till.ask("GET", "/v3/catalog/products", limit=9999)).json()["meta"]["pagination"]
    assert whole["per_page"] == 250
    capped = await till.ask("GET", "/v3/catalog/products", limit=250, include="variants,options")
    assert capped.json()["meta"]["pagination"]["per_page"] == 10
    empty = await till.ask("GET", "/v2/orders", external_order_id="nobody's")
    assert (empty.status_code, empty.content) == (204, b"")
    assert (await till.ask("GET", "/v2/orders", page=9)).status_code == 204
    people = (await till.ask("GET", "/v3/customers", limit=5)).json()["meta"]["cursor_pagination"]
    rest = await till.ask("GET", "/v3/customers", limit=5, after=people["end_cursor"])
    assert len(rest.json()["data"]) == 2
    assert "next" not in rest.json()["meta"]["cursor_pagination"]["links"]


async def test_orders_speak_in_texts_with_four_decimals_and_links(till: Counter) -> None:
    made = await till.ask("POST", "/v2/orders", till.order(discount_amount=2.5, external_order_id="X-1"))
    assert made.status_code == 201
    row = made.json()
    assert (row["total_inc_tax"], row["discount_amount"], row["payment_status"]) == ("22.4000", "2.5000", "")
    assert row["date_created"] == "Tue, 24 Nov 2026 09:00:00 +0000"
    assert row["products"]["resource"] == f"/orders/{row['id']}/products"
    assert "shipping" not in row["consignments"]
    query = {"include": "consignments.line_items", "consignment_structure": "object"}
    whole = (await till.ask("GET", f"/v2/orders/{row['id']}", None, **query)).json()
    [item] = whole["consignments"]["shipping"][0]["line_items"]
    assert (item["total_inc_tax"], item["applied_discounts"][0]["amount"]) == ("24.9000", "2.5000")
    assert (await till.ask("GET", f"/v2/orders/{row['id']}/products")).json() == [item]
    assert till.shop.outbox.mails == []


@pytest.mark.parametrize("value", ["24.90", 24.9, 24])
async def test_amounts_are_taken_as_text_fraction_and_whole_number(till: Counter, value: Any) -> None:
    given = till.order(total_inc_tax=value, total_ex_tax=value)
    assert (await till.ask("POST", "/v2/orders", given)).json()["total_inc_tax"][:3] == "24."


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_inc_tax": "1"},
        {"subtotal_ex_tax": "1"},
        {"billing_address": {"zip": "1"}},
        {"billing_address": None},
        {"products": []},
        {"products": [{"product_id": 1, "variant_id": 1, "quantity": 1}]},
        {"products": [{"name": "Repair", "quantity": 1, "price_inc_tax": 1}]},
        {"products": [{"name": "Repair", "quantity": 1}]},
        {"products": [{"name": "Repair", "quantity": 0.5, "price_inc_tax": 1, "price_ex_tax": 1}]},
        {"channel_id": 9},
        {"channel_id": 77},
        {"customer_id": 5},
        {"payment_status": "paid"},
        {"gift_certificate_amount": "5"},
        {"date_modified": "now"},
        {"discount_amount": "-1"},
        {"discount_amount": "much"},
    ],
)
async def test_what_a_new_order_is_refused_for(till: Counter, wrong: Row) -> None:
    before = len(till.shop.store.orders)
    answer = await till.ask("POST", "/v2/orders", till.order(**wrong))
    assert (answer.status_code, answer.json()[0]["status"]) == (400, 400)
    assert len(till.shop.store.orders) == before


async def test_one_reference_twice_makes_two_orders_and_archived_ones_leave_the_list(till: Counter) -> None:
    for _ in range(2):
        await till.ask("POST", "/v2/orders", till.order(external_order_id="X-1"))
    rows = (await till.ask("GET", "/v2/orders", external_order_id="X-1")).json()
    assert len(rows) == 2
    assert (await till.ask("DELETE", f"/v2/orders/{rows[0]['id']}")).status_code == 204
    assert len((await till.ask("GET", "/v2/orders", external_order_id="X-1")).json()) == 1
    assert (await till.ask("GET", f"/v2/orders/{rows[0]['id']}")).json()["is_deleted"] is True


async def test_a_change_of_status_is_mailed_as_the_merchant_has_it(till: Counter) -> None:
    made = (await till.ask("POST", "/v2/orders", till.order(status_id=1))).json()
    await till.ask("PUT", f"/v2/orders/{made['id']}", {"status_id": 2})
    assert [each.to for each in till.shop.outbox.mails] == ["ann@example.com"]
    till.shop.switches.status_mails = False
    await till.ask("PUT", f"/v2/orders/{made['id']}", {"status_id": 5})
    assert len(till.shop.outbox.mails) == 1


async def test_stock_falls_as_the_setting_says_and_never_below_nothing(till: Counter) -> None:
    till.shop.switches.stock_after_completion = True
    made = (await till.ask("POST", "/v2/orders", till.order(status_id=11, products=[till.line("LAST-1", 3)]))).json()
    assert till.shop.ledger_stock()["LAST-1"] == 1
    await till.ask("PUT", f"/v2/orders/{made['id']}", {"status_id": 10})
    assert till.shop.ledger_stock()["LAST-1"] == 0
    await till.ask("PUT", f"/v2/orders/{made['id']}", {"status_id": 5})
    assert till.shop.ledger_stock()["LAST-1"] == 1


async def test_stock_calls_stand_or_fall_whole(till: Counter) -> None:
    row = {"location_id": 1, "sku": "TEE-M", "quantity": 3}
    path = "/v3/inventory/adjustments/absolute"
    assert "transaction_id" in (await till.ask("PUT", path, {"items": [row]})).json()
    for bad in ({**row, "sku": "?"}, {**row, "variant_id": 1}, {**row, "location_id": 5}, {**row, "quantity": "3"}):
        answer = await till.ask("PUT", path, {"items": [{**row, "quantity": 9}, bad]})
        assert answer.status_code == 422
    assert (await till.ask("PUT", path, {"items": [row] * 2001})).status_code == 422
    below = await till.ask("POST", "/v3/inventory/adjustments/relative", {"items": [{**row, "quantity": -4}]})
    assert below.status_code == 422
    assert till.shop.ledger_stock()["TEE-M"] == 3


async def test_batches_have_their_limits(till: Counter) -> None:
    for path, most in (("/v3/catalog/products", 10), ("/v3/catalog/variants", 50), ("/v3/customers", 10)):
        assert (await till.ask("PUT", path, [{"id": 1}] * (most + 1))).status_code == 413
    variant = till.line("SOAP-1")["variant_id"]
    assert (await till.ask("PUT", "/v3/catalog/variants", [{"id": variant, "upc": "1"}])).status_code == 200
    person = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Vos"}
    twice = [person, {**person, "email": "aoife.byrne@example.com"}]
    assert (await till.ask("POST", "/v3/customers", twice)).status_code == 422
    assert len(till.shop.store.customers) == 7
    await till.ask("POST", "/v3/customers", [{**person, "trigger_account_created_notification": True}])
    assert [each.to for each in till.shop.outbox.mails] == ["ann@example.com"]


async def test_coupons_lose_what_a_write_leaves_out_and_uses_cannot_be_written(till: Counter) -> None:
    [row] = (await till.ask("GET", "/v2/coupons", code="FIVEOFF")).json()
    assert (row["amount"], row["expires"]) == ("5.0000", "")
    assert (await till.ask("PUT", f"/v2/coupons/{row['id']}", {"num_uses": 1})).status_code == 400
    cleared = (await till.ask("PUT", f"/v2/coupons/{row['id']}", {"max_uses": 4})).json()
    assert (cleared["applies_to"]["ids"], cleared["max_uses"]) == ([], 4)
    [shell] = (await till.ask("GET", "/v2/coupons", code="HARBOUR10")).json()
    assert (shell["type"], shell["amount"]) == ("promotion", "0.0000")


async def test_a_certificate_is_overwritten_without_a_question(till: Counter) -> None:
    [row] = (await till.ask("GET", "/v2/gift_certificates", code="GIFT-AAAA-1111-2222")).json()
    assert row["purchase_date"] == str(int(till.clock.now().timestamp()))
    path = f"/v2/gift_certificates/{row['id']}"
    assert (await till.ask("PUT", path, {"balance": "1.00"})).status_code == 400
    five = {name: row[name] for name in ("to_name", "to_email", "from_name", "from_email", "amount")}
    for balance in ("40.00", "49.00"):
        assert (await till.ask("PUT", path, {**five, "balance": balance})).json()["balance"] == f"{balance}00"
    long = {**five, "code": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert (await till.ask("POST", "/v2/gift_certificates", long)).json()["code"] == "ABCDEFGHIJKLMNOPQRST"
    assert till.shop.outbox.mails == []


async def test_a_refund_must_be_its_quotes_and_goes_back_outside(till: Counter) -> None:
    made = (await till.ask("POST", "/v2/orders", till.order(products=[till.line(quantity=2)]))).json()
    [item] = (await till.ask("GET", f"/v2/orders/{made['id']}/products")).json()
    items = {"items": [{"item_type": "PRODUCT", "item_id": item["id"], "quantity": 1}]}
    path = f"/v3/orders/{made['id']}/payment_actions"
    quote = await till.ask("POST", f"{path}/refund_quotes", items)
    assert (quote.status_code, quote.json()["data"]["total_refund_amount"]) == (201, 24.9)
    for payment in ({"amount": 24.89, "offline": True}, {"amount": 24.9, "offline": False}):
        body = {**items, "payments": [{"provider_id": "custom", **payment}]}
        assert (await till.ask("POST", f"{path}/refunds", body)).status_code == 422
    body = {**items, "payments": [{"provider_id": "custom", "amount": 24.9, "offline": True}]}
    assert (await till.ask("POST", f"{path}/refunds", body)).status_code == 201
    read = (await till.ask("GET", f"/v2/orders/{made['id']}")).json()
    assert (read["status_id"], read["refunded_amount"]) == (14, "0.0000")
    assert till.shop.ledger_stock()["TEE-M"] == 23, "a refund puts nothing back"


async def test_a_cart_reckons_what_orders_do_not(till: Counter) -> None:
    cart = (await till.ask("POST", "/v3/carts", {"line_items": [till.line(), till.line("SOAP-1")]})).json()["data"]
    path = f"/v3/checkouts/{cart['id']}/coupons"
    assert (await till.ask("POST", path, {"coupon_code": "NOPE"})).status_code == 422
    tried = (await till.ask("POST", path, {"coupon_code": "secondhalf"})).json()["data"]["cart"]
    assert tried["coupons"][0]["discounted_amount"] == 3.2
    assert (await till.ask("DELETE", f"/v3/carts/{cart['id']}")).status_code == 204


async def test_trouble_has_many_faces(till: Counter) -> None:
    till.shop.faults.arm("error_5xx", times=2)
    kinds = [(await till.ask("GET", "/v2/time")) for _ in range(2)]
    assert [each.status_code for each in kinds] == [504, 502]
    assert [each.headers["content-type"].partition(";")[0] for each in kinds] == ["application/json", "text/html"]
    till.shop.switches.maintenance = True
    assert (await till.ask("GET", "/v2/time")).status_code == 503
    till.shop.switches.maintenance = False
    till.shop.switches.gzip_errors = True
    packed = await till.ask("GET", "/v2/orders/1")
    assert (packed.headers["content-encoding"], packed.json()[0]["status"]) == ("gzip", 404)


async def test_switches_are_turned_at_the_control_door(till: Counter) -> None:
    door = f"{till.shop.base_url}/__control__/switches"
    assert (await till.http.post(door, json={"stock_lag": 3})).json()["stock_lag"] == 3.0
    assert (await till.http.post(door, json={"weather": True})).status_code == 400
