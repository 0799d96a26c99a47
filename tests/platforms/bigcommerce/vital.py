"""Where BigCommerce's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Kind, Noun, Tree, Vital, number
from tests.platforms.vital_values import line, listed, order_total, own, variant
from tillbridge.platforms.bigcommerce.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)

_NONE = ("", None)


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The first product's first variant has prices of its own, as none of the pretended shop has."""
    rows = [each.raw for each in calls]
    first = rows[0]["variants"][0] | {"price": "24.9", "sale_price": "19.9"}
    second = rows[0]["variants"][1] | {"price": "24.9", "retail_price": "29.9"}
    rows[0] = rows[0] | {"variants": [first, second, *rows[0]["variants"][2:]]}
    return rows, lambda tree: map_to_unified_products(tree, calls[0].rest[1])


def _price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """A variant's own price: crossed out while there is a sale price; without one the product's counts."""
    row = tree[stars[0]]["variants"][stars[1]]
    got = found[stars[0]].variants[stars[1]]
    if row["price"] in _NONE:
        return UNUSED
    return got.compare_at_price if number(row["sale_price"]) else got.price


def _sale_price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    row = tree[stars[0]]["variants"][stars[1]]
    return found[stars[0]].variants[stars[1]].price if number(row.get("sale_price")) else UNUSED


def _retail_price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """Crossed out where it is above the price and there is no sale."""
    row = tree[stars[0]]["variants"][stars[1]]
    retail, price = number(row.get("retail_price")), number(row["price"])
    counts = retail and price and retail > price and not number(row["sale_price"])
    return found[stars[0]].variants[stars[1]].compare_at_price if counts else UNUSED


def _product_price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    row, got = tree[stars[0]], found[stars[0]].variants[-1]
    if row["variants"][-1]["price"] not in _NONE:
        return UNUSED
    return got.compare_at_price if number(row["sale_price"]) else got.price


def _product_sale_price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    row, got = tree[stars[0]], found[stars[0]].variants[-1]
    counts = row["variants"][-1]["price"] in _NONE and number(row.get("sale_price"))
    return got.price if counts else UNUSED


def _kept_by(keeper: str) -> Callable[[Any, Tree, Sequence[Any]], Any]:
    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        at = stars[1] if len(stars) > 1 else 0
        counts = tree[stars[0]]["inventory_tracking"] == keeper
        return found[stars[0]].variants[at].inventory_quantity if counts else UNUSED

    return got


def _falls_back(row: Any) -> bool:
    return row.get("sku") not in _NONE


_LINE = "*.consignments.shipping.*.line_items.*"


def _line(name: str) -> Callable[[Any, Tree, Sequence[Any]], Any]:
    return lambda found, tree, stars: line(name)(found, tree, (stars[0], stars[2]))


VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("*.id", Kind.ID, own("external_id")),
            Vital("*.price", Kind.AMOUNT, _product_price),
            Vital("*.sale_price", Kind.AMOUNT, _product_sale_price),
            Vital("*.inventory_level", Kind.QUANTITY, _kept_by("product")),
            Vital("*.variants.*.id", Kind.ID, variant("external_id")),
            Vital("*.variants.*.sku", Kind.TEXT, variant("sku", _falls_back)),
            Vital("*.variants.*.price", Kind.AMOUNT, _price),
            Vital("*.variants.*.sale_price", Kind.AMOUNT, _sale_price),
            Vital("*.variants.*.retail_price", Kind.AMOUNT, _retail_price),
            Vital("*.variants.*.inventory_level", Kind.QUANTITY, _kept_by("variant")),
        ),
    ),
    "orders": Noun(
        listed(map_to_unified_orders),
        (
            Vital("*.id", Kind.ID, own("external_id")),
            Vital("*.default_currency_code", Kind.CURRENCY, own("currency")),
            Vital("*.total_inc_tax", Kind.AMOUNT, order_total),
            Vital(f"{_LINE}.id", Kind.ID, _line("external_id")),
            Vital(f"{_LINE}.sku", Kind.TEXT, _line("sku")),
            Vital(f"{_LINE}.quantity", Kind.QUANTITY, _line("quantity")),
            Vital(f"{_LINE}.total_inc_tax", Kind.AMOUNT, _line("subtotal")),
        ),
    ),
    "customers": Noun(
        listed(map_to_unified_customers),
        (Vital("*.id", Kind.ID, own("external_id")), Vital("*.email", Kind.TEXT, own("email"))),
    ),
}
