"""The site's own facts, its products, and the stock of their variants."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from .once import once
from .paging import by_change, by_place
from .speech import Call, Refusal, array, invalid, iso, money
from .state import Row, Store

_MOST_OPERATIONS, _HIGHEST = 50, 2_147_483_647
_QUANTITIES = ("incrementOperations", "decrementOperations", "setFiniteOperations")
_UNLIMITED = "setUnlimitedOperations"


def website(store: Store, call: Call) -> Response:
    """GET /1.0/authorization/website: needs no permission."""
    return JSONResponse({
        "id": store.website_id, "siteId": "harbour-lane", "title": "Harbour Lane Outfitters",
        "url": "https://www.harbourlane.example", "currency": store.currency, "language": "en-IE",
        "timeZone": "Europe/Dublin", "measurementStandard": "METRIC", "location": {"country": "IE", "region": ""},
        "siteStatus": {"value": "ACTIVE"},
    })  # fmt: skip


def list_products(store: Store, call: Call) -> Response:
    """GET /v2/commerce/products."""
    rows = list(store.products.values())
    return by_change(store, call, "products", rows, lambda row: _product(store, row), type="type")


def get_products(store: Store, call: Call) -> Response:
    """GET …/products/{ids}: one unknown id fails all."""
    found = [store.products.get(each) for each in call.listed()]
    if None in found:
        raise Refusal(404, "A product was not found.")
    return JSONResponse({"products": [_product(store, row) for row in found if row]})


def _product(store: Store, row: Row) -> Row:
    image = row["image"]
    told: Row = {
        "id": row["id"], "type": row["type"], "storePageId": "5d7ba084a63ee8bb410ce0b1", "name": row["name"],
        "description": row["description"], "url": f"https://www.harbourlane.example/shop/p/{row['slug']}",
        "urlSlug": row["slug"], "tags": array(row["tags"], store), "isVisible": row["visible"],
        "seoOptions": {"title": "", "description": ""}, "images": array([image] if image else [], store),
        "createdOn": iso(row["created"]), "modifiedOn": iso(row["modified"]),
    }  # fmt: skip
    if row["type"] == "DIGITAL":
        return told | {"pricing": _pricing(store, row), "digitalGood": {"id": "1", "filename": "tides.pdf"}}
    variants = [_variant(store, row, each) for each in row["variants"]]
    return told | {"variantAttributes": array(row["attributes"], store), "variants": variants}


def _pricing(store: Store, row: Row) -> Row:
    base: Row = {"basePrice": money(row["base"], store)}
    if row["type"] == "GIFT_CARD":
        return base
    # off sale, the sale price still holds a number
    return base | {"onSale": row["sale"] is not None, "salePrice": money(row["sale"] or Decimal(0), store)}


def _variant(store: Store, row: Row, variant: Row) -> Row:
    told: Row = {"id": variant["id"], "sku": variant["sku"], "pricing": _pricing(store, row), "image": None}
    if row["type"] == "GIFT_CARD":
        return told
    stock = {"quantity": variant["quantity"], "unlimited": variant["unlimited"]}
    told |= {"attributes": variant["attributes"], "stock": stock}
    if row["type"] == "PHYSICAL":
        weight = {"unit": "KILOGRAM", "value": 0.25}
        size = {"unit": "CENTIMETER", "length": 30, "width": 20, "height": 2}
        told |= {"gtin": variant["gtin"], "mpn": None, "shippingMeasurements": {"weight": weight, "dimensions": size}}
        told["image"] = row["image"]
    return told


def list_stock(store: Store, call: Call) -> Response:
    """GET /1.0/commerce/inventory."""
    return by_place(call, "inventory", _counted(store), lambda row: row)


def get_stock(store: Store, call: Call) -> Response:
    """GET …/inventory/{ids}: one unknown id fails all."""
    rows = {row["variantId"]: row for row in _counted(store)}
    wanted = call.listed()
    if any(each not in rows for each in wanted):
        raise Refusal(404, "An inventory item was not found.", "INVENTORY_ITEM_NOT_FOUND")
    return JSONResponse({"inventory": [rows[each] for each in wanted]})


def _counted(store: Store) -> list[Row]:
    return [
        {
            "variantId": each["id"], "sku": each["sku"], "isUnlimited": each["unlimited"], "quantity": each["quantity"],
            "descriptor": f"{row['name']} [{', '.join(each['attributes'].values())}]",
        }
        for row in store.products.values()
        if row["type"] in ("PHYSICAL", "SERVICE")
        for each in row["variants"]
    ]  # fmt: skip


def adjust(store: Store, call: Call) -> Response:
    """POST …/inventory/adjustments: all of it or nothing, 204 and empty."""

    def do(key: str) -> Response:
        for variant, quantity in planned(store, call.record()):
            variant["unlimited"] = quantity is None
            variant["quantity"] = variant["quantity"] if quantity is None else quantity
        return Response(status_code=204)

    return once(store, call, "adjust", do)


def planned(store: Store, body: Row) -> Sequence[tuple[Row, int | None]]:
    """Each variant with its new number, None for unlimited."""
    rows = [(name, each) for name in _QUANTITIES for each in body.get(name) or ()]
    rows += [(_UNLIMITED, {"variantId": each}) for each in body.get(_UNLIMITED) or ()]
    if not 0 < len(rows) <= _MOST_OPERATIONS:
        raise invalid(f"Between 1 and {_MOST_OPERATIONS} operations are needed.")
    ids = [each.get("variantId") for _, each in rows]
    if len(set(ids)) < len(ids):
        raise invalid("A variant may occur only once.")
    return [_planned(store, name, each) for name, each in rows]


def _planned(store: Store, name: str, row: Any) -> tuple[Row, int | None]:
    found = store.variant(str(row.get("variantId")))
    if found is None or found[0]["type"] not in ("PHYSICAL", "SERVICE"):
        raise invalid("An inventory item does not exist.")
    variant = found[1]
    if name == _UNLIMITED:
        return variant, None
    quantity = row.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        raise invalid("quantity must be a whole number.")
    if name == "setFiniteOperations":
        level = quantity
    else:
        if variant["unlimited"]:
            raise Refusal(409, "The item's stock is unlimited.", "STOCK_NOT_TRACKED")
        level = variant["quantity"] + (quantity if name == "incrementOperations" else -quantity)
    if level < 0:
        raise Refusal(409, "There is not enough stock.", "INSUFFICIENT_STOCK")
    if level > _HIGHEST:
        raise Refusal(409, "There would be too much stock.", "STOCK_EXCEEDS_MAX")
    return variant, level
