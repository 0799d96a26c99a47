"""Inventory items of Catalog V3: one per variant and location, changed under a revision or moved without."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from .querying import ANY, Declared, page
from .speech import Call, Refusal, Row, answer, invalid, iso
from .state import Site

_LOWEST, _HIGHEST = -99_999, 99_999
_FIELDS = (
    "id",
    "locationId",
    "variantId",
    "productId",
    "createdDate",
    "updatedDate",
    "availabilityStatus",
    "inStock",
    "quantity",
    "trackQuantity",
)
_ITEMS = Declared(
    dict.fromkeys(_FIELDS, ANY),
    frozenset({"createdDate", "updatedDate", "productId", "quantity"}),
    most=1000,
    order=("productId", False),
)


def view(row: Row) -> Row:
    """An item: counted, or only said to be there."""
    counted = row["quantity"] is not None
    kept = {"quantity": row["quantity"]} if counted else {"inStock": row["inStock"]}
    there = row["quantity"] > 0 if counted else row["inStock"]
    return {
        "id": row["id"], "revision": str(row["revision"]), "productId": row["productId"], "variantId": row["variantId"],
        "locationId": row["locationId"], "trackQuantity": counted, "createdDate": iso(row["created"]),
        "updatedDate": iso(row["updated"]), "availabilityStatus": "IN_STOCK" if there else "OUT_OF_STOCK", **kept,
    }  # fmt: skip


def list_items(site: Site, call: Call) -> Response:
    """POST /stores/v3/inventory-items/query."""
    rows, meta = page(call.body, "query", [view(row) for row in site.items.values()], _ITEMS)
    return answer({"inventoryItems": rows, "pagingMetadata": meta})


def _item(site: Site, key: object) -> Row:
    row = site.items.get(str(key))
    if row is None:
        raise Refusal(404, "inventory item not found", code="NOT_FOUND")
    return row


def get_item(site: Site, call: Call) -> Response:
    """GET /stores/v3/inventory-items/{id}."""
    return answer({"inventoryItem": view(_item(site, call.ids[0]))})


def _set(site: Site, given: Row) -> Row:
    row = _item(site, given.get("id"))
    if "revision" not in given:
        raise invalid("inventoryItem.revision", "must not be empty", "REQUIRED_FIELD")
    if str(given["revision"]) != str(row["revision"]):
        raise Refusal(409, "the revision is not the current one", code="INVENTORY_ITEM_REVISION_MISMATCH")
    quantity = given.get("quantity", row["quantity"])
    if not isinstance(quantity, int) or not _LOWEST <= quantity <= _HIGHEST:
        raise invalid("inventoryItem.quantity", "is out of range", "RANGE")
    site.move(row, quantity - row["quantity"])
    return row


def edit_item(site: Site, call: Call) -> Response:
    """PATCH /stores/v3/inventory-items/{id}."""
    return answer({"inventoryItem": view(_set(site, {**call.record("inventoryItem"), "id": call.ids[0]}))})


def bulk_update(site: Site, call: Call) -> Response:
    """POST /stores/v3/bulk/inventory-items/update: each row by itself, the answer is 200 all the same."""
    rows = call.listed("inventoryItems", 1000)
    return _bulk(site, call, rows, lambda row: _set(site, row.get("inventoryItem") or {}))


def bulk_increment(site: Site, call: Call) -> Response:
    """POST /stores/v3/bulk/inventory-items/increment."""
    return _bulk(site, call, call.listed("incrementData", 300), lambda row: _moved(site, call, row, "incrementBy", 1))


def bulk_decrement(site: Site, call: Call) -> Response:
    """POST /stores/v3/bulk/inventory-items/decrement; restricted unless told otherwise."""
    return _bulk(site, call, call.listed("decrementData", 300), lambda row: _moved(site, call, row, "decrementBy", -1))


def _moved(site: Site, call: Call, given: Row, name: str, sign: int) -> Row:
    row, by = _item(site, given.get("inventoryItemId")), given.get(name)
    if not isinstance(by, int) or not 1 <= by <= _HIGHEST:
        raise invalid(name, "must be from 1 to 99999", "RANGE")
    if row["quantity"] is None:
        raise Refusal(400, "the quantity is not tracked", code="INVENTORY_QUANTITY_NOT_TRACKED")
    restricted = call.body.get("restrictInventory", True) is not False
    if sign < 0 and restricted and row["quantity"] < by:
        raise Refusal(400, "there is not enough of it", code="INSUFFICIENT_INVENTORY")
    site.move(row, sign * by)
    return row


def _bulk(site: Site, call: Call, rows: list[Row], change: Callable[[Row], Row]) -> Response:
    results: list[Row] = []
    failed = 0
    for at, row in enumerate(rows):
        try:
            item = change(row)
        except Refusal as refusal:
            failed += 1
            told = {"code": refusal.code or "INVALID_ARGUMENT", "description": refusal.message}
            results.append({"itemMetadata": {"originalIndex": at, "success": False, "error": told}})
        else:
            entity = {"item": view(item)} if call.body.get("returnEntity") else {}
            results.append({"itemMetadata": {"id": item["id"], "originalIndex": at, "success": True}, **entity})
    meta = {"totalSuccesses": len(rows) - failed, "totalFailures": failed}
    return answer({"results": results, "bulkActionMetadata": meta})
