"""Products, variants and stock of the pretended shop."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from . import paging
from .shop import Row, Shop, number, user_error

_MOST = 1_000_000_000


def product_view(shop: Shop, row: Row) -> Row:
    """A product as a query sees it: connections are asked with their arguments."""
    variants = [shop.variants[each] for each in row["variant_ids"]]
    total = sum(shop.available(each["item_id"]) for each in variants)
    return {
        **row,
        "__typename": "Product",
        "legacyResourceId": number(row["id"]),
        "totalInventory": total,
        "tracksInventory": any(each["tracked"] for each in variants),
        "hasOnlyDefaultVariant": len(variants) == 1 and not row["option_names"],
        "options": row["options"],
        "media": lambda info, first=10, query=None: {"nodes": row["pictures"][:first]},
        "variants": lambda info, first=50, after=None: paging.connect(
            [variant_view(shop, each) for each in variants], first, after
        ),
        "inCollection": lambda info, id: id in row["collections"],
    }


def variant_view(shop: Shop, row: Row) -> Row:
    product = shop.products[row["product_id"]]
    return {
        **row,
        "__typename": "ProductVariant",
        "legacyResourceId": number(row["id"]),
        "inventoryQuantity": shop.available(row["item_id"]) if row["tracked"] else None,
        "inventoryPolicy": "DENY",
        "createdAt": product["createdAt"],
        "updatedAt": product["updatedAt"],
        "media": lambda info, first=1: {"nodes": row["pictures"][:first]},
        "inventoryItem": lambda info: item_view(shop, row),
        "product": lambda info: product_view(shop, product),
    }


def item_view(shop: Shop, variant: Row) -> Row:
    item = variant["item_id"]

    def levels(info: Any, first: int = 20, after: str | None = None) -> Row:
        found = [_level(shop, item, place) for kept, place in shop.levels if kept == item]
        return paging.connect(found, first, after)

    def level(info: Any, locationId: str) -> Row | None:
        return _level(shop, item, locationId) if (item, locationId) in shop.levels else None

    return {
        "__typename": "InventoryItem", "id": item, "tracked": variant["tracked"], "sku": variant["sku"],
        "measurement": {"weight": {"value": 0.25, "unit": "KILOGRAMS"}}, "inventoryLevels": levels,
        "inventoryLevel": level,
    }  # fmt: skip


def _level(shop: Shop, item: str, location: str) -> Row:
    quantity, at = shop.levels[item, location]
    return {
        "__typename": "InventoryLevel",
        "id": f"gid://shopify/InventoryLevel/{number(location)}?inventory_item_id={number(item)}",
        "location": shop.locations[location],
        "quantities": lambda info, names: [
            {"name": each, "quantity": quantity, "updatedAt": at or None} for each in names
        ],
    }


def products(
    shop: Shop, info: Any, first: int = 50, after: str | None = None, query: str | None = None, sortKey: str = "ID"
) -> Row:
    rows = sorted(
        shop.products.values(), key=lambda row: (row["updatedAt"], row["id"]) if sortKey == "UPDATED_AT" else row["id"]
    )

    def fits(row: Row) -> bool:
        names = {"updated_at": row["updatedAt"], "status": row["status"], "vendor": row["vendor"]}
        return shop.seen(row) and paging.matches(query, names.get, lambda: str(row["title"]))

    page = paging.connect([row for row in rows if fits(row)], first, after)
    return {**page, "nodes": [product_view(shop, row) for row in page["nodes"]]}


def product(shop: Shop, info: Any, id: str) -> Row | None:
    return product_view(shop, shop.products[id]) if id in shop.products else None


def product_variants(shop: Shop, info: Any, first: int = 50, query: str | None = None) -> Row:
    def fits(row: Row) -> bool:
        return paging.matches(query, {"sku": row["sku"], "barcode": row["barcode"] or ""}.get, lambda: row["title"])

    return paging.connect([variant_view(shop, row) for row in shop.variants.values() if fits(row)], first)


def nodes(shop: Shop, info: Any, ids: list[str]) -> list[Row | None]:
    return [_node(shop, each) for each in ids]


def _node(shop: Shop, gid: str) -> Row | None:
    if gid in shop.products:
        return product_view(shop, shop.products[gid])
    if gid in shop.variants:
        return variant_view(shop, shop.variants[gid])
    return inventory_item(shop, None, gid)


def inventory_item(shop: Shop, info: Any, id: str) -> Row | None:
    found = _by_item(shop, id)
    return item_view(shop, found) if found else None


def _by_item(shop: Shop, item: str) -> Row | None:
    return next((row for row in shop.variants.values() if row["item_id"] == item), None)


def set_quantities(shop: Shop, input: Row) -> Row:
    """All or nothing; each entry must say what it changes from, even if that is null."""
    errors = (
        []
        if input["name"] in ("available", "on_hand")
        else [user_error(["input", "name"], "unknown name", "INVALID_NAME")]
    )
    for at, entry in enumerate(input["quantities"]):
        path = ["input", "quantities", str(at)]
        errors += _entry_errors(shop, entry, path)
        if entry["quantity"] > _MOST:
            errors.append(user_error([*path, "quantity"], "is too high", "INVALID_QUANTITY_TOO_HIGH"))
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    for entry in input["quantities"]:
        shop.levels[entry["inventoryItemId"], entry["locationId"]] = (entry["quantity"], shop.stamp())
    return {"inventoryAdjustmentGroup": _group(shop, input), "userErrors": []}


def adjust_quantities(shop: Shop, input: Row) -> Row:
    errors = [
        error
        for at, entry in enumerate(input["changes"])
        for error in _entry_errors(shop, entry, ["input", "changes", str(at)])
    ]
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    for entry in input["changes"]:
        shop.move_stock(entry["inventoryItemId"], entry["locationId"], entry["delta"])
    return {"inventoryAdjustmentGroup": _group(shop, input), "userErrors": []}


def _entry_errors(shop: Shop, entry: Row, path: list[str]) -> list[Row]:
    if "changeFromQuantity" not in entry:
        raise GraphQLError(f"changeFromQuantity is required at {'.'.join(path)}", extensions={"code": "BAD_REQUEST"})
    item, location = entry["inventoryItemId"], entry["locationId"]
    if _by_item(shop, item) is None:
        return [
            user_error([*path, "inventoryItemId"], "The inventory item could not be found.", "INVALID_INVENTORY_ITEM")
        ]
    if location not in shop.locations:
        return [user_error([*path, "locationId"], "The location could not be found.", "INVALID_LOCATION")]
    if (item, location) not in shop.levels:
        words = "The inventory item is not stocked at the location."
        return [user_error([*path, "locationId"], words, "ITEM_NOT_STOCKED_AT_LOCATION")]
    wanted = entry["changeFromQuantity"]
    if wanted is not None and wanted != shop.levels[item, location][0]:
        words = "The changeFromQuantity argument no longer matches the persisted quantity."
        return [user_error([*path, "changeFromQuantity"], words, "CHANGE_FROM_QUANTITY_STALE")]
    return []


def activate(shop: Shop, inventory_item_id: str, location_id: str) -> Row:
    if _by_item(shop, inventory_item_id) is None or location_id not in shop.locations:
        return {"inventoryLevel": None, "userErrors": [{"field": ["inventoryItemId"], "message": "was not found"}]}
    shop.levels.setdefault((inventory_item_id, location_id), (0, shop.stamp()))
    return {"inventoryLevel": _level(shop, inventory_item_id, location_id), "userErrors": []}


def _group(shop: Shop, input: Row) -> Row:
    return {
        "id": shop.gid("InventoryAdjustmentGroup"), "createdAt": shop.stamp(), "reason": input["reason"],
        "referenceDocumentUri": input.get("referenceDocumentUri"),
    }  # fmt: skip
