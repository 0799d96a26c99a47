"""Customers of the pretended shop."""

from __future__ import annotations

from typing import Any

from . import paging
from .order_views import customer_view
from .shop import Row, Shop


def customers(
    shop: Shop, info: Any, first: int = 50, after: str | None = None, query: str | None = None, sortKey: str = "ID"
) -> Row:
    rows = sorted(shop.customers.values(), key=lambda row: (row["updatedAt"], row["id"]))

    def fits(row: Row) -> bool:
        names = {"updated_at": paging.Day(shop.indexed_update(row)), "email": row["email"]}
        return shop.seen(row) and paging.matches(query, names.get, lambda: str(row["email"]))

    page = paging.connect([row for row in rows if fits(row)], first, after)
    return {**page, "nodes": [customer_view(shop, row) for row in page["nodes"]]}


def by_identifier(shop: Shop, info: Any, identifier: Row) -> Row | None:
    if "id" in identifier:
        row = shop.customers.get(identifier["id"])
    elif "emailAddress" in identifier:
        row = with_email(shop, identifier["emailAddress"])
    else:
        row = _named(shop, {"phone": identifier.get("phoneNumber")})
    return customer_view(shop, row) if row else None


def with_email(shop: Shop, email: str | None) -> Row | None:
    wanted = (email or "").casefold()
    return next((row for row in shop.customers.values() if wanted and row["email"].casefold() == wanted), None)


def create(shop: Shop, input: Row) -> Row:
    """Refuses an e-mail that somebody already has, and a customer without any name or address."""
    errors = _errors(shop, input, None)
    if not any(input.get(each) for each in ("email", "phone", "firstName", "lastName")):
        errors.append({"field": None, "message": "A name, phone number, or email address must be present"})
    if errors:
        return {"customer": None, "userErrors": errors}
    row = add(shop, input)
    shop.tell("CUSTOMERS_CREATE", row["id"])
    return {"customer": customer_view(shop, row), "userErrors": []}


def update(shop: Shop, input: Row) -> Row:
    row = shop.customers.get(input.get("id") or "")
    if row is None:
        return {"customer": None, "userErrors": [{"field": ["id"], "message": "Customer does not exist"}]}
    if "emailMarketingConsent" in input:
        words = "To update emailMarketingConsent, please use the customerEmailMarketingConsentUpdate Mutation instead"
        return {"customer": None, "userErrors": [{"field": ["emailMarketingConsent"], "message": words}]}
    if errors := _errors(shop, input, row):
        return {"customer": None, "userErrors": errors}
    _write(shop, row, input)
    shop.tell("CUSTOMERS_UPDATE", row["id"])
    return {"customer": customer_view(shop, row), "userErrors": []}


def set_one(shop: Shop, input: Row, identifier: Row | None) -> Row:
    """The customer the identifier names, changed; or a new one. Given lists replace the kept ones."""
    wanted = identifier or {"id": input.get("id") or ""}
    if "email" in wanted and input.get("email") not in (None, wanted["email"]):
        words = "The identifier value does not match the value of the corresponding field in the input."
        return {"customer": None, "userErrors": [{"field": ["input"], "message": words, "code": "INPUT_MISMATCH"}]}
    row = _named(shop, wanted)
    if row is None and "id" in wanted and wanted["id"]:
        words = "Resource matching the identifier was not found."
        return {"customer": None, "userErrors": [{"field": ["input"], "message": words, "code": "NOT_FOUND"}]}
    if errors := _errors(shop, input, row):
        return {"customer": None, "userErrors": [{**each, "code": "TAKEN"} for each in errors]}
    if row is None:
        return create(shop, {**{name: value for name, value in wanted.items() if name != "id"}, **input})
    _write(shop, row, input)
    shop.tell("CUSTOMERS_UPDATE", row["id"])
    return {"customer": customer_view(shop, row), "userErrors": []}


def _named(shop: Shop, wanted: Row) -> Row | None:
    if "id" in wanted:
        return shop.customers.get(wanted["id"])
    if "email" in wanted:
        return with_email(shop, wanted["email"])
    return next((each for each in shop.customers.values() if each["phone"] == wanted["phone"]), None)


def one(shop: Shop, info: Any, id: str) -> Row | None:
    return customer_view(shop, shop.customers[id]) if id in shop.customers else None


def consent(shop: Shop, input: Row) -> Row:
    row = shop.customers.get(input["customerId"])
    if row is None:
        return {
            "customer": None,
            "userErrors": [{"field": ["customerId"], "message": "was not found", "code": "INVALID"}],
        }
    _consented(shop, row, input["emailMarketingConsent"])
    row["updatedAt"] = shop.stamp()
    return {"customer": customer_view(shop, row), "userErrors": []}


def add(shop: Shop, input: Row) -> Row:
    """A new customer's row."""
    row: Row = {
        "id": shop.gid("Customer"), "email": "", "phone": "", "firstName": None, "lastName": None, "note": None,
        "tags": [], "addresses": [], "consent": "NOT_SUBSCRIBED", "opt_in": None, "consentedAt": None,
        "createdAt": shop.stamp(), "updatedAt": shop.stamp(),
    }  # fmt: skip
    _write(shop, row, input)
    if given := input.get("emailMarketingConsent"):
        _consented(shop, row, given)
    shop.customers[row["id"]] = row
    return row


def _consented(shop: Shop, row: Row, given: Row) -> None:
    row["consent"], row["opt_in"] = given["marketingState"], given.get("marketingOptInLevel") or "SINGLE_OPT_IN"
    row["consentedAt"] = given.get("consentUpdatedAt") or shop.stamp()


def _write(shop: Shop, row: Row, input: Row) -> None:
    for name in ("email", "phone", "firstName", "lastName", "note", "tags"):
        if name in input:
            row[name] = input[name] if input[name] is not None or name in ("firstName", "lastName", "note") else ""
    if "addresses" in input:
        row["addresses"] = [address(shop, each) for each in input["addresses"]]
    row["updatedAt"] = shop.stamp()


def address(shop: Shop, given: Row) -> Row:
    """A MailingAddress of its input."""
    kept = {name: value for name, value in given.items() if name != "countryCode"}
    return {"id": shop.gid("MailingAddress"), **kept, "countryCodeV2": given.get("countryCode")}


def _errors(shop: Shop, input: Row, own: Row | None) -> list[Row]:
    email = input.get("email")
    if email and "@" not in email:
        return [{"field": ["email"], "message": "Email is invalid"}]
    taken = with_email(shop, email)
    if taken is not None and taken is not own:
        return [{"field": ["email"], "message": "Email has already been taken"}]
    return []
