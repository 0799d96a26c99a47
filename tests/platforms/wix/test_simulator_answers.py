"""The simulator takes the vendor's samples, and its answers fit the vendor's schemas."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.platforms.wix.adapter import bench, eur, order_of
from tests.platforms.wix.documents import DOCUMENT, HELD
from tillbridge.domain.orders import Refund
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.mapping import map_to_unified_products
from tillbridge.platforms.wix.simulator import WixSimulator
from tillbridge.training.server import transport

pytestmark = pytest.mark.skipif(bool(HELD.missing), reason=HELD.missing)


async def _asked(shop: WixSimulator, method: str, path: str, body: Any = None) -> httpx.Response:
    headers = {"Authorization": shop.key_credentials()["api_key"], "wix-site-id": shop.key_credentials()["site_id"]}
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url, headers=headers) as client:
        return await client.request(method, path, json=body)


def _samples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCUMENT.folder / "samples.json").read_text())
    return found


_TRIED = {
    "ecom-orders.createOrder": "/ecom/v1/orders",
    "ecom-orders.searchOrders": "/ecom/v1/orders/search",
    "stores-products-v3.queryProducts": "/stores/v3/products/query",
    "contacts-v5.upsertContact": "/contacts/v5/contacts/upsert",
    "contacts-v5.queryContacts": "/contacts/v5/contacts/query",
    "coupons.queryCoupons": "/stores/v2/coupons/query",
}


@pytest.mark.parametrize("name", _TRIED)
async def test_the_simulator_takes_the_vendors_samples(name: str) -> None:
    async with bench() as at:
        answer = await _asked(at.shop, "POST", _TRIED[name], _samples()["requests"][name])
        assert answer.status_code == 200, answer.text


def test_the_vendors_sample_of_a_product_maps() -> None:
    raw = _samples()["responses"]["stores-products-v3.getProduct"]["product"]
    (product,) = map_to_unified_products([raw], {raw["id"]: raw["variantsInfo"]["variants"]})
    assert [(each.sku, each.title) for each in product.variants] == [("LIN-M", "M"), ("LIN-L", "L")]
    assert product.variants[0].compare_at_price == eur("39.90")


_ANSWERS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("ecom-orders", "SearchOrdersResponse", "/ecom/v1/orders/search", {"search": {}}),
    ("stores-products-v3", "V3QueryProductsResponse", "/stores/v3/products/query", {"query": {}}),
    ("stores-read-only-variants-v3", "QueryVariantsResponse", "/stores/v3/products/query-variants", {"query": {}}),
    ("stores-inventory-items-v3", "QueryInventoryItemsResponse", "/stores/v3/inventory-items/query", {"query": {}}),
    ("stores-locations-v3", "QueryStoresLocationsResponse", "/stores/v3/locations/query", {"query": {}}),
    ("contacts-v5", "QueryContactsResponse", "/contacts/v5/contacts/query", {"query": {}}),
    ("gift-cards", "QueryGiftCardsResponse", "/gift-cards/v1/gift-cards/query", {"query": {}}),
    ("coupons", "QueryCouponsResponse", "/stores/v2/coupons/query", {"query": {}}),
)


@pytest.mark.parametrize(("api", "name", "path", "body"), _ANSWERS, ids=[each[1] for each in _ANSWERS])
async def test_the_simulators_lists_fit_the_contract(api: str, name: str, path: str, body: dict[str, Any]) -> None:
    async with bench() as at:
        placed = await at.create(order_of(await at.lines(TEE_M=1)))
        refund = Refund("TBREF-R1", eur("5.00"), (), "scratched")
        order = order_of(await at.lines(TEE_M=1))
        await PLATFORM.order(at.session).refund_order(order, placed.platform_order_id, refund)
        answer = (await _asked(at.shop, "POST", path, body)).json()
        assert len(next(value for value in answer.values() if isinstance(value, list))) > 1
        assert DOCUMENT.answer(api, name, answer) == []
        told = (await _asked(at.shop, "GET", f"/ecom/v1/payments/orders/{placed.platform_order_id}")).json()
        assert DOCUMENT.answer("ecom-order-transactions", "ListTransactionsForSingleOrderResponse", told) == []
