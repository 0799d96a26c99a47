"""Contacts: listed without any change filter, searched by free text, made once per e-mail, patched by merge."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from . import hooks
from .paging import by_place
from .speech import Call, Refusal, invalid, iso, missing
from .state import Row, Store

_LARGEST, _USUAL = 1000, 50


def list_contacts(store: Store, call: Call) -> Response:
    """GET /v1/contacts."""
    return by_place(call, "contacts", list(store.contacts.values()), view, _size(call.query.get("pageSize", _USUAL)))


def _size(asked: Any) -> int:
    try:
        found = int(asked)
    except ValueError as fault:
        raise invalid("pageSize must be a number.") from fault
    if not 1 <= found <= _LARGEST:
        raise invalid(f"pageSize must be between 1 and {_LARGEST}.")
    return found


def query(store: Store, call: Call) -> Response:
    """POST /v1/contacts/query: the words are looked for in names and e-mail, so near misses come along."""
    body = call.record()
    words = str(body.get("searchString", "")).lower()
    rows = [row for row in store.contacts.values() if words in f"{row['first']} {row['last']} {row['email']}".lower()]
    rows.sort(key=lambda row: row["id"], reverse=body.get("sortDirection") == "DESCENDING")
    query = {"cursor": body["cursor"]} if "cursor" in body else {}
    paged = Call(call.ids, query, call.headers, call.raw, body, call.who)
    return by_place(paged, "contacts", rows, view, _size(body.get("pageSize", _USUAL)))


def view(row: Row) -> Row:
    """Consent is an object on read and a bare flag on write."""
    consent = {"acceptsMarketing": row["accepts"], "joinedOn": iso(row["joined"]), "leftOn": iso(row["left"])}
    return {
        "id": row["id"], "firstName": row["first"], "lastName": row["last"], "locale": row["locale"],
        "createdOn": iso(row["created"]), "defaultShippingAddress": row["address"],
        "primaryEmail": {"email": row["email"], "createdOn": iso(row["created"]), "acceptsMarketing": consent},
    }  # fmt: skip


def get_contact(store: Store, call: Call) -> Response:
    """GET one."""
    return JSONResponse({"contact": view(_contact(store, call))})


def _contact(store: Store, call: Call) -> Row:
    row = store.contacts.get(call.ids[0])
    if row is None:
        raise Refusal(404, "The contact was not found.")
    return row


def address_book(store: Store, call: Call) -> Response:
    """GET …/address-book."""
    address = _contact(store, call)["address"]
    return by_place(call, "addressBookEntries", [address] if address else [], lambda row: row)


def add_contact(store: Store, call: Call) -> Response:
    """POST /v1/contacts: all four members are needed."""
    body = call.record()
    for name in ("firstName", "lastName", "locale", "primaryEmail"):
        if not body.get(name):
            raise missing(name)
    email = str(body["primaryEmail"].get("email") or "")
    if "@" not in email:
        raise missing("primaryEmail.email")
    if _taken(store, email):
        raise Refusal(409, "A contact with this e-mail exists.", "DUPLICATE_USER_CONFLICT")
    accepts = _flag(body["primaryEmail"].get("acceptsMarketing", False))
    row = contact(store, body["firstName"], body["lastName"], email, accepts=accepts, locale=body["locale"])
    hooks.happened(store, "contact.create", view(row))
    return JSONResponse({"contact": view(row)}, 201)


def _taken(store: Store, email: str) -> bool:
    return any(row["email"].lower() == email.lower() for row in store.contacts.values())


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid("acceptsMarketing must be true or false.")
    return value


def contact(store: Store, first: str, last: str, email: str, *, accepts: bool = False, **more: Any) -> Row:
    """Put a contact into the site."""
    row: Row = {
        "id": store.new_id(), "first": first, "last": last, "email": email, "accepts": accepts, "address": None,
        "joined": store.now() if accepts else None, "left": None, "created": store.now(), "locale": "en-IE",
    }  # fmt: skip
    store.contacts[row["id"]] = row | more
    return store.contacts[row["id"]]


def edit_contact(store: Store, call: Call) -> Response:
    """PATCH one; another content type than merge-patch is refused."""
    row, body = _contact(store, call), call.record()
    if not call.headers.get("content-type", "").startswith("application/merge-patch+json"):
        raise Refusal(400, "The content type must be application/merge-patch+json.", "INVALID_CONTENT_TYPE")
    names = {"firstName": "first", "lastName": "last", "locale": "locale"}
    row |= {key: body[name] for name, key in names.items() if name in body}
    primary = body.get("primaryEmail") or {}
    if "email" in primary and primary["email"].lower() != row["email"].lower() and _taken(store, primary["email"]):
        raise Refusal(409, "A contact with this e-mail exists.", "DUPLICATE_USER_CONFLICT")
    row["email"] = primary.get("email", row["email"])
    if "acceptsMarketing" in primary:
        row["accepts"] = _flag(primary["acceptsMarketing"])
        row["joined" if row["accepts"] else "left"] = store.now()
    hooks.happened(store, "contact.update", view(row))
    return JSONResponse({"contact": view(row)})
