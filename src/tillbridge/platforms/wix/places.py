"""Our addresses in Wix's words, for contacts and orders alike. Pure."""

from __future__ import annotations

import re
from typing import Any

from tillbridge.domain.customers import Address

_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}")
_LONGEST = {"city": 50, "postalCode": 50, "addressLine": 150, "addressLine2": 100}


def place(address: Address) -> dict[str, str]:
    """An address without whose it is. Wix refuses a region that is not an ISO 3166-2 code, so others are left out."""
    found = {
        "country": address.country,
        "subdivision": address.region if _SUBDIVISION.fullmatch(address.region) else "",
        "city": address.city,
        "postalCode": address.postcode,
        "addressLine": address.line1,
        "addressLine2": address.line2,
    }
    return {name: value[: _LONGEST.get(name, 50)] for name, value in found.items() if value}


def person(first: str, last: str, phone: str, company: str = "") -> dict[str, str]:
    """Whose an address is; a phone number Wix would not take for one is left out."""
    found = {"firstName": first[:100], "lastName": last[:100], "phone": dialable(phone), "company": company}
    return {name: value for name, value in found.items() if value}


def dialable(phone: str) -> str:
    """A phone number, or nothing."""
    return phone if _PHONE.fullmatch(phone) else ""


def for_contact(address: Address) -> dict[str, Any]:
    """An address of a contact."""
    whose = person(address.first_name, address.last_name, address.phone, address.company)
    return {"address": place(address)} | ({"recipient": whose} if whose else {})


def for_order(address: Address) -> dict[str, Any]:
    """An address of an order."""
    whose = person(address.first_name, address.last_name, address.phone, address.company)
    where = place(address)
    return ({"address": where} if where else {}) | ({"contactDetails": whose} if whose else {})
