"""An address as WooCommerce writes it, on orders and on customers. Pure."""

from __future__ import annotations

from tillbridge.domain.customers import Address


def place(address: Address) -> dict[str, str]:
    """The parts that are known, by WooCommerce's names."""
    found = {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address_1": address.line1,
        "address_2": address.line2,
        "city": address.city,
        "state": address.region,
        "postcode": address.postcode,
        "country": address.country,
        "phone": address.phone,
    }
    return {name: value for name, value in found.items() if value}
