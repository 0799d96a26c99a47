"""Where WooCommerce's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Kind, Noun, Tree, Vital
from tillbridge.platforms.woocommerce.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)

Got = Callable[[Any, Tree, Sequence[Any]], Any]


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The products and, by their parents, the variations a page asks for in one go."""
    variations = {each.raw["id"]: list(each.rest[0].get(each.raw["id"], ())) for each in calls}
    tree = {"rows": [each.raw for each in calls], "variations": {key: rows for key, rows in variations.items() if rows}}
    return tree, lambda found: map_to_unified_products(_rows(found["rows"]), found["variations"], "EUR", "kg")


def _rows(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _orders(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    return [each.raw for each in calls], map_to_unified_orders


def _customers(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    return [each.raw for each in calls], map_to_unified_customers


def _own(name: str) -> Got:
    return lambda found, tree, stars: getattr(found[stars[0]], name)


def _simple(name: str, counts: Callable[[Any], bool] = lambda row: True) -> Got:
    """Of a product that is its own variant."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        row, variants = tree["rows"][stars[0]], found[stars[0]].variants
        if row["type"] != "simple" or not counts(row):
            return UNUSED
        return getattr(variants[0], name)

    return got


def _variation(name: str, counts: Callable[[Any], bool] = lambda row: True) -> Got:
    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        row = tree["variations"][stars[0]][stars[1]]
        product = next(each for each in found if each.external_id == str(stars[0]))
        return getattr(product.variants[stars[1]], name) if counts(row) else UNUSED

    return got


def _reduced(row: Any) -> bool:
    return bool(row["on_sale"])


def _kept(row: Any) -> bool:
    return row["manage_stock"] in (True, "parent")


def _line(name: str) -> Got:
    return lambda found, tree, stars: getattr(found[stars[0]].lines[stars[1]], name)


_SELLABLE: Sequence[tuple[str, Kind, str, Callable[[Any], bool]]] = (
    ("id", Kind.ID, "external_id", lambda row: True),
    ("sku", Kind.TEXT, "sku", lambda row: True),
    ("price", Kind.AMOUNT, "price", lambda row: True),
    ("regular_price", Kind.AMOUNT, "compare_at_price", _reduced),
    ("stock_quantity", Kind.QUANTITY, "inventory_quantity", _kept),
)

VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("rows.*.id", Kind.ID, _own("external_id")),
            *(Vital(f"rows.*.{key}", kind, _simple(name, counts)) for key, kind, name, counts in _SELLABLE),
            *(
                Vital(f"variations.*.*.{key}", kind, _variation(name, counts))
                for key, kind, name, counts in _SELLABLE
                if counts is not _reduced  # no variation of the pretended shop is on sale
            ),
        ),
        ours=("rows", "variations", "variations.*"),
        recorded=r"/wp-json/wc/v3/products(/\d+)?",
    ),
    "orders": Noun(
        _orders,
        (
            Vital("*.id", Kind.ID, _own("external_id")),
            Vital("*.currency", Kind.CURRENCY, _own("currency")),
            Vital("*.total", Kind.AMOUNT, lambda found, tree, stars: found[stars[0]].totals.total),
            Vital("*.line_items.*.id", Kind.ID, _line("external_id")),
            Vital("*.line_items.*.sku", Kind.TEXT, _line("sku")),
            Vital("*.line_items.*.quantity", Kind.QUANTITY, _line("quantity")),
            Vital("*.line_items.*.total", Kind.AMOUNT, _line("net")),
            Vital("*.line_items.*.total_tax", Kind.TAX, _line("tax")),
        ),
        recorded=r"/wp-json/wc/v3/orders(/\d+)?",
    ),
    "customers": Noun(
        _customers,
        (Vital("*.id", Kind.ID, _own("external_id")), Vital("*.email", Kind.TEXT, _own("email"))),
        recorded=r"/wp-json/wc/v3/customers(/\d+)?",
    ),
}
