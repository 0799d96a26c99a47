"""The routes of WooCommerce and of its store cart as a site lists them, and where we leave them."""

from __future__ import annotations

from tests.support.contracts import CONTRACTS, Deviation, Held, Recorded, Sheet
from tests.support.contracts.routes import Routes

_FILES = ("wc-v3-routes-and-schemas.json", "wc-store-v1-cart-routes-and-schemas.json")
_API = ".*/wp-json"
HELD = Held(
    {"": tuple(Routes(CONTRACTS / "woocommerce" / name) for name in _FILES)},
    (
        Deviation(f"GET {_API}/", "is in no document", Recorded("01/0", 200, "GET /wp-json/?_fields=")),
        Deviation(f"GET {_API}/wc/v3/settings/\\w+", "is in no document", Recorded("14/2", 200, "/wc/v3/settings/tax")),
        Deviation(
            f"(GET|PUT) {_API}/wc-pimwick/v1/pw-gift-cards.*",
            "is in no document",
            Sheet(9, "/wp-json/wc-pimwick/v1/pw-gift-cards`"),
        ),
        Deviation(f"GET {_API}/wc/v3/gift-cards", "is in no document", Recorded("09/26", 404, "/wc/v3/gift-cards")),
        Deviation(
            f"GET {_API}/wc/v3/products",
            "global_unique_id is not an argument",
            Recorded("02/15", 200, "global_unique_id=2000000005003"),
        ),
        Deviation(
            f"POST {_API}/wc/v3/orders/\\d+/refunds",
            "line_items is not an argument",
            Recorded("10/2", 201, '"line_items": [{"id": 137'),
        ),
    ),
)
