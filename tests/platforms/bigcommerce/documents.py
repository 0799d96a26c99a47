"""The vendor's OpenAPI documents BigCommerce's requests are held to, and where we leave them."""

from __future__ import annotations

from tests.support.contracts import CONTRACTS, Deviation, Held, Sheet
from tests.support.contracts.openapi import OpenApi

_V2, _V3 = "/stores/[^/]+/v2", "/stores/[^/]+/v3"
_FILES = {
    "store_information.v2.yml": (_V2, "/store"),
    "orders.v2.oas2.yml": (_V2, "/orders.*"),
    "marketing.v2.yml": (_V2, "/(?:coupons|gift_certificates).*"),
    "orders.v3.yml": (_V3, "/orders.*"),
    "products_catalog.v3.yml": (_V3, "/catalog/products.*"),
    "product-variants_catalog.v3.yml": (_V3, "/catalog/variants.*"),
    "locations.v3.yml": (_V3, "/inventory/locations.*"),
    "inventory.v3.yml": (_V3, "/inventory.*"),
    "subscribers.v3.yml": (_V3, "/customers/subscribers.*"),
    "customers.v3.yml": (_V3, "/customers.*"),
    "promotions.v3.yml": (_V3, "/promotions.*"),
    "carts.v3.yml": (_V3, "/carts.*"),
    "checkouts.v3.yml": (_V3, "/checkouts.*"),
    "channels.v3.yml": (_V3, "/channels.*"),
    "settings.v3.yml": (_V3, "/settings.*"),
}
_OVERLAPPING = ("orders.v3.yml", "orders.v2.oas2.yml", "promotions.v3.yml")
"""The vendor's examples fit two of "exactly one of": the refund of a whole order, the link in place of an order's
consignments, and any promotion with a code."""
DOCUMENTS = {
    name: OpenApi(CONTRACTS / "bigcommerce" / name, *where, overlapping=name in _OVERLAPPING)
    for name, where in _FILES.items()
}
NOT_ASKED = (OpenApi(CONTRACTS / "bigcommerce" / "webhooks.v3.yml", _V3, "/hooks.*"),)
"""What the pretended store has as well, and the adapter does not use."""
_LIST = Sheet(5, "variant_id:in=421,422")
_REFUSED = Sheet(2, "scope missing | 403")
HELD = Held(
    {"": tuple(DOCUMENTS.values())},
    (
        Deviation(f"GET {_V3}/catalog/brands", "is in no document", Sheet(4, "GET /v3/catalog/brands?id:in=")),
        Deviation(f"GET {_V2}/orders", r"sort: id:asc is none of .*", Sheet(7, "sort=date_modified:asc")),
        Deviation(f"GET {_V3}/inventory/items", r"(product|variant)_id:in: \d+,[\d,]+ is not a number", _LIST),
        Deviation(f"GET {_V3}/customers/subscribers", "id is missing", Sheet(6, "customers/subscribers?email=")),
        # a write without content asks for a scope
        Deviation(f"POST {_V2}/gift_certificates", ".*is a required property", _REFUSED, refused=True),
    ),
)
