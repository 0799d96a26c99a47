"""Every document of the vendor's contract is answered by the pretended shop, with the contract's own examples."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from tests.platforms.shopify.store import Store, opened
from tests.support import contracts

SHARED = contracts.CONTRACTS / "shopify"
beside_contracts = pytest.mark.skipif(not SHARED.exists(), reason=contracts.ABSENT)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


def operations() -> list[str]:
    if not SHARED.exists():
        return []
    document = parse((SHARED / "operations.graphql").read_text())
    return [each.name.value for each in document.definitions if isinstance(each, OperationDefinitionNode) and each.name]


async def ids(store: Store) -> dict[str, str]:
    """Ids of the vendor's examples and what they are in this shop."""
    variant, other = await store.goods("TEE-M"), await store.goods("SOAP-1")
    customer = next(iter(store.shop.shop.customers))
    await store.define()
    sold = (await store.sell(await store.line("TEE-M", 2, "30.00"), transactions=[paid_by_card("60.00")]))["order"]
    card = (await store.ask('query { giftCards(first: 1, query: "giftaaaa11112222") { nodes { id } } }'))["giftCards"]
    return {
        "Location/71002": await store.place(), "ProductVariant/4401": variant["id"], "ProductVariant/4407": other["id"],
        "InventoryItem/5501": variant["inventoryItem"]["id"], "Customer/3301": customer, "Order/6101": sold["id"],
        "LineItem/7101": sold["lineItems"]["nodes"][0]["id"], "OrderTransaction/8101": sold["transactions"][0]["id"],
        "GiftCard/9001": card["nodes"][0]["id"],
    }  # fmt: skip


def paid_by_card(amount: str) -> dict[str, Any]:
    return {"gateway": "card", "amountSet": {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}}


MADE_UP: dict[str, dict[str, Any]] = {
    "ProductVariantsPage": {"id": "gid://shopify/Product/1"}, "VariantsByCode": {"query": "sku:TEE-M"},
    "InventoryLevels": {"ids": ["gid://shopify/InventoryItem/5501"]},
    "InventoryActivate": {
        "inventoryItemId": "gid://shopify/InventoryItem/5501", "locationId": "gid://shopify/Location/71002", "key": "k",
    },
    "CustomersPage": {"first": 5}, "CustomerByEmail": {"email": "tomas.lind@example.com"},
    "CustomerCreate": {"input": {"email": "new@example.com", "firstName": "New"}},
    "CustomerUpdate": {"input": {"id": "gid://shopify/Customer/3301", "note": "likes soap"}},
    "OrdersPage": {"first": 5}, "OrderById": {"id": "gid://shopify/Order/6101"},
    "OrdersBySourceIdentifier": {"query": 'source_identifier:"till-3-000184"'},
    "OrderMetafieldDefinition": {"definition": {
        "name": "Other", "namespace": "tillconsole", "key": "other", "type": "id", "ownerType": "ORDER",
    }},
    "OrderByOurReference": {"namespace": "till", "key": "sale", "value": "none yet"},
    "GiftCardTransactions": {"id": "gid://shopify/GiftCard/9001"},
    "GiftCardCredit": {
        "id": "gid://shopify/GiftCard/9001", "creditInput": {"creditAmount": {"amount": "1.00", "currencyCode": "EUR"}},
    },
    "BulkQuery": {"query": "{ products { edges { node { id } } } }"}, "BulkStatus": {"id": "gid://shopify/BulkOperation/1"},
    "WebhookDelete": {"id": "gid://shopify/WebhookSubscription/1"},
}  # fmt: skip
REFUSED = {"InventorySet": "CHANGE_FROM_QUANTITY_STALE", "WebhookDelete": "does not exist"}
"""Examples whose numbers are not this shop's, and how it says so."""


@beside_contracts
@pytest.mark.parametrize("name", operations())
async def test_every_document_of_the_contract_is_answered(store: Store, name: str) -> None:
    samples = json.loads((SHARED / "sample-variables.json").read_text())
    text = json.dumps({**samples, **MADE_UP}.get(name, {}))
    for example, own in (await ids(store)).items():
        text = text.replace(f"gid://shopify/{example}", own)
    document = (SHARED / "operations.graphql").read_text()
    answer = await store.http.post(
        "/admin/api/2026-10/graphql.json",
        json={"query": only(document, name), "variables": json.loads(text)},
        headers={"X-Shopify-Access-Token": store.token},
    )
    body = answer.json()
    assert "errors" not in body, body["errors"]
    refusals = [each for payload in body["data"].values() for each in user_errors(payload)]
    assert bool(refusals) == (name in REFUSED), refusals
    assert REFUSED.get(name, "") in json.dumps(refusals)


def user_errors(payload: Any) -> list[Any]:
    if not isinstance(payload, dict):
        return []
    return [each for name, found in payload.items() if name.lower().endswith("usererrors") for each in found]


def only(document: str, name: str) -> str:
    """One operation and all fragments; a fragment nobody uses is an error, as with the real thing."""
    parts = [part for part in document.split("\n\n") if part.strip()]
    chosen = next(each for each in parts if f" {name}(" in each.split("{")[0] or f" {name} " in each.split("{")[0])
    pieces = [chosen]
    while missing := [each for each in fragments(parts, "".join(pieces)) if each not in pieces]:
        pieces += missing
    return "\n".join(pieces)


def fragments(parts: list[str], text: str) -> list[str]:
    named = {each.split()[1]: each for each in parts if each.startswith("fragment ")}
    return [part for name, part in named.items() if f"...{name}" in text]
