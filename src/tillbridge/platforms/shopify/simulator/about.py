"""The pretended shop about itself: its facts, locations, field definitions, and the API versions it serves."""

from __future__ import annotations

from typing import Any

from tillbridge.training import demo_shop

from . import paging
from .shop import Row, Shop, user_error

LIVE = ("2026-01", "2026-04", "2026-07", "2026-10")
VERSIONS = (*LIVE, "2027-01", "unstable")


def served(version: str) -> str:
    """A version nobody serves any more is answered by the oldest that is."""
    return version if version in VERSIONS else LIVE[0]


def shop_facts(shop: Shop) -> Row:
    return {
        "id": "gid://shopify/Shop/77001", "name": demo_shop.NAME, "myshopifyDomain": shop.domain,
        "email": demo_shop.OWNER, "currencyCode": demo_shop.CURRENCY, "ianaTimezone": demo_shop.ZONE,
        "weightUnit": "KILOGRAMS", "taxesIncluded": True,
        "plan": {"publicDisplayName": "Grow", "partnerDevelopment": False, "shopifyPlus": False},
    }  # fmt: skip


def locations(shop: Shop, info: Any, first: int = 50, after: str | None = None, includeInactive: bool = False) -> Row:
    rows = [each for each in shop.locations.values() if each["isActive"] or includeInactive]
    return paging.connect([_whole(each) for each in rows], first, after)


def _whole(row: Row) -> Row:
    """A location somebody opened with no more than a name."""
    return {"fulfillsOnlineOrders": False, "shipsInventory": False, "address": {}, **row}


def definitions(
    shop: Shop, info: Any, ownerType: str, first: int = 50, namespace: str | None = None, key: str | None = None
) -> Row:
    return {"nodes": [each for each in shop.definitions if _named(each, namespace, key)][:first]}


def _named(row: Row, namespace: str | None, key: str | None) -> bool:
    return namespace in (None, row["namespace"]) and key in (None, row["key"])


def define(shop: Shop, definition: Row) -> Row:
    """Define a field of orders. One that orders carry already cannot become unique any more."""
    namespace, key = definition.get("namespace") or "app", definition["key"]
    if any(_named(each, namespace, key) for each in shop.definitions):
        return _refused("Key is in use for Order metafields on the namespace.", "TAKEN")
    if definition["type"] == "id" and _carried(shop, namespace, key):
        return _refused("Unique values cannot be enabled while values exist.", "INVALID_CAPABILITY")
    row = {
        "id": shop.gid("MetafieldDefinition"), "namespace": namespace, "key": key, "type": {"name": definition["type"]},
    }  # fmt: skip
    shop.definitions.append(row)
    return {"createdDefinition": row, "userErrors": []}


def _carried(shop: Shop, namespace: str, key: str) -> bool:
    fields = (each for row in shop.orders.values() for each in row["metafields"])
    return any((each["namespace"], each["key"]) == (namespace, key) for each in fields)


def _refused(words: str, code: str) -> Row:
    return {"createdDefinition": None, "userErrors": [user_error(["definition", "key"], words, code)]}
