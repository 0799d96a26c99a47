"""What shoppers see of goods: less than staff, with one price and a word about stock."""

from __future__ import annotations

from .http import Call, Reply, context, not_found
from .state import SHOP, Row, Shop


def product_read(call: Call) -> Reply:
    """One product on sale; others are not there for shoppers."""
    shop = call.shop
    row = shop.products.get(call.words["code"])
    if row is None or not row["enabled"] or call.channel["code"] not in row["channels"]:
        raise not_found()
    at = f"{SHOP}/products/{row['code']}"
    mine = [each for each in shop.variants.values() if each["product"] == row["code"]]
    first = mine[0] if mine else None
    body: Row = {
        "@id": at,
        "@type": "Product",
        "productTaxons": [f"{SHOP}/product-taxons/{row['id']}"] if row["taxon"] else [],
        "mainTaxon": f"{SHOP}/taxons/{row['taxon']}" if row["taxon"] else None,
        "averageRating": 0,
        "images": [_image(at, each) for each in row["images"]],
        "id": row["id"],
        "code": row["code"],
        "variants": [f"{SHOP}/product-variants/{each['code']}" for each in mine],
        "options": [f"{SHOP}/product-options/{each}" for each in row["options"]],
        "associations": [],
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["updatedAt"]),
        "shortDescription": None,
        "reviews": [],
        "name": row["name"],
        "description": row["description"],
        "slug": row["slug"],
        "defaultVariant": f"{SHOP}/product-variants/{first['code']}" if first else None,
        "defaultVariantData": _default(call, first) if first else None,
    }
    return Reply(context("Product", body))


def _image(at: str, row: Row) -> Row:
    return {
        "@id": f"{at}/images/{row['id']}",
        "@type": "ProductImage",
        "id": row["id"],
        "type": "main",
        "path": row["path"],
    }


def _default(call: Call, row: Row) -> Row:
    whole = _variant(call.shop, call.channel["code"], row)
    kept = ("@id", "@type", "name", "inStock", "price", "originalPrice", "lowestPriceBeforeDiscount")
    return context("ProductVariant", {name: whole[name] for name in kept})


def variant_read(call: Call) -> Reply:
    """One variant on sale."""
    row = call.shop.variants.get(call.words["code"])
    if row is None or not row["enabled"]:
        raise not_found()
    return Reply(context("ProductVariant", _variant(call.shop, call.channel["code"], row)))


def _variant(shop: Shop, channel: str, row: Row) -> Row:
    prices = row["channelPricings"].get(channel) or {"price": None, "originalPrice": None}
    return {
        "@id": f"{SHOP}/product-variants/{row['code']}",
        "@type": "ProductVariant",
        "code": row["code"],
        "product": f"{SHOP}/products/{row['product']}",
        "optionValues": [f"{SHOP}/product-options/{option}/values/{value}" for option, value in row["values"]],
        "name": row["name"],
        "inStock": not row["tracked"] or row["onHand"] - row["onHold"] > 0,
        "price": prices["price"],
        "originalPrice": prices["originalPrice"] or prices["price"],
        "lowestPriceBeforeDiscount": None,
    }
