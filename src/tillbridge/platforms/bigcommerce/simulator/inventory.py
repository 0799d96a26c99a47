"""Stock by variant and location: read, set and moved. A change answers at once and may be seen later."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from . import hooks
from .speech import Call, Refusal, page
from .state import Row, Store

_MOST_ROWS, _HIGHEST = 2000, 2_147_483_647
_NAMES = ("sku", "variant_id", "product_id")


def list_items(store: Store, call: Call) -> Response:
    """GET /v3/inventory/items by SKU, variant, product and location."""
    store.settle_stock()
    rows = []
    for product in store.products.values():
        for variant in product["variants"] if store.switches.every_variant_listed else _keepers(product):
            identity = _identity(product, variant)
            if all(str(identity[key]) in call.listed(f"{key}:in") for key in _NAMES if f"{key}:in" in call.query):
                identity["sku_id"] = None if len(product["variants"]) == 1 else variant["id"] + 7000
                rows.append({"identity": identity, "locations": _places(store, variant["id"], call)})
    return page(call, rows, largest=1000)


def _keepers(product: Row) -> list[Row]:
    """The variants that stand in the list: a product that keeps one number stands there once."""
    variants: list[Row] = product["variants"]
    return variants[:1] if product["inventory_tracking"] == "product" else variants


def _identity(product: Row, variant: Row) -> Row:
    return {"sku": variant["sku"], "variant_id": variant["id"], "product_id": product["id"]}


def _places(store: Store, variant_id: int, call: Call) -> list[Row]:
    wanted = call.listed("location_id:in")
    keys = [key for key in store.locations if not wanted or str(key) in wanted]
    return [_place(store, variant_id, key) for key in keys]


def _place(store: Store, variant_id: int, key: int) -> Row:
    place, on_hand = store.locations[key], store.stock.get((variant_id, key), 0)
    reserve = store.reserves.get((variant_id, key), 0)
    settings = {"safety_stock": reserve, "is_in_stock": True, "warning_level": 0, "bin_picking_number": ""}
    return {
        "location_id": key, "location_code": place["code"], "location_name": place["label"],
        "available_to_sell": on_hand - reserve, "total_inventory_onhand": on_hand,
        "location_enabled": place["enabled"], "settings": settings,
    }  # fmt: skip


def set_stock(store: Store, call: Call) -> Response:
    """PUT …/absolute."""
    return _change(store, call, relative=False)


def move_stock(store: Store, call: Call) -> Response:
    """POST …/relative."""
    return _change(store, call, relative=True)


def _change(store: Store, call: Call, *, relative: bool) -> Response:
    """All rows or none: one bad row refuses the call."""
    items = call.record().get("items")
    if not isinstance(items, list) or not items:
        raise Refusal(422, "Incorrect entity", {"items": "must not be empty"})
    if len(items) > _MOST_ROWS:
        raise Refusal(422, "Incorrect entity", {"items": f"at most {_MOST_ROWS} rows"})
    store.settle_stock()
    planned = [_planned(store, row, at, relative) for at, row in enumerate(items)]
    due = store.now() + timedelta(seconds=store.switches.stock_lag)
    for variant_id, location_id, quantity in planned:
        store.pending_stock.append((due, variant_id, location_id, quantity))
        hooks.stock_changed(store, variant_id, quantity, relative=relative)
    store.settle_stock()
    return JSONResponse({"transaction_id": str(uuid.UUID(int=next(store.ids)))})


def _planned(store: Store, row: Any, at: int, relative: bool) -> tuple[int, int, int]:
    """Variant, location and the new level."""
    variant_id = _variant(store, row, at)
    location_id, quantity = row.get("location_id"), row.get("quantity")
    if location_id not in store.locations:
        raise Refusal(422, "Incorrect entity", {f"items.{at}.location_id": "does not exist"})
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise Refusal(422, "Incorrect entity", {f"items.{at}.quantity": "must be a whole number"})
    place = (variant_id, location_id)
    if relative and place not in store.stock:
        raise Refusal(
            422, f"Items with identity: [variant_id {variant_id}] requires absolute adjustment before relative"
        )
    level = quantity + (store.stock[place] if relative else 0)
    # an absolute count may lie below the reserve, a difference may not lead there
    if not (store.reserves.get(place, 0) if relative else 0) <= level <= _HIGHEST:
        raise Refusal(422, "Incorrect entity", {f"items.{at}.quantity": "leads to a level out of range"})
    return variant_id, location_id, level


def _variant(store: Store, row: Any, at: int) -> int:
    """A row names what keeps the number, and exactly once."""
    named = [name for name in _NAMES if isinstance(row, dict) and name in row]
    if len(named) != 1:
        raise Refusal(422, "Incorrect entity", {f"items.{at}": "name exactly one of sku, variant_id, product_id"})
    name = named[0]
    for product in store.products.values():
        for variant in product["variants"]:
            if _identity(product, variant)[name] == row[name]:
                return _checked(product, variant, name)
    raise Refusal(422, "Incorrect entity", {f"items.{at}.{name}": "does not exist"})


def _checked(product: Row, variant: Row, name: str) -> int:
    tracking = product["inventory_tracking"]
    if tracking == "product" and name == "variant_id":
        said = f"[Item with variant_id {variant['id']} is tracked by product, please update stock by product id]"
        raise Refusal(422, said)
    if tracking == "variant" and name == "product_id":
        raise Refusal(422, f"[Item with product_id {product['id']} is tracked by variant]")
    return int(variant["id"])
