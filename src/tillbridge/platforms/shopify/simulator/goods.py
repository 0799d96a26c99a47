"""Products, variants and stock levels of the pretended shop, as a query sees them."""

from __future__ import annotations

from typing import Any

from . import paging
from .shop import Row, Shop, number


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
    committed = shop.committed(item, location)
    kept = {"available": quantity, "committed": committed, "on_hand": quantity + committed}
    return {
        "__typename": "InventoryLevel",
        "id": f"gid://shopify/InventoryLevel/{number(location)}?inventory_item_id={number(item)}",
        "location": shop.locations[location],
        "quantities": lambda info, names: [
            {"name": each, "quantity": kept[each], "updatedAt": at or None} for each in names if each in kept
        ],
    }


def products(
    shop: Shop, info: Any, first: int = 50, after: str | None = None, query: str | None = None, sortKey: str = "ID"
) -> Row:
    rows = sorted(
        shop.products.values(), key=lambda row: (row["updatedAt"], row["id"]) if sortKey == "UPDATED_AT" else row["id"]
    )

    def fits(row: Row) -> bool:
        names = {
            "updated_at": shop.indexed_update(row), "status": paging.Word(row["status"]), "vendor": row["vendor"],
            "product_type": row["productType"], "title": row["title"],
            "tag": " ".join(row["tags"]), "id": paging.Word(number(row["id"])),
        }  # fmt: skip
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
    found = by_item(shop, id)
    return item_view(shop, found) if found else None


def by_item(shop: Shop, item: str) -> Row | None:
    return next((row for row in shop.variants.values() if row["item_id"] == item), None)
