"""Sylius's operations of 2.0 and the OpenAPI document a shop of 2.1.6 serves; every request must fit both."""

from __future__ import annotations

from tests.support.contracts import CONTRACTS, RECORDINGS, Deviation, Held, Recorded, Sheet
from tests.support.contracts.openapi import OpenApi
from tests.support.contracts.operations import Operations

DOCUMENT = OpenApi(RECORDINGS / "sylius" / "openapi-2.1.6.json")
_ADMIN = "/api/v2/admin"
HELD = Held(
    {"2.0": (Operations(CONTRACTS / "sylius" / "operations-2.0.json"),), "2.1.6": (DOCUMENT,)},
    (
        Deviation(f"GET {_ADMIN}/.*", "itemsPerPage: 100 is more than 30", Recorded("08/1", 200, "itemsPerPage=1000")),
        # tells the line before 2, where it is declared
        Deviation(f"GET {_ADMIN}/promotion-coupons", "is in no document", Sheet(1, "200 = 1.x, 404 = 2.x")),
        # of the add-on for refresh tokens, where a shop has it
        Deviation(
            f"POST {_ADMIN}/administrators/token/refresh",
            "is in no document",
            Sheet(2, "commonly `/api/v2/admin/administrators/token/refresh`"),
        ),
        Deviation(
            f"PATCH {_ADMIN}/payments/.*/complete", "takes no body", Recorded("21/10", 200, "payments/2/complete {}")
        ),
        Deviation(f"PATCH {_ADMIN}/payments/.*/refund", "takes no body", Recorded("27/2", 200, "payments/5/refund {}")),
        Deviation(f"PATCH {_ADMIN}/orders/.*/cancel", "takes no body", Recorded("26/1", 200, "/cancel {}")),
        # a PUT changes what it names and leaves the rest
        Deviation(
            f"PUT {_ADMIN}/customers/.*",
            r"\$: 'gender' is a required property",
            Recorded("17/3", 200, '{"firstName": "Petra Maria", "subscribedToNewsletter": true}'),
        ),
    ),
)
