"""An address as BigCommerce writes it: one way on orders, another on customers. Pure."""

from __future__ import annotations

from tillbridge.domain.customers import Address
from tillbridge.platforms.bigcommerce import wire


def billing(address: Address) -> dict[str, str]:
    """The known parts by the names of orders."""
    found = {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "street_1": address.line1,
        "street_2": address.line2,
        "city": address.city,
        "state": address.region,
        "zip": address.postcode,
        "country_iso2": address.country,
        "phone": address.phone,
    }
    return {name: value for name, value in found.items() if value}


def of_billing(node: wire.Billing) -> Address | None:
    """An order's address, or None when nothing of it is filled in."""
    found = Address(
        first_name=node.first_name,
        last_name=node.last_name,
        company=node.company,
        line1=node.street_1,
        line2=node.street_2,
        city=node.city,
        region=node.state,
        postcode=node.zip,
        country=node.country_iso2,
        phone=node.phone,
    )
    return None if found == Address() else found


def of_customer(node: wire.Address) -> Address:
    """An address of an account."""
    return Address(
        first_name=node.first_name,
        last_name=node.last_name,
        company=node.company,
        line1=node.address1,
        line2=node.address2,
        city=node.city,
        region=node.state_or_province,
        postcode=node.postal_code,
        country=node.country_code,
        phone=node.phone,
    )


def for_customer(address: Address, first_name: str, last_name: str) -> dict[str, str] | None:
    """By the names of accounts; None where a part BigCommerce insists on is not known."""
    if not (address.line1 and address.city and address.country):
        return None
    required = {
        "first_name": address.first_name or first_name,
        "last_name": address.last_name or last_name,
        "address1": address.line1,
        "city": address.city,
        "country_code": address.country,
    }
    known = {
        "company": address.company,
        "address2": address.line2,
        "state_or_province": address.region,
        "postal_code": address.postcode,
        "phone": address.phone,
    }
    return required | {name: value for name, value in known.items() if value}
