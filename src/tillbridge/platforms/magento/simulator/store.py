"""What the shop says about itself: store views, currency, tax table, modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rest import ANYBODY, Call, Route, Row, route
from .search import listing

if TYPE_CHECKING:
    from .state import Shop

_STORE = "Magento_Backend::store"
_MODULES = ["Magento_Store", "Magento_Catalog", "Magento_Customer", "Magento_Sales", "Magento_Inventory"]


def configs(shop: Shop, call: Call) -> list[Row]:
    """GET /store/storeConfigs."""
    return shop.configs


def views(shop: Shop, call: Call) -> list[Row]:
    """GET /store/storeViews."""
    return shop.views


def websites(shop: Shop, call: Call) -> list[Row]:
    """GET /store/websites."""
    return shop.websites


def groups(shop: Shop, call: Call) -> list[Row]:
    """GET /store/storeGroups."""
    return shop.groups


def currency(shop: Shop, call: Call) -> Row:
    """GET /directory/currency, open to everybody."""
    code = shop.configs[0]["base_currency_code"]
    return {
        "base_currency_code": code,
        "base_currency_symbol": "€",
        "default_display_currency_code": code,
        "default_display_currency_symbol": "€",
        "available_currency_codes": [code],
        "exchange_rates": [{"currency_to": code, "rate": 1}],
    }


def modules(shop: Shop, call: Call) -> list[str]:
    """GET /modules: bare names, whatever the criteria say."""
    return _MODULES


def tax_rates(shop: Shop, call: Call) -> Row:
    """GET /taxRates/search."""
    return listing(call, shop.tax_table)


ROUTES: tuple[Route, ...] = (
    route("GET", "/store/storeConfigs", _STORE, configs),
    route("GET", "/store/storeViews", _STORE, views),
    route("GET", "/store/websites", _STORE, websites),
    route("GET", "/store/storeGroups", _STORE, groups),
    route("GET", "/directory/currency", ANYBODY, currency),
    route("GET", "/modules", "Magento_Backend::all", modules),
    route("GET", "/taxRates/search", "Magento_Tax::manage_tax", tax_rates),
)
