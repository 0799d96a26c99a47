"""Customers of the pretended shop."""

from __future__ import annotations

from typing import Any

from . import paging, selling
from .shop import Row, Shop, number


def customer_view(shop: Shop, row: Row) -> Row:
    def orders(info: Any, first: int = 50, reverse: bool = False) -> Row:
        own = [each for each in shop.orders.values() if each["customer_id"] == row["id"]]
        own.sort(key=lambda each: each["createdAt"], reverse=reverse)
        return paging.connect([selling.order_view(shop, each) for each in own], first)

    email = row["email"]
    return {
        **row,
        "__typename": "Customer",
        "legacyResourceId": number(row["id"]),
        "displayName": f"{row['firstName'] or ''} {row['lastName'] or ''}".strip(),
        "defaultEmailAddress": {"emailAddress": email, "marketingState": row["consent"]} if email else None,
        "defaultPhoneNumber": {"phoneNumber": row["phone"]} if row["phone"] else None,
        "addressesV2": lambda info, first=10: {"nodes": row["addresses"][:first]},
        "orders": orders,
    }


def customers(
    shop: Shop, info: Any, first: int = 50, after: str | None = None, query: str | None = None, sortKey: str = "ID"
) -> Row:
    rows = sorted(shop.customers.values(), key=lambda row: (row["updatedAt"], row["id"]))

    def fits(row: Row) -> bool:
        names = {"updated_at": row["updatedAt"], "email": row["email"]}
        return paging.matches(query, names.get, lambda: str(row["email"]))

    page = paging.connect([row for row in rows if fits(row)], first, after)
    return {**page, "nodes": [customer_view(shop, row) for row in page["nodes"]]}


def by_identifier(shop: Shop, info: Any, identifier: Row) -> Row | None:
    if "id" in identifier:
        row = shop.customers.get(identifier["id"])
    elif "emailAddress" in identifier:
        row = with_email(shop, identifier["emailAddress"])
    else:
        row = next((each for each in shop.customers.values() if each["phone"] == identifier.get("phoneNumber")), None)
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
    return {"customer": customer_view(shop, row), "userErrors": []}


def consent(shop: Shop, input: Row) -> Row:
    row = shop.customers.get(input["customerId"])
    if row is None:
        return {
            "customer": None,
            "userErrors": [{"field": ["customerId"], "message": "was not found", "code": "INVALID"}],
        }
    row["consent"], row["updatedAt"] = input["emailMarketingConsent"]["marketingState"], shop.stamp()
    return {"customer": customer_view(shop, row), "userErrors": []}


def add(shop: Shop, input: Row) -> Row:
    """A new customer's row."""
    row: Row = {
        "id": shop.gid("Customer"), "email": "", "phone": "", "firstName": None, "lastName": None, "note": None,
        "tags": [], "addresses": [], "consent": "NOT_SUBSCRIBED", "createdAt": shop.stamp(), "updatedAt": shop.stamp(),
    }  # fmt: skip
    _write(shop, row, input)
    if state := (input.get("emailMarketingConsent") or {}).get("marketingState"):
        row["consent"] = state
    shop.customers[row["id"]] = row
    return row


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
