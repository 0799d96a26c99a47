"""Customers as staff find and save them: by part of an address, and never two of one."""

from __future__ import annotations

import re

from .collections import listed, ordered, partly
from .http import ApiError, Call, Reply, context, invalid, not_found
from .state import ADMIN, Row, Shop, last_part

_SHORT, _BLANK = "9ff3fdc4-b214-49db-8718-39c315e33d45", "c1051bb4-d103-4f74-8988-acbcafc7fdc3"
_NO_MAIL, _TAKEN = "bd79c0ab-ddba-46cc-a703-a7a4b08de310", "23bd9dbf-6b9b-41cd-a99e-4844bcf3077f"
_NO_CHOICE = "8e179f1b-97aa-4560-a02f-2a8b42e49df7"
_NAMES = (("firstName", "First name"), ("lastName", "Last name"))
_FIELDS = ("email", "firstName", "lastName", "phoneNumber", "gender", "subscribedToNewsletter", "birthday")


def customer_list(call: Call) -> Reply:
    """Filters find parts, whatever the case."""
    rows = list(call.shop.customers.values())
    for name in ("email", "firstName", "lastName"):
        rows = partly(rows, name, call.first(name))
    rows = ordered(call, rows, ("createdAt", "email", "firstName", "lastName"), default="-createdAt")
    return listed(call, "Customer", rows, lambda row: customer_view(call.shop, row), "customers")


def customer_view(shop: Shop, row: Row) -> Row:
    """A customer as staff see them."""
    account = row["user"]
    user: Row | None = None
    if account:
        user = {"@id": f"{ADMIN}/shop-users/{account}", "@type": "ShopUser", "enabled": True, "verified": False}
    return {
        "@id": f"{ADMIN}/customers/{row['id']}",
        "@type": "Customer",
        "defaultAddress": None,
        "user": user,
        "id": row["id"],
        "email": row["email"],
        "firstName": row["firstName"],
        "lastName": row["lastName"],
        "birthday": row["birthday"],
        "gender": row["gender"],
        "group": f"{ADMIN}/customer-groups/{row['group']}" if row["group"] else None,
        "phoneNumber": row["phoneNumber"],
        "subscribedToNewsletter": row["subscribedToNewsletter"],
        "createdAt": shop.written(row["createdAt"]),
        "fullName": f"{row['firstName'] or ''} {row['lastName'] or ''}".strip(),
    }


def customer_read(call: Call) -> Reply:
    """One customer."""
    return Reply(context("Customer", customer_view(call.shop, _customer(call))))


def _customer(call: Call) -> Row:
    number = call.words["id"]
    found = call.shop.customers.get(int(number)) if number.isdigit() else None
    if found is None:
        raise not_found()
    return found


def customer_create(call: Call) -> Reply:
    """A guest, or somebody with an account; neither is told by mail."""
    shop, body = call.shop, call.body if isinstance(call.body, dict) else {}
    blank: Row = dict.fromkeys(_FIELDS) | {"gender": "u", "subscribedToNewsletter": False, "group": None, "user": None}
    row = blank | {name: body[name] for name in _FIELDS if name in body}
    _check(shop, row)
    if body.get("user"):
        row["user"] = shop.next_id("shop users")
    row |= {"id": shop.next_id("customers"), "createdAt": shop.now()}
    shop.customers[row["id"]] = row
    return Reply(context("Customer", customer_view(shop, row)), 201)


def customer_update(call: Call) -> Reply:
    """Absent keys stay."""
    row, body = _customer(call), call.body if isinstance(call.body, dict) else {}
    changed = row | {name: body[name] for name in _FIELDS if name in body}
    if "group" in body:
        changed["group"] = last_part(body["group"]) or None
    _check(call.shop, changed)
    row |= changed
    return Reply(context("Customer", customer_view(call.shop, row)))


def _check(shop: Shop, row: Row) -> None:
    if not isinstance(row["subscribedToNewsletter"], bool):
        words = 'The type of the "subscribedToNewsletter" attribute must be "bool", "string" given.'
        raise ApiError(400, words)
    short = [
        (name, f"{title} must be at least 2 characters long.", _SHORT)
        for name, title in _NAMES
        if row[name] is not None and len(row[name]) < 2
    ]
    email = row["email"]
    faults = [*short]
    if not email:
        faults.append(("email", "Please enter your email.", _BLANK))
    elif not re.fullmatch(r"[^\s@]+@[^\s@]+", email):
        faults.append(("email", "This email is invalid.", _NO_MAIL))
    elif any(
        each["email"].lower() == email.lower() and each["id"] != row.get("id") for each in shop.customers.values()
    ):
        faults.append(("email", "This email is already used.", _TAKEN))
    if row["gender"] not in ("u", "m", "f"):
        faults.append(("gender", "The value you selected is not a valid choice.", _NO_CHOICE))
    if faults:
        raise invalid(*faults)
