"""Stock: what lies at sources, what is reserved, and what may therefore be sold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .products import stock_item
from .rest import Call, Fault, Route, Row, check_numbers, dec, route
from .search import listing

if TYPE_CHECKING:
    from .state import Shop

_SOURCE, _STOCK, _SALES = (
    "Magento_InventoryApi::source",
    "Magento_InventoryApi::stock",
    "Magento_InventorySalesApi::stock",
)
_LEGACY = "Magento_CatalogInventory::cataloginventory"
_NO_SKU = 'The Product with the "%1" SKU doesn\'t exist.'


class Crash(Exception):
    """PHP ended in the middle: a text page, no JSON."""


def source_items(shop: Shop, call: Call) -> Row:
    """GET /inventory/source-items, sorted by SKU as its key is."""
    return listing(call, sorted(shop.source_items.values(), key=lambda row: str(row["sku"])))


def set_items(shop: Shop, call: Call) -> list[Any]:
    """POST /inventory/source-items: absolute numbers; an unknown SKU is taken, an unknown source is not."""
    rows = call.part("sourceItems")
    if not rows:
        raise Fault(400, "Input data is empty")
    known = {each["source_code"] for each in shop.sources}
    for row in rows:
        check_numbers(row, ("quantity",))
        if row["source_code"] not in known:
            raise Fault(400, "Could not save Source Item")
    for row in rows:
        kept = {"sku": row["sku"], "source_code": row["source_code"], "quantity": row["quantity"]}
        shop.source_items[row["sku"], row["source_code"]] = kept | {"status": row.get("status", 1)}
    return []


def delete_items(shop: Shop, call: Call) -> list[Any]:
    """POST /inventory/source-items-delete."""
    for row in call.part("sourceItems"):
        shop.source_items.pop((row["sku"], row["source_code"]), None)
    return []


def sources(shop: Shop, call: Call) -> Row:
    """GET /inventory/sources; it does without criteria."""
    if not call.query:
        return {"items": shop.sources, "search_criteria": {"filter_groups": []}, "total_count": len(shop.sources)}
    return listing(call, shop.sources)


def stocks(shop: Shop, call: Call) -> Row:
    """GET /inventory/stocks."""
    more = {"sales_channels": [{"type": "website", "code": shop.websites[-1]["code"]}]}
    rows = [{"stock_id": 1, "name": "Default Stock", "extension_attributes": more}]
    return {"items": rows, "search_criteria": {"filter_groups": []}, "total_count": 1}


def resolver(shop: Shop, call: Call) -> Row:
    """GET /inventory/stock-resolver/website/{code}."""
    return {"stock_id": 1, "name": "Default Stock"}


def salable_quantity(shop: Shop, call: Call) -> Decimal:
    """GET /inventory/get-product-salable-quantity: the platform trips over an unknown SKU."""
    row = shop.product(call.params["sku"])
    if row is None:
        raise Crash("An error has happened during application run. See exception log for details.\n")
    if row["type_id"] == "configurable":
        raise Fault(400, "Can't check requested quantity for products without Source Items support.")
    return shop.salable(row["sku"])


def is_salable(shop: Shop, call: Call) -> bool:
    """GET /inventory/is-product-salable."""
    return shop.salable(call.params["sku"]) > 0


def _known(shop: Shop, sku: str) -> Row:
    row = shop.product(sku)
    if row is None:
        raise Fault(404, _NO_SKU, [sku])
    return row


def legacy(shop: Shop, call: Call) -> Row:
    """GET /stockItems/{sku}."""
    return stock_item(shop, _known(shop, call.params["sku"]))


def set_legacy(shop: Shop, call: Call) -> int:
    """PUT /products/{sku}/stockItems/{id}: the default source alone."""
    row = _known(shop, call.params["sku"])
    given = call.part("stockItem")
    status = 1 if given.get("is_in_stock", dec(given.get("qty")) > 0) else 0
    kept = {"sku": row["sku"], "source_code": "default", "quantity": given.get("qty", 0), "status": status}
    shop.source_items[row["sku"], "default"] = kept
    return int(row["id"])


ROUTES: tuple[Route, ...] = (
    route("GET", "/inventory/source-items", _SOURCE, source_items),
    route("POST", "/inventory/source-items", _SOURCE, set_items),
    route("POST", "/inventory/source-items-delete", _SOURCE, delete_items),
    route("GET", "/inventory/sources", _SOURCE, sources),
    route("GET", "/inventory/stocks", _STOCK, stocks),
    route("GET", "/inventory/stock-resolver/website/{code}", _STOCK, resolver),
    route("GET", "/inventory/get-product-salable-quantity/{sku}/{stock}", _SALES, salable_quantity),
    route("GET", "/inventory/is-product-salable/{sku}/{stock}", _SALES, is_salable),
    route("GET", "/stockItems/{sku}", _LEGACY, legacy),
    route("PUT", "/products/{sku}/stockItems/{item}", _LEGACY, set_legacy),
)
