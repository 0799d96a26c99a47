"""The vendor's OpenAPI documents of the three supported lines, which all requests must fit, and where we leave them."""

from __future__ import annotations

import re

from tests.support.contracts import CONTRACTS, Deviation, Held, Recorded, Sheet
from tests.support.contracts.openapi import OpenApi

_DOOR = r"(?:/index\.php)?/rest(?:/(?!V1)\w+)?"
_IMPORT = f"POST {_DOOR}/V1/orders"


def _plain(name: str) -> str:
    """A criterion whatever its place in the list and its spelling."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), re.sub(r"\[\d+\]", "[0]", name))


DOCUMENTS = {
    line: OpenApi(CONTRACTS / "magento" / f"admin-{line}.trimmed.yaml", _DOOR, plain=_plain)
    for line in ("2.4.7", "2.4.8", "2.4.9")
}
HELD = Held(
    {line: (document,) for line, document in DOCUMENTS.items()},
    (
        Deviation("GET .*", "fields is not a parameter", Recorded("07/2", 200, "&fields=")),
        Deviation(
            _IMPORT,
            r"\$\.entity\.payment: '(account_status|cc_last4)' is a required property",
            Recorded("35/1", 200, '"payment": {"method": "checkmo", "additional_information": ["In store, card"]}'),
        ),
        Deviation(
            _IMPORT,
            r"\$\.entity\.billing_address: 'address_type' is a required property",
            Recorded("35/1", 200, '"billing_address": {"firstname": "Ines", "lastname": "Falkner", "street"'),
        ),
        Deviation(
            _IMPORT,
            r"\$\.entity: 'customer_email' is a required property",
            Sheet(7, "with an address, `customer_email` are enforced"),
        ),
        Deviation(
            f"PUT {_DOOR}/V1/customers/\\d+",
            r"\$\.customer\.addresses\[\]\.region\.region(_code)?: None is not of type 'string'",
            Recorded("17/2", 200, '"region": {"region_code": null, "region": null, "region_id": 0}'),
        ),
        # an order that cannot be asks for the right to import
        Deviation(
            _IMPORT,
            r"\$\.entity: '(base_grand_total|grand_total|items)' is a required property",
            Recorded("23/0", 400, '{"entity": {"ext_order_id": "POS-2026-000999", "customer_email"'),
            refused=True,
        ),
    ),
)
