"""What the pretended store answers has the shape the vendor's documents promise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.platforms.bigcommerce.documents import DOCUMENTS, HELD, NOT_ASKED
from tests.support.clock import VirtualClock
from tests.support.recorder import Sent
from tillbridge.platforms.bigcommerce.simulator import bigcommerce_simulator, demo
from tillbridge.training.server import transport

pytestmark = pytest.mark.skipif(bool(HELD.missing), reason=HELD.missing)

_NULLS = {
    # the sheet's product, whose second variant has a price of its own and the first has none
    "price", "sale_price", "retail_price", "weight", "base_variant_id",
    # "null if the item is a base variant", in the words beside the type
    "sku_id",
    # "null indicates that a particular field has not been overridden on a channel level"
    "product_out_of_stock_behavior", "update_stock_behavior", "edit_order_stock_adjustment",
    "refund_order_stock_adjustment",
    # an order that never was a cart, a coupon for any way of shipping
    "cart_id", "shipping_methods",
    # a promotion that never ends, at all hours, any number of times
    "end_date", "schedule", "max_uses",
}  # fmt: skip
_EMPTY_OBJECT = "restricted_to: [] is not of type 'object'"
"""v2 writes an empty object as an empty list, as the sheet has seen it."""


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    shop = bigcommerce_simulator(VirtualClock())
    base = f"{shop.base_url}/stores/{shop.store.hash}"
    async with httpx.AsyncClient(
        transport=transport([shop]), base_url=base, headers={"X-Auth-Token": demo.TOKEN}
    ) as http:
        yield http


async def problems(http: httpx.AsyncClient, method: str, path: str, body: Any = None) -> list[str]:
    answer = await http.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    told = against(method, path.partition("?")[0], answer.status_code, answer.json())
    return [each for each in told if not each.endswith(_EMPTY_OBJECT)]


def against(method: str, path: str, status: int, body: Any) -> list[str]:
    sent = Sent("bigcommerce", method, f"/stores/any{path}", (), None)
    document = next(each for each in (*DOCUMENTS.values(), *NOT_ASKED) if each.covers(sent))
    return document.answer(sent, status, without_nulls(body))


def without_nulls(value: Any) -> Any:
    """The same without the members that may be null although their type does not say so."""
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: each for name, each in value.items() if each is not None or name not in _NULLS}
    return {name: without_nulls(each) for name, each in kept.items()}


_WHOLE = "include=consignments.line_items&consignment_structure=object"


@pytest.mark.parametrize(
    "path",
    [
        "/v2/store",
        f"/v2/orders?{_WHOLE}",
        "/v2/orders",
        "/v2/coupons",
        "/v2/gift_certificates",
        "/v3/catalog/products?include=variants,images",
        "/v3/catalog/variants",
        "/v3/inventory/items",
        "/v3/inventory/locations",
        "/v3/customers?include=addresses",
        "/v3/customers/subscribers",
        "/v3/channels",
        "/v3/settings/inventory",
        "/v3/settings/inventory?channel_id=1",
        "/v3/promotions",
        "/v3/promotions/codes?code=HARBOUR10",
        "/v3/orders/payment_actions/refunds",
    ],
)
async def test_a_read_answers_in_the_documented_shape(client: httpx.AsyncClient, path: str) -> None:
    assert await problems(client, "GET", path) == []


async def test_writes_answer_in_the_documented_shape(client: httpx.AsyncClient) -> None:
    variant = (await client.get("/v3/catalog/variants?sku=TEE-M")).json()["data"][0]
    line = {"product_id": variant["product_id"], "variant_id": variant["id"], "quantity": 2}
    order = {"billing_address": {"zip": "2611"}, "status_id": 10, "products": [line]}
    made = (await client.post("/v2/orders", json=order)).json()
    cart = (await client.post("/v3/carts", json={"line_items": [line]})).json()["data"]
    [item] = (await client.get(f"/v2/orders/{made['id']}/products")).json()
    items = {"items": [{"item_type": "PRODUCT", "item_id": item["id"], "quantity": 1}]}
    actions = f"/v3/orders/{made['id']}/payment_actions"
    level = {"items": [{"location_id": 1, "variant_id": variant["id"], "quantity": 3}]}
    paid = {**items, "payments": [{"provider_id": "custom", "amount": 24.9, "offline": True}]}
    ann = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Vos"}
    hook = {"scope": "store/order/*", "destination": "https://till.example/bc"}
    writes: list[tuple[str, str, Any]] = [
        ("PUT", f"/v2/orders/{made['id']}", {"staff_notes": "x"}),
        ("PUT", "/v3/inventory/adjustments/absolute", level),
        ("POST", "/v3/inventory/adjustments/relative", level),
        ("POST", "/v3/customers", [ann]),
        ("POST", "/v3/channels", {"name": "Till", "type": "pos", "platform": "custom"}),
        ("POST", "/v3/carts", {"line_items": [line]}),
        ("POST", f"/v3/checkouts/{cart['id']}/coupons", {"coupon_code": "SECONDHALF"}),
        ("POST", f"{actions}/refund_quotes", items),
        ("POST", f"{actions}/refunds", paid),
        ("POST", "/v3/hooks", hook),
        ("GET", "/v3/hooks", None),
    ]
    found = {f"{method} {path}": await problems(client, method, path, body) for method, path, body in writes}
    assert {name: words for name, words in found.items() if words} == {}


async def test_a_created_order_answers_201_where_the_document_says_200(client: httpx.AsyncClient) -> None:
    """The vendor's general rule for POST; the adapter looks at the order alone and takes both."""
    line = {"name": "Repair", "quantity": 1, "price_ex_tax": 5, "price_inc_tax": 6.15}
    order = {"billing_address": {"zip": "2611"}, "products": [line]}
    made = await client.post("/v2/orders", json=order)
    assert made.status_code == 201
    assert against("POST", "/v2/orders", 200, made.json()) == []
