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


def list_items(store: Store, call: Call) -> Response:
    """GET /v3/inventory/items by SKU, variant, product and location."""
    store.settle_stock()
    filters = {"variant_id:in": "variant_id", "product_id:in": "product_id", "sku:in": "sku"}
    rows = []
    for product in store.products.values():
        for variant in product["variants"]:
            identity = {"sku": variant["sku"], "variant_id": variant["id"], "product_id": product["id"]}
            if all(str(identity[key]) in call.listed(name) for name, key in filters.items() if name in call.query):
                identity["sku_id"] = None if len(product["variants"]) == 1 else variant["id"] + 7000
                rows.append({"identity": identity, "locations": _places(store, variant["id"], call)})
    return page(call, rows, largest=1000)


def _places(store: Store, variant_id: int, call: Call) -> list[Row]:
    wanted = call.listed("location_id:in")
    return [
        {
            "location_id": key, "location_code": place["code"], "location_name": place["label"],
            "available_to_sell": store.stock.get((variant_id, key), 0),
            "total_inventory_onhand": store.stock.get((variant_id, key), 0), "location_enabled": place["enabled"],
            "settings": {"safety_stock": 0, "is_in_stock": True, "warning_level": 0, "bin_picking_number": ""},
        }
        for key, place in store.locations.items()
        if not wanted or str(key) in wanted
    ]  # fmt: skip


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
    level = quantity + (store.stock.get((variant_id, location_id), 0) if relative else 0)
    if not 0 <= level <= _HIGHEST:
        raise Refusal(422, "Incorrect entity", {f"items.{at}.quantity": "leads to a level out of range"})
    return variant_id, location_id, level


def _variant(store: Store, row: Any, at: int) -> int:
    named = [name for name in ("sku", "variant_id", "product_id") if isinstance(row, dict) and name in row]
    if len(named) != 1:
        raise Refusal(422, "Incorrect entity", {f"items.{at}": "name exactly one of sku, variant_id, product_id"})
    for product in store.products.values():
        for variant in product["variants"]:
            known = {"sku": variant["sku"], "variant_id": variant["id"], "product_id": product["id"]}
            if known[named[0]] == row[named[0]]:
                return int(variant["id"])
    raise Refusal(422, "Incorrect entity", {f"items.{at}.{named[0]}": "does not exist"})
