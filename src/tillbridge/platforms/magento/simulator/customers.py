"""Customers: anonymous sign-up with its welcome mail, search by e-mail, and a PUT that deletes unlisted addresses."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from .rest import ANYBODY, Call, Fault, Route, Row, no_entity, route
from .search import listing

if TYPE_CHECKING:
    from .state import Shop

_READ, _MANAGE = "Magento_Customer::customer", "Magento_Customer::manage"
_TAKEN = "A customer with the same email address already exists in an associated website."
_GROUPS = (0, 1, 2, 3)
_REQUIRED = ("street", "city", "telephone", "postcode")


def search(shop: Shop, call: Call) -> Row:
    """GET /customers/search."""

    def value(row: Row, name: str) -> object:
        return row["id"] if name == "entity_id" else row.get(name)

    return listing(call, list(shop.customers.values()), value)


def _found(shop: Shop, call: Call) -> Row:
    row = shop.customers.get(call.number("id"))
    if row is None:
        raise no_entity("customerId", call.number("id"))
    return row


def get(shop: Shop, call: Call) -> Row:
    """GET /customers/{id}."""
    return deepcopy(_found(shop, call))


def create(shop: Shop, call: Call) -> Row:
    """POST /customers, open to everybody; the welcome mail goes out with and without a password."""
    given: Row = call.part("customer")
    _check(given)
    if any(each["email"].lower() == given["email"].lower() for each in shop.customers.values()):
        raise Fault(400, _TAKEN)
    number = shop.next_id("customer")
    subscribed = bool((given.get("extension_attributes") or {}).get("is_subscribed"))
    row: Row = {"id": number, "group_id": given.get("group_id", 1)}
    row |= {"created_at": shop.stamp(), "updated_at": shop.stamp(), "created_in": "Default Store View"}
    row |= {name: given[name] for name in ("email", "firstname", "lastname")}
    row |= {"store_id": given.get("store_id", 1), "website_id": given.get("website_id", 1), "addresses": []}
    row |= {"disable_auto_group_change": 0, "extension_attributes": {"is_subscribed": subscribed}}
    shop.customers[number] = row
    _put_addresses(shop, row, given.get("addresses") or [])
    if subscribed:
        shop.mail(row["email"], "Newsletter subscription success")
    if shop.switches.welcome_mails:
        shop.mail(f"{row['firstname']} {row['lastname']} <{row['email']}>", f"Welcome to {shop.name}")
    return deepcopy(row)


def _check(given: Row) -> None:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(given.get("email") or "")):
        raise Fault(400, '"Email" is not a valid email address.')
    for name, title in (("firstname", "First Name"), ("lastname", "Last Name")):
        if not given.get(name):
            raise Fault(400, f'"{title}" is a required value.')
    if given.get("group_id", 1) not in _GROUPS:
        raise Fault(400, "The specified customer group id does not exist.")
    for each in given.get("addresses") or []:
        missing = [name for name in _REQUIRED if not each.get(name)]
        if missing:
            words = '"%fieldName" is required. Enter and try again.'
            errors = [{"message": words, "parameters": {"fieldName": name}} for name in missing]
            raise Fault(400, "One or more input exceptions have occurred.", None, errors)


def _put_addresses(shop: Shop, row: Row, given: list[Row]) -> None:
    """Exactly the addresses given: known ones by their id, the rest as new ones."""
    kept = []
    for each in given:
        number = each.get("id") or shop.next_id("address")
        region = {"region_code": None, "region": None, "region_id": 0}
        found: Row = {"id": number, "customer_id": row["id"], "region": region}
        found |= {"region_id": 0} if each.get("id") else {}
        names = ("country_id", "street", "company", "telephone", "postcode", "city", "firstname", "lastname")
        found |= {name: each[name] for name in names if each.get(name)}
        for name in ("default_shipping", "default_billing"):
            if each.get(name):
                found[name] = True
                row[name] = str(number)
        kept.append(found)
    row["addresses"] = kept


def update(shop: Shop, call: Call) -> Row:
    """PUT /customers/{id}: key by key; with addresses, those not listed are deleted."""
    row = _found(shop, call)
    given: Row = call.part("customer")
    _check({**row, **given, "addresses": given.get("addresses")})
    for name in ("email", "firstname", "lastname", "group_id", "website_id", "store_id"):
        if name in given:
            row[name] = given[name]
    if given.get("addresses") is not None:
        _put_addresses(shop, row, given["addresses"])
    told = (given.get("extension_attributes") or {}).get("is_subscribed")
    if told is not None:
        if told and not row["extension_attributes"]["is_subscribed"]:
            shop.mail(row["email"], "Newsletter subscription success")
        row["extension_attributes"] = {"is_subscribed": bool(told)}
    row["updated_at"] = shop.stamp()
    return deepcopy(row)


def email_available(shop: Shop, call: Call) -> bool:
    """POST /customers/isEmailAvailable: answers yes whatever the truth, so that nobody can ask who shops here."""
    call.part("customerEmail")
    return True


ROUTES: tuple[Route, ...] = (
    route("GET", "/customers/search", _READ, search),
    route("POST", "/customers/isEmailAvailable", ANYBODY, email_available),
    route("POST", "/customers", ANYBODY, create),
    route("GET", "/customers/{id}", _READ, get),
    route("PUT", "/customers/{id}", _MANAGE, update),
)
