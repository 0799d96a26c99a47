"""The v3 catalogue: products with variants and pictures, the variant list, brands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from .speech import Call, Refusal, data, iso, moment, page
from .state import Row, Store

_ALWAYS = ("id",)
_BATCH = {"products": 10, "variants": 50}
_PARTS, _CODES = ("variants", "images"), ("sku", "upc")


def list_products(store: Store, call: Call) -> Response:
    """GET /v3/catalog/products; asking for options or modifiers caps a page at ten without a word."""
    parts = set(call.listed("include"))
    rows = [row for row in store.products.values() if _matches(row, call)]
    rows.sort(key=lambda row: row["id"])
    views = [_picked(product_view(store, row, parts), call) for row in rows]
    return page(call, views, largest=10 if parts & {"options", "modifiers"} else 250)


def _matches(row: Row, call: Call) -> bool:
    wanted: Mapping[str, Any] = {"id:in": str(row["id"]), "sku:in": row["sku"]}
    for name, value in wanted.items():
        if name in call.query and value not in call.listed(name):
            return False
    if any(row[name] != call.query[name] for name in _CODES if name in call.query):
        return False
    since = call.query.get("date_modified:min")
    return not since or row["modified"] >= moment(since, "date_modified:min")


def _picked(view: Row, call: Call) -> Row:
    wanted = call.listed("include_fields")
    return {name: view[name] for name in view if name in wanted or name in _ALWAYS} if wanted else view


def product_view(store: Store, row: Row, parts: set[str]) -> Row:
    """A product as v3 answers it. The catalogue's figure is what may be sold over all locations."""
    variants = [variant_view(store, row, each) for each in row["variants"]]
    view = {name: value for name, value in row.items() if name not in ("variants", "images", "created", "modified")}
    view |= {
        "price": float(row["price"]), "sale_price": float(row["sale_price"]), "retail_price": 0, "weight": 0.2,
        "calculated_price": float(row["sale_price"] or row["price"]),
        "inventory_level": _level(store, row, variants),
        "date_created": iso(row["created"]), "date_modified": iso(row["modified"]),
        "open_graph_title": "",
    }  # fmt: skip
    return view | {name: variants if name == "variants" else row["images"] for name in _PARTS if name in parts}


def _level(store: Store, row: Row, variants: list[Row]) -> int:
    kept_by_itself = row["inventory_tracking"] == "product"
    return sum(each["inventory_level"] for each in (variants[:1] if kept_by_itself else variants))


def variant_view(store: Store, product: Row, row: Row) -> Row:
    """A variant; without a price of its own it has its product's."""
    level = store.sellable(row["id"])
    return row | {
        "price": None if row["price"] is None else float(row["price"]),
        "sale_price": None, "retail_price": None, "weight": None, "inventory_level": level,
        "calculated_price": float(row["price"] or product["sale_price"] or product["price"]),
    }  # fmt: skip


def list_variants(store: Store, call: Call) -> Response:
    """GET /v3/catalog/variants by SKU, barcode or product. It may hold rows whose product is gone."""
    found = [
        variant_view(store, product, row) | {"product_id": 0 if product.get("gone") else product["id"]}
        for product in store.products.values()
        for row in product["variants"]
        if all(row[name] == call.query[name] for name in _CODES if name in call.query)
        and (len(product["variants"]) > 1 or not store.switches.base_codes_apart or not set(_CODES) & set(call.query))
    ]
    wanted = call.listed("product_id:in")
    return page(call, [row for row in found if not wanted or str(row["product_id"]) in wanted])


def edit_products(store: Store, call: Call) -> Response:
    """PUT /v3/catalog/products, ten at most."""
    return _edit(store, call, "products", {key: row for key, row in store.products.items()})


def edit_variants(store: Store, call: Call) -> Response:
    """PUT /v3/catalog/variants, fifty at most."""
    rows = {row["id"]: row for product in store.products.values() for row in product["variants"]}
    return _edit(store, call, "variants", rows)


def _edit(store: Store, call: Call, what: str, rows: Mapping[int, Row]) -> Response:
    if not isinstance(call.body, list):
        raise Refusal(422, "Invalid JSON", {"body": "must be a list"})
    if len(call.body) > _BATCH[what]:
        raise Refusal(413, f"Too many {what} in one call; {_BATCH[what]} at most.")
    for each in call.body:
        row = rows.get(int(each.get("id") or 0))
        if row is None:
            raise Refusal(422, "Unknown id", {"id": f"{each.get('id')} does not exist"})
        row.update(each)
        owner: int = row.get("product_id") or row["id"]
        product = store.products.get(owner)
        if product is not None:
            product["modified"] = store.now()
    return data([each["id"] for each in call.body])


def list_brands(store: Store, call: Call) -> Response:
    """GET /v3/catalog/brands."""
    wanted = call.listed("id:in")
    return page(call, [row for key, row in store.brands.items() if not wanted or str(key) in wanted])
