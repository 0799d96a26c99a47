"""Orders: imported as sent, found by the search grammar, commented, cancelled while nothing is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .order_rows import numbered, printed, protect_code, store_name
from .rest import Call, Fault, Route, Row, check_numbers, dec, route
from .search import listing

if TYPE_CHECKING:
    from .state import Shop

_VIEW, _CREATE, _CANCEL = "Magento_Sales::actions_view", "Magento_Sales::create", "Magento_Sales::cancel"
_COMMENT = "Magento_Sales::comment"
_GONE = "The entity that was requested doesn't exist. Verify the entity and try again."
_LONGEST_NUMBER, _LONGEST_REFERENCE = 50, 32
_AMOUNTS = ("grand_total", "subtotal", "tax_amount", "total_paid", "discount_amount")


def found(shop: Shop, call: Call) -> Row:
    """The order of the address. Raises Fault."""
    row = shop.orders.get(call.number("id"))
    if row is None:
        raise Fault(404, _GONE)
    return row


def get(shop: Shop, call: Call) -> Row:
    """GET /orders/{id}."""
    return printed(found(shop, call))


def get_list(shop: Shop, call: Call) -> Row:
    """GET /orders."""
    return listing(
        call,
        list(shop.orders.values()),
        view=printed,
        repeats=shop.switches.repeats_last_page,
        limited=shop.switches.limits_pages,
    )


def statuses(shop: Shop, call: Call) -> str:
    """GET /orders/{id}/statuses: a bare text."""
    return str(found(shop, call)["status"])


def save(shop: Shop, call: Call) -> Row:
    """POST /orders: a new order as sent, or single columns of one that is there."""
    given: Row = call.part("entity")
    check_numbers(given, _AMOUNTS)
    if given.get("entity_id"):
        return _columns(shop, given)
    if not given.get("payment"):
        raise Fault(400, "Please provide payment for the order.")
    if given.get("billing_address") and not (given["billing_address"].get("email") or given.get("customer_email")):
        raise Fault(400, "Email has a wrong format")
    number = str(given.get("increment_id") or "")[:_LONGEST_NUMBER]
    store = given.get("store_id", 0)
    # a refused row uses up its number all the same
    entity = shop.next_id("order")
    if number and any(
        (each["increment_id"], each.get("store_id", 0)) == (number, store) for each in shop.orders.values()
    ):
        raise Fault(400, "Unique constraint violation found")
    return _imported(shop, entity, given)


def _imported(shop: Shop, entity: int, given: Row) -> Row:
    now = shop.stamp()
    row: Row = {name: value for name, value in given.items() if name != "items"}
    row["increment_id"] = str(given.get("increment_id") or numbered(shop))[:_LONGEST_NUMBER]
    if given.get("ext_order_id"):
        row["ext_order_id"] = str(given["ext_order_id"])[:_LONGEST_REFERENCE]
    row |= {"entity_id": entity, "created_at": given.get("created_at", now), "updated_at": now}
    row |= {"protect_code": protect_code(entity), "store_name": store_name(shop)}
    row["items"] = [_item(shop, each, entity) for each in given.get("items") or []]
    row["total_item_count"] = len(row["items"])
    row["status_histories"] = [
        {**each, "entity_id": shop.next_id("history"), "parent_id": entity}
        for each in given.get("status_histories") or []
    ]
    if given.get("billing_address"):
        row["billing_address"] = _address(shop, entity, given, given["billing_address"])
        row["billing_address_id"] = row["billing_address"]["entity_id"]
    row["payment"] = _payment(shop, entity, given["payment"])
    if given.get("extension_attributes"):
        row["extension_attributes"] = _assignments(shop, entity, given)
    if row.get("state") == "processing" and row["items"] and all(_is_done(each) for each in row["items"]):
        row |= {"state": "complete", "status": "complete"}
    shop.orders[entity] = row
    answer = printed(row, again=False)
    # the answer repeats what was sent, however long
    return answer | ({"increment_id": given["increment_id"]} if given.get("increment_id") else {})


def _is_done(item: Row) -> bool:
    ordered = dec(item.get("qty_ordered"))
    return dec(item.get("qty_invoiced")) >= ordered and dec(item.get("qty_shipped")) >= ordered


def _item(shop: Shop, given: Row, entity: int) -> Row:
    now = shop.stamp()
    told = {"item_id": shop.next_id("order_item"), "order_id": entity, "created_at": now, "updated_at": now}
    return given | told


def _address(shop: Shop, entity: int, order: Row, given: Row) -> Row:
    found_: Row = {"address_type": "billing", "email": order.get("customer_email"), **given}
    found_ |= {"entity_id": shop.next_id("order_address"), "parent_id": entity}
    return {name: value for name, value in found_.items() if value is not None}


def _payment(shop: Shop, entity: int, given: Row) -> Row:
    told: Row = {"account_status": None, "additional_information": [], "cc_last4": None}
    return told | given | {"entity_id": shop.next_id("payment"), "parent_id": entity}


def _assignments(shop: Shop, entity: int, given: Row) -> Row:
    more: Row = given["extension_attributes"]
    for each in more.get("shipping_assignments") or ():
        each["shipping"]["address"] |= {"entity_id": shop.next_id("order_address"), "parent_id": entity}
    return more


def _columns(shop: Shop, given: Row) -> Row:
    """Only the given columns change; the answer shows nothing for the rest."""
    row = shop.orders.get(int(given["entity_id"]))
    if row is None:
        raise Fault(404, _GONE)
    columns = {name: value for name, value in given.items() if not isinstance(value, (dict, list))}
    if len(columns) < 2:
        raise Fault(500, "Internal Error. Details are available in Magento log file. Report ID: webapi-65a1f0")
    row |= columns | {"updated_at": shop.stamp()}
    whole = printed(row, again=False)
    kept = ("items", "billing_address", "billing_address_id", "payment", "status_histories", "created_at", "updated_at")
    told: Row = {
        "base_grand_total": None,
        "base_total_due": 0,
        "customer_email": None,
        "grand_total": None,
        "total_due": 0,
    }
    shown = told | columns | {name: whole[name] for name in kept if name in whole}
    # taxes per line belong to what was not loaded
    plain = [{key: value for key, value in each.items() if key != "extension_attributes"} for each in shown["items"]]
    return shown | {"items": plain}


def comment(shop: Shop, call: Call) -> bool:
    """POST /orders/{id}/comments."""
    row = found(shop, call)
    given: Row = call.part("statusHistory")
    number = shop.next_id("history")
    told = {"comment": given.get("comment"), "created_at": shop.stamp(), "entity_id": number, "entity_name": "order"}
    told |= {name: given.get(name, 0) for name in ("is_customer_notified", "is_visible_on_front")}
    told |= {"parent_id": row["entity_id"], "status": given.get("status", row["status"])}
    # newest first, as the shop lists them
    row["status_histories"] = [told, *row["status_histories"]]
    row |= {"updated_at": shop.stamp()} | ({"status": given["status"]} if given.get("status") else {})
    return True


def cancel(shop: Shop, call: Call) -> bool:
    """POST /orders/{id}/cancel: false, and nothing done, once anything is invoiced or it is cancelled already."""
    row = found(shop, call)
    invoiced = any(dec(each.get("qty_invoiced")) for each in row["items"])
    if invoiced or row.get("state") in ("canceled", "complete", "closed"):
        return False
    row |= {"state": "canceled", "status": "canceled", "updated_at": shop.stamp()}
    for each in row["items"]:
        each["qty_canceled"] = each["qty_ordered"]
        if row.get("quote_id"):
            shop.reserve(each["sku"], dec(each["qty_ordered"]))
    return True


ROUTES: tuple[Route, ...] = (
    route("GET", "/orders", _VIEW, get_list),
    route("POST", "/orders", _CREATE, save),
    route("PUT", "/orders/create", _CREATE, save),
    route("GET", "/orders/{id}", _VIEW, get),
    route("GET", "/orders/{id}/statuses", _VIEW, statuses),
    route("POST", "/orders/{id}/comments", _COMMENT, comment),
    route("POST", "/orders/{id}/cancel", _CANCEL, cancel),
)
