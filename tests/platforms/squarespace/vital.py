"""Where Squarespace's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Kind, Noun, Tree, Vital
from tests.platforms.vital_values import line, listed, order_total, own, variant
from tillbridge.platforms.squarespace.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The first variant is on sale, as none of the richest of the pretended shop is."""
    first, *rows = [each.raw for each in calls]
    pricing = first["variants"][0]["pricing"]
    reduced = {**pricing, "onSale": True, "salePrice": {"currency": "EUR", "value": "19.90"}}
    variants = [first["variants"][0] | {"pricing": reduced}, *first["variants"][1:]]
    return [first | {"variants": variants}, *rows], map_to_unified_products


def _prices(found: Any, tree: Tree, stars: Sequence[Any]) -> tuple[Any, Any]:
    """The base price and the sale price, UNUSED where there is no sale."""
    row, got = tree[stars[0]]["variants"][stars[1]]["pricing"], found[stars[0]].variants[stars[1]]
    on_sale = row.get("onSale") and row.get("salePrice")
    return (got.compare_at_price, got.price) if on_sale else (got.price, UNUSED)


def _sale_currency(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    price = _prices(found, tree, stars)[1]
    return price if price is UNUSED else price.currency


def _counted(row: Any) -> bool:
    return not row["stock"]["unlimited"]


_CELL, _LINE = "*.variants.*", "*.lineItems.*"
_CURRENCIES = ("currency",)

VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("*.id", Kind.ID, own("external_id")),
            Vital(f"{_CELL}.id", Kind.ID, variant("external_id")),
            Vital(f"{_CELL}.sku", Kind.TEXT, variant("sku")),
            Vital(f"{_CELL}.pricing.basePrice.value", Kind.AMOUNT, lambda *about: _prices(*about)[0]),
            Vital(f"{_CELL}.pricing.basePrice.currency", Kind.CURRENCY, lambda *about: _prices(*about)[0].currency),
            Vital(f"{_CELL}.pricing.salePrice.value", Kind.AMOUNT, lambda *about: _prices(*about)[1]),
            Vital(f"{_CELL}.pricing.salePrice.currency", Kind.CURRENCY, _sale_currency),
            Vital(f"{_CELL}.stock.quantity", Kind.QUANTITY, variant("inventory_quantity", _counted)),
        ),
    ),
    "orders": Noun(
        listed(map_to_unified_orders),
        (
            Vital("*.id", Kind.ID, own("external_id")),
            Vital("*.grandTotal.value", Kind.AMOUNT, order_total),
            Vital("*.grandTotal.currency", Kind.CURRENCY, own("currency"), _CURRENCIES),
            Vital(f"{_LINE}.id", Kind.ID, line("external_id")),
            Vital(f"{_LINE}.sku", Kind.TEXT, line("sku")),
            Vital(f"{_LINE}.quantity", Kind.QUANTITY, line("quantity")),
            Vital(f"{_LINE}.unitPricePaid.value", Kind.AMOUNT, line("unit_price")),
            Vital(
                f"{_LINE}.unitPricePaid.currency",
                Kind.CURRENCY,
                lambda *about: line("unit_price")(*about).currency,
            ),
            Vital("*.discountTotal.currency", Kind.CURRENCY, own("currency")),
            Vital("*.taxTotal.currency", Kind.CURRENCY, own("currency")),
            Vital("*.shippingLines.*.amount.currency", Kind.CURRENCY, own("currency")),
        ),
    ),
    "customers": Noun(
        listed(map_to_unified_customers),
        (Vital("*.id", Kind.ID, own("external_id")), Vital("*.primaryEmail.email", Kind.TEXT, own("email"))),
    ),
}
