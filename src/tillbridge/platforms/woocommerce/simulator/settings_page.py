"""The settings routes, with the options a till reads."""

from __future__ import annotations

from . import arguments as args
from .routing import EDIT, READ, Route, links, route
from .state import Shop
from .wordpress import Answer, Call, RestError, Row

HINTS = ("GET", "POST", "PUT", "PATCH")
_SHOWN_WITH_TAX = {"incl": "Including tax", "excl": "Excluding tax"}


def _option(name: str, label: str, kind: str = "text", default: str = "", **more: object) -> Row:
    row: Row = {"id": f"woocommerce_{name}", "label": label, "description": "", "type": kind, "default": default}
    return row | more


GROUPS: dict[str, list[Row]] = {
    "tax": [
        _option(
            "prices_include_tax",
            "Prices entered with tax",
            "radio",
            "no",
            options={
                "yes": "Yes, I will enter prices inclusive of tax",
                "no": "No, I will enter prices exclusive of tax",
            },
            tip="Decides how product prices are read; changing it does not change existing products.",
        ),
        _option(
            "tax_based_on",
            "Calculate tax based on",
            "select",
            "shipping",
            options={
                "shipping": "Customer shipping address",
                "billing": "Customer billing address",
                "base": "Shop base address",
            },
            tip="The address that decides about the tax.",
        ),
        _option(
            "shipping_tax_class",
            "Shipping tax class",
            "select",
            "inherit",
            options={
                "inherit": "Shipping tax class based on cart items",
                "": "Standard",
                "reduced-rate": "Reduced rate",
                "zero-rate": "Zero rate",
            },
            description="The class shipping is taxed with, or the class of the cart items.",
            tip="The class shipping is taxed with.",
        ),
        _option("tax_round_at_subtotal", "Rounding", "checkbox", "no", description="Round at subtotal, not per line"),
        _option("tax_classes", "Additional tax classes", "textarea", tip="One class per line."),
        _option("tax_display_shop", "Display prices in the shop", "select", "excl", options=_SHOWN_WITH_TAX),
        _option(
            "tax_display_cart", "Display prices during cart and checkout", "select", "excl", options=_SHOWN_WITH_TAX
        ),
        _option("price_display_suffix", "Price display suffix", tip="Shown behind product prices."),
        _option(
            "tax_total_display",
            "Display tax totals",
            "select",
            "itemized",
            options={"single": "As a single total", "itemized": "Itemized"},
        ),
    ],
    "general": [
        _option("store_address", "Address line 1"),
        _option("store_address_2", "Address line 2"),
        _option("store_city", "City"),
        _option("default_country", "Country / State", "select", "US:CA"),
        _option("store_postcode", "Postcode / ZIP"),
        _option("allowed_countries", "Selling location(s)", "select", "all"),
        _option("all_except_countries", "Sell to all countries, except for&hellip;", "multiselect"),
        _option("specific_allowed_countries", "Sell to specific countries", "multiselect"),
        _option("ship_to_countries", "Shipping location(s)", "select"),
        _option("specific_ship_to_countries", "Ship to specific countries", "multiselect"),
        _option("default_customer_address", "Default customer location", "select", "base"),
        _option("address_autocomplete_enabled", "", "checkbox", "no"),
        _option("calc_taxes", "Enable taxes", "checkbox", "no"),
        _option("enable_coupons", "Enable coupons", "checkbox", "yes"),
        _option("calc_discounts_sequentially", "", "checkbox", "no"),
        _option("currency", "Currency", "select", "USD", options=dict.fromkeys(args.CURRENCIES, "")),
        _option("currency_pos", "Currency position", "select", "left"),
        _option("price_thousand_sep", "Thousand separator", default=","),
        _option("price_decimal_sep", "Decimal separator", default="."),
        _option("price_num_decimals", "Number of decimals", "number", "2"),
    ],
    "products": [
        _option("weight_unit", "Weight unit", "select", "kg"),
        _option("dimension_unit", "Dimensions unit", "select", "cm"),
        _option("manage_stock", "Manage stock", "checkbox", "yes"),
        _option("notify_low_stock_amount", "Low stock threshold", "number", "2"),
        _option("notify_no_stock_amount", "Out of stock threshold", "number", "0"),
    ],
}
DEFAULTS: dict[str, str] = {row["id"]: row["default"] for rows in GROUPS.values() for row in rows}


def _view(shop: Shop, group: str, row: Row, *, alone: bool) -> Row:
    view = {**row, "value": shop.settings.get(row["id"], row["default"])}
    if alone:
        view["group_id"] = group
    return view | {"_links": links(shop, f"/wc/v3/settings/{group}/{row['id']}", hints=HINTS)}


def _group(call: Call) -> list[Row]:
    rows = GROUPS.get(call.text("group"))
    if rows is None:
        raise RestError("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    return rows


def list_settings(shop: Shop, call: Call) -> Answer:
    """GET one group."""
    return Answer([_view(shop, call.text("group"), row, alone=False) for row in _group(call)])


def _setting(call: Call) -> Row:
    row = next((row for row in _group(call) if row["id"] == call.text("id")), None)
    if row is None:
        raise RestError("rest_setting_setting_invalid", "Invalid setting.", 404)
    return row


def get_setting(shop: Shop, call: Call) -> Answer:
    """GET one option."""
    return Answer(_view(shop, call.text("group"), _setting(call), alone=True))


def edit_setting(shop: Shop, call: Call) -> Answer:
    """PUT one option; a value outside its choices is refused."""
    row, value = _setting(call), call.text("value")
    choices = row.get("options") or ({"yes": "", "no": ""} if row["type"] == "checkbox" else None)
    if choices and value not in choices:
        raise RestError("rest_setting_value_invalid", "An invalid setting value was passed.", 400)
    shop.settings[row["id"]] = value
    return Answer(_view(shop, call.text("group"), row, alone=True))


_PATH = "/wc/v3/settings/{slug:group}"
ROUTES: list[Route] = [
    route(READ, _PATH, list_settings, {}, "list"),
    route(READ, f"{_PATH}/{{slug:id}}", get_setting, {}, "view"),
    route(EDIT, f"{_PATH}/{{slug:id}}", edit_setting, {}, "edit"),
]
