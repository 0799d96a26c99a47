"""The site itself: its properties, the app's installation, the catalogue's version, settings and locations."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from tillbridge.training import demo_shop

from .access import INSTANCE_ID
from .querying import ANY, Declared, page
from .speech import Call, Row, answer, iso
from .state import SCOPES, Site

_LOCATIONS = Declared(
    {"id": ANY, "wixLocationId": ANY, "name": ANY, "defaultLocation": ANY}, frozenset({"name", "createdDate"})
)


def properties(site: Site, call: Call) -> Response:
    """GET /site-properties/v4/properties."""
    return answer({
        "version": "42",
        "properties": {
            "businessName": demo_shop.NAME, "siteDisplayName": demo_shop.NAME, "email": demo_shop.OWNER,
            "paymentCurrency": demo_shop.CURRENCY, "timeZone": demo_shop.ZONE, "language": "en",
            "locale": {"languageCode": "en", "country": "IE"},
        },
    })  # fmt: skip


def instance(site: Site, call: Call) -> Response:
    """GET /apps/v1/instance."""
    return answer({
        "instance": {
            "instanceId": INSTANCE_ID, "appName": "Tillbridge", "isFree": True,
            "permissions": sorted(SCOPES - {site.switches.withheld_scope}),
        },
        "site": {
            "siteDisplayName": demo_shop.NAME, "locale": "en", "paymentCurrency": demo_shop.CURRENCY,
            "installedWixApps": ["stores"] + (["gift-cards"] if site.switches.gift_card_app else []),
        },
    })  # fmt: skip


def version(site: Site, call: Call) -> Response:
    """GET /stores/v3/provision/version, on sites of either catalogue."""
    return JSONResponse({"catalogVersion": site.switches.catalog})


def settings(site: Site, call: Call) -> Response:
    """GET /ecom/v1/orders-settings."""
    return answer({"ordersSettings": {"inventoryUpdateTrigger": site.switches.trigger, "createInvoice": False}})


def _location(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "created"} | {"createdDate": iso(row["created"])}


def locations(site: Site, call: Call) -> Response:
    """POST /stores/v3/locations/query."""
    rows, meta = page(call.body, "query", [_location(row) for row in site.locations.values()], _LOCATIONS)
    return answer({"storesLocations": rows, "pagingMetadata": meta})


def default_location(site: Site, call: Call) -> Response:
    """GET /stores/v3/locations/default."""
    return answer({"storesLocation": _location(site.locations[site.home])})
