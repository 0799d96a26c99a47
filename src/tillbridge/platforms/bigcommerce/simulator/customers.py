"""Accounts of shoppers, by cursor, and the newsletter's list beside them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from .speech import Call, Refusal, cursor_page, data, iso, moment, page
from .state import Row, Store

_MOST = 10
_NEEDED = ("email", "first_name", "last_name")


def list_customers(store: Store, call: Call) -> Response:
    """GET /v3/customers."""
    rows = list(store.customers.values())
    if "email:in" in call.query:
        wanted = [each.lower() for each in call.listed("email:in")]
        rows = [row for row in rows if row["email"].lower() in wanted]
    if "id:in" in call.query:
        rows = [row for row in rows if str(row["id"]) in call.listed("id:in")]
    if since := call.query.get("date_modified:min"):
        rows = [row for row in rows if row["modified"] >= moment(since, "date_modified:min")]
    if call.query.get("sort", "").startswith("date_modified"):
        rows.sort(key=lambda row: (row["modified"], row["id"]))
    whole = "addresses" in call.listed("include")
    return cursor_page(call, [_view(row, whole) for row in rows])


def _view(row: Row, whole: bool) -> Row:
    view = {name: value for name, value in row.items() if name not in ("created", "modified", "addresses")}
    view |= {"date_created": iso(row["created"]), "date_modified": iso(row["modified"])}
    view |= {"address_count": len(row["addresses"]), "customer_group_id": 0, "authentication": {}}
    return view | ({"addresses": row["addresses"][:_MOST]} if whole else {})


def add_customers(store: Store, call: Call) -> Response:
    """POST /v3/customers, ten at most; all rows stand or fall together."""
    rows = _rows(call)
    problems: dict[str, str] = {}
    for at, row in enumerate(rows):
        problems |= {f"{at}.{name}": f"{name} is required" for name in _NEEDED if not row.get(name)}
        if any(each["email"].lower() == str(row.get("email", "")).lower() for each in store.customers.values()):
            problems[f"{at}.email"] = f"email {row['email']} already in use"
    if problems:
        raise Refusal(422, "Create customers failed.", problems)
    made = []
    for row in rows:
        kept = customer(store, next(store.ids), row)
        made.append(kept)
        if row.get("trigger_account_created_notification"):
            store.mail(kept["email"], "Your account at the shop")
    return data([_view(row, True) for row in made])


def customer(store: Store, key: int, given: dict[str, Any]) -> Row:
    """Put an account into the store."""
    addresses = [
        {"id": next(store.ids), "customer_id": key, "country": "", **each} for each in given.get("addresses") or ()
    ]
    row = {
        "id": key, "email": given["email"], "first_name": given["first_name"], "last_name": given["last_name"],
        "company": "", "phone": given.get("phone") or "", "notes": "", "addresses": addresses,
        "created": store.now(), "modified": store.now(),
    }  # fmt: skip
    store.customers[key] = row
    return row


def edit_customers(store: Store, call: Call) -> Response:
    """PUT /v3/customers; addresses are not changed this way."""
    rows = _rows(call)
    for at, row in enumerate(rows):
        known = store.customers.get(row.get("id", 0))
        if known is None:
            raise Refusal(422, "Update customers failed.", {f"{at}.id": "does not exist"})
        wanted = {name: row[name] for name in ("email", "first_name", "last_name", "phone") if row.get(name)}
        known |= {**wanted, "modified": store.now()}
    return data([_view(store.customers[row["id"]], True) for row in rows])


def _rows(call: Call) -> list[dict[str, Any]]:
    if not isinstance(call.body, list) or not call.body:
        raise Refusal(422, "Invalid JSON", {"body": "must be a list of customers"})
    if len(call.body) > _MOST:
        raise Refusal(413, f"Too many customers in one call; {_MOST} at most.")
    return call.body


def list_subscribers(store: Store, call: Call) -> Response:
    """GET /v3/customers/subscribers."""
    wanted = call.query.get("email", "").lower()
    return page(call, [row for row in store.subscribers if not wanted or row["email"].lower() == wanted])
