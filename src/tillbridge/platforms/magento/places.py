"""An address as Magento writes it, on orders and on customers. Pure."""

from __future__ import annotations

from typing import Any

from tillbridge.domain.customers import Address, Customer

PLACEHOLDER = "-"
"""For a name nobody gave: the shop asks for one, and takes few signs that are no letters."""
_HIGHEST = 0xFFFF


def plain(text: str) -> str:
    """A text for the shop's tables, which hold no characters beyond the basic plane."""
    return "".join(each for each in text if ord(each) <= _HIGHEST)


def names(customer: Customer) -> dict[str, str]:
    """First and last name, both filled."""
    return {
        "firstname": plain(customer.first_name) or PLACEHOLDER,
        "lastname": plain(customer.last_name) or PLACEHOLDER,
    }


def place(address: Address, customer: Customer | None = None) -> dict[str, Any]:
    """The address by Magento's names; names and phone of the customer where it has none."""
    first = address.first_name or (customer.first_name if customer else "")
    last = address.last_name or (customer.last_name if customer else "")
    found: dict[str, Any] = {
        "firstname": plain(first) or PLACEHOLDER,
        "lastname": plain(last) or PLACEHOLDER,
        "company": plain(address.company),
        "street": [plain(each) for each in (address.line1, address.line2) if each],
        "city": plain(address.city),
        "postcode": address.postcode,
        "country_id": address.country,
        "telephone": address.phone or (customer.phone if customer else ""),
    }
    return {name: value for name, value in found.items() if value}


def is_whole(address: dict[str, Any]) -> bool:
    """Whether an account's address has all the shop asks for."""
    return all(address.get(name) for name in ("street", "city", "postcode", "country_id", "telephone"))
