"""v2 orders: made as given, listed bare, changed, cancelled, archived. A double POST makes two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from . import hooks
from .order_making import check, lower_stock, new_order, put_back, set_totals
from .order_view import STATUS, line_view, order_view
from .speech import Call, Refusal, bare, moment
from .state import Row, Store

_EQUAL = {"external_order_id": "external_order_id", "payment_method": "payment_method"}
_SAME_NUMBER = {"status_id": "status_id", "channel_id": "channel_id", "customer_id": "customer_id"}
_WRITABLE = ("staff_notes", "customer_message", "payment_method", "external_order_id", "channel_id")


def list_orders(store: Store, call: Call) -> Response:
    """GET /v2/orders; 204 when there is none, and past the last page."""
    rows = [row for row in store.orders.values() if _matches(store, row, call)]
    name, _, way = call.query.get("sort", "id:asc").partition(":")
    key = {"date_modified": "modified", "date_created": "created"}.get(name, "id")
    rows.sort(key=lambda row: (row[key], row["id"]), reverse=way == "desc")
    return bare(call, [order_view(store, row, call) for row in rows])


def _matches(store: Store, row: Row, call: Call) -> bool:
    if row["deleted"]:
        return False
    listed_at = row["created"] + timedelta(seconds=store.switches.listed_after)
    if row["external_order_id"] and listed_at > store.now():
        return False
    if any(row[key] != call.query[name] for name, key in _EQUAL.items() if name in call.query):
        return False
    if any(str(row[key]) != call.query[name] for name, key in _SAME_NUMBER.items() if name in call.query):
        return False
    if since := call.query.get("min_date_modified"):
        return bool(row["modified"] >= moment(since, "min_date_modified"))
    return True


def count_orders(store: Store, call: Call) -> Response:
    """GET /v2/orders/count."""
    return JSONResponse({"count": sum(not row["deleted"] for row in store.orders.values()), "statuses": []})


def _order(store: Store, call: Call) -> Row:
    row = store.orders.get(int(call.ids[0]))
    if row is None:
        raise Refusal(404, "The requested resource was not found.")
    return row


def get_order(store: Store, call: Call) -> Response:
    """GET one; archived ones too."""
    return JSONResponse(order_view(store, _order(store, call), call))


def get_lines(store: Store, call: Call) -> Response:
    """GET …/products."""
    return bare(call, [line_view(each) for each in _order(store, call)["lines"]])


def add_order(store: Store, call: Call) -> Response:
    """POST /v2/orders: no mail, whatever address it has."""
    row = new_order(store, call.record())
    store.orders[row["id"]] = row
    lower_stock(store, row)
    hooks.happened(store, "store/order/created", "order", row["id"])
    return JSONResponse(order_view(store, row, call), 201)


def edit_order(store: Store, call: Call) -> Response:
    """PUT one. A change of status is mailed as the merchant has set it."""
    row, body = _order(store, call), call.record()
    check(store, body)
    if "products" in body:
        raise Refusal(400, "Changing the lines of an order is not part of this store.")
    set_totals(row, body)
    row |= {name: body[name] for name in _WRITABLE if name in body}
    row["modified"] = store.now()
    if "status_id" in body and body["status_id"] != row["status_id"]:
        change_status(store, row, body["status_id"])
    hooks.happened(store, "store/order/updated", "order", row["id"])
    return JSONResponse(order_view(store, row, call))


def change_status(store: Store, row: Row, status: Any) -> None:
    """Move stock and tell the shopper, as the merchant has set it."""
    if status not in STATUS:
        raise Refusal(400, "The field 'status_id' is invalid.")
    row |= {"status_id": status, "modified": store.now()}
    if status == 5:
        put_back(store, row)
    else:
        lower_stock(store, row)
    account = store.customers.get(row["customer_id"])
    address = row["billing"].get("email") or (account["email"] if account else "")
    if store.switches.status_mails and address:
        store.mail(address, f"Your order {row['id']} is now {STATUS[status]}")
    hooks.happened(store, "store/order/statusUpdated", "order", row["id"])


def archive_order(store: Store, call: Call) -> Response:
    """DELETE one: it is kept, and no list shows it any more."""
    _order(store, call)["deleted"] = True
    return Response(status_code=204)
