"""A user of the raw Admin API: asks the simulator over HTTP as any program would, without the adapter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tillbridge.platforms.shopify.simulator import ShopifySimulator, shopify_simulator
from tillbridge.training.server import transport

NEWEST = "2026-10"
PLACE = """query { locations(first: 5) { nodes { id name } } }"""
GOODS = """query ($query: String!) { productVariants(first: 5, query: $query) {
  nodes { id sku price inventoryQuantity inventoryItem { id } product { id } } } }"""
CREATE = """mutation ($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { id name sourceIdentifier displayFinancialStatus displayFulfillmentStatus discountCodes processedAt
      totalPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
      totalDiscountsSet { shopMoney { amount } }
      taxLines { title rate priceSet { shopMoney { amount } } } lineItems(first: 5) { nodes { id } }
      transactions(first: 5) { id } }
    userErrors { code field message } } }"""
DEFINE = """mutation ($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { code message } } }"""
REFERENCE = {"namespace": "till", "key": "sale", "type": "id"}


@dataclass
class Store:
    """``http`` reaches the shop; ``token`` goes with each question."""

    shop: ShopifySimulator
    clock: VirtualClock
    http: httpx.AsyncClient
    token: str = ""

    async def grant(self, **values: Any) -> httpx.Response:
        """Ask for a token by the app's own credentials, or otherwise by ``values``; None leaves one out."""
        known = self.shop.credentials()
        body = {
            "client_id": known["client_id"], "client_secret": known["client_secret"],
            "grant_type": "client_credentials", **values,
        }  # fmt: skip
        sent = {name: value for name, value in body.items() if value is not None}
        return await self.http.post("/admin/oauth/access_token", json=sent)

    async def post(self, query: str, /, version: str = NEWEST, **variables: Any) -> httpx.Response:
        return await self.http.post(
            f"/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": self.token},
        )

    async def ask(self, query: str, /, **variables: Any) -> Any:
        """The data of an answer without errors; decimal numbers stay exact."""
        answer = await self.post(query, **variables)
        body = json.loads(answer.text, parse_float=Decimal)
        assert "errors" not in body, body["errors"]
        return body["data"]

    async def errors(self, query: str, /, **variables: Any) -> list[dict[str, Any]]:
        """The top-level errors of a 200."""
        answer = await self.post(query, **variables)
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.json()["errors"]
        return found

    async def goods(self, sku: str) -> dict[str, Any]:
        """A variant by SKU."""
        found = (await self.ask(GOODS, query=f'sku:"{sku}"'))["productVariants"]["nodes"]
        return next(each for each in found if each["sku"] == sku)

    async def place(self) -> str:
        return str((await self.ask(PLACE))["locations"]["nodes"][0]["id"])

    async def define(self) -> None:
        """Make our reference a unique field of orders."""
        definition = {**REFERENCE, "name": "Sale", "ownerType": "ORDER"}
        made = (await self.ask(DEFINE, definition=definition))["metafieldDefinitionCreate"]
        assert made["userErrors"] == []

    async def sell(self, *lines: Mapping[str, Any], options: Any = None, **order: Any) -> Any:
        """``orderCreate`` with these lines."""
        given = {"currency": "EUR", "taxesIncluded": True, "lineItems": list(lines), **order}
        return (await self.ask(CREATE, order=given, options=options))["orderCreate"]

    async def line(self, sku: str, quantity: int = 1, price: str | None = None, **more: Any) -> dict[str, Any]:
        """An order line of a variant at its own price, or another."""
        variant = await self.goods(sku)
        return {
            "variantId": variant["id"],
            "quantity": quantity,
            "priceSet": eur(price or variant["price"]),
            **more,
        }


def eur(amount: str) -> dict[str, Any]:
    """A money bag of an input."""
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def paid(amount: str, **more: Any) -> dict[str, Any]:
    """A payment that went well."""
    return {"kind": "SALE", "status": "SUCCESS", "gateway": "POS cash", "amountSet": eur(amount), **more}


@asynccontextmanager
async def opened(clock: VirtualClock | None = None) -> AsyncIterator[Store]:
    """A fresh shop and a user with a token."""
    clock = clock or VirtualClock()
    shop = shopify_simulator(clock)
    async with httpx.AsyncClient(transport=transport([shop]), base_url=shop.base_url) as http:
        store = Store(shop, clock, http)
        store.token = (await store.grant()).json()["access_token"]
        yield store
