"""The endpoints, schemas and filters derived from Wix's own packages, and where we leave them."""

from __future__ import annotations

from tests.support.contracts import CONTRACTS, Deviation, Held, Sheet
from tests.support.contracts.endpoints import Endpoints

DOCUMENT = Endpoints(CONTRACTS / "wix")
_REFUSED = Sheet(2, "permission missing, wrong site, or `wix-site-id` absent -> 403")
HELD = Held(
    {"": (DOCUMENT,)},
    (
        # of two ways to describe a payment it asks for the one for cards
        Deviation(
            "POST /ecom/v1/payments/orders/.*/add-payment",
            "payments.paymentDetails is required",
            Sheet(7, "`regularPaymentDetails.status` and `.paymentMethod` are being replaced"),
        ),
        # writes without content ask for permissions
        Deviation("POST /ecom/v1/orders", "order is required", _REFUSED, refused=True),
        Deviation("POST /stores/v3/bulk/inventory-items/update", r".*\[\] should be non-empty", _REFUSED, refused=True),
    ),
)
