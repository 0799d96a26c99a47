"""Changing stock in the pretended shop: set and adjust with compare-and-set, and stocking at a location."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from .goods import by_item, item_view
from .shop import Row, Shop, number, user_error

_MOST = 1_000_000_000
_REASONS = (
    "correction", "cycle_count_available", "damaged", "movement_created", "movement_updated", "movement_received",
    "movement_canceled", "other", "promotion", "quality_control", "received", "reservation_created",
    "reservation_deleted", "reservation_updated", "restock", "safety_stock", "shrinkage",
)  # fmt: skip


def set_quantities(shop: Shop, input: Row) -> Row:
    """All or nothing; each entry must say what it changes from, even if that is null."""
    named = input["name"] in ("available", "on_hand")
    errors = [] if named else [user_error(["input", "name"], "The quantity name is unknown.", "INVALID_NAME")]
    errors += _reason_errors(input)
    pairs = Counter((each["inventoryItemId"], each["locationId"]) for each in input["quantities"])
    for at, entry in enumerate(input["quantities"]):
        path = ["input", "quantities", str(at)]
        errors += _entry_errors(shop, entry, path) + _bound_errors(entry["quantity"], [*path, "quantity"])
        if pairs[entry["inventoryItemId"], entry["locationId"]] > 1:
            words = "The combination of inventoryItemId and locationId must be unique."
            errors.append(user_error(path, words, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"))
        if input["name"] == "on_hand" and entry["quantity"] < 0:
            words = "The quantity can't be negative."
            errors.append(user_error([*path, "quantity"], words, "INVALID_QUANTITY_NEGATIVE"))
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changes = []
    for entry in input["quantities"]:
        item, place = entry["inventoryItemId"], entry["locationId"]
        held = shop.committed(item, place) if input["name"] == "on_hand" else 0
        changes.append(_change(shop, item, place, entry["quantity"] - held - _kept(shop, item, place)))
    return {"inventoryAdjustmentGroup": _group(shop, input, changes), "userErrors": []}


def adjust_quantities(shop: Shop, input: Row) -> Row:
    """Add and take away; all or nothing."""
    errors = _reason_errors(input)
    if input["name"] != "available":
        errors.append(user_error(["input", "name"], "The quantity name is invalid.", "INVALID_QUANTITY_NAME"))
    for at, entry in enumerate(input["changes"]):
        path = ["input", "changes", str(at)]
        after = _kept(shop, entry["inventoryItemId"], entry["locationId"]) + entry["delta"]
        errors += _entry_errors(shop, entry, path) + _bound_errors(after, [*path, "delta"])
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changes = [_change(shop, each["inventoryItemId"], each["locationId"], each["delta"]) for each in input["changes"]]
    return {"inventoryAdjustmentGroup": _group(shop, input, changes), "userErrors": []}


def activate(shop: Shop, inventory_item_id: str, location_id: str) -> Row:
    """Stock an item at a location, with what it holds there already or with nothing."""
    if by_item(shop, inventory_item_id) is None or location_id not in shop.locations:
        return {"inventoryLevel": None, "userErrors": [{"field": ["inventoryItemId"], "message": "was not found"}]}
    shop.levels.setdefault((inventory_item_id, location_id), (0, shop.stamp()))
    level = f"gid://shopify/InventoryLevel/{number(location_id)}?inventory_item_id={number(inventory_item_id)}"
    return {"inventoryLevel": {"id": level}, "userErrors": []}


def _kept(shop: Shop, item: str, place: str) -> int:
    """Since 2026-10 an item may be changed at any location; where it was never kept it starts from nothing."""
    return shop.levels.get((item, place), (0, ""))[0]


def _change(shop: Shop, item: str, place: str, delta: int) -> Row:
    shop.move_stock(item, place, delta)
    variant = by_item(shop, item)
    return {
        "name": "available", "delta": delta, "quantityAfterChange": _kept(shop, item, place),
        "location": shop.locations[place], "item": item_view(shop, variant) if variant else None,
    }  # fmt: skip


def _group(shop: Shop, input: Row, changes: Sequence[Row]) -> Row:
    def chosen(info: Any, **only: Any) -> list[Row]:
        return list(changes)

    return {
        "id": shop.gid("InventoryAdjustmentGroup"), "createdAt": shop.stamp(), "reason": input["reason"],
        "referenceDocumentUri": input.get("referenceDocumentUri"), "changes": chosen,
    }  # fmt: skip


def _reason_errors(input: Row) -> list[Row]:
    if input["reason"] in _REASONS:
        return []
    return [user_error(["input", "reason"], "The specified reason is invalid.", "INVALID_REASON")]


def _bound_errors(quantity: int, path: list[str]) -> list[Row]:
    if quantity > _MOST:
        return [user_error(path, "The total quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH")]
    if quantity < -_MOST:
        return [user_error(path, "The total quantity can't be lower than -1,000,000,000.", "INVALID_QUANTITY_TOO_LOW")]
    return []


def _entry_errors(shop: Shop, entry: Row, path: list[str]) -> list[Row]:
    if "changeFromQuantity" not in entry:
        raise GraphQLError(f"changeFromQuantity is required at {'.'.join(path)}", extensions={"code": "BAD_REQUEST"})
    item, location = entry["inventoryItemId"], entry["locationId"]
    if by_item(shop, item) is None:
        words = "The specified inventory item could not be found."
        return [user_error([*path, "inventoryItemId"], words, "INVALID_INVENTORY_ITEM")]
    if location not in shop.locations:
        words = "The specified location could not be found."
        return [user_error([*path, "locationId"], words, "INVALID_LOCATION")]
    wanted = entry["changeFromQuantity"]
    if wanted is not None and wanted != _kept(shop, item, location):
        words = "The changeFromQuantity argument no longer matches the persisted quantity."
        return [user_error([*path, "changeFromQuantity"], words, "CHANGE_FROM_QUANTITY_STALE")]
    return []
