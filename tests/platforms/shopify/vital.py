"""Where Shopify's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Kind, Noun, Tree, Vital
from tillbridge.platforms.shopify.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)

Got = Callable[[Any, Tree, Sequence[Any]], Any]


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    shop = {"currencyCode": "EUR"}
    return {"shop": shop, "products": {"nodes": [each.raw for each in calls]}}, map_to_unified_products


def _orders(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    return {"orders": {"nodes": [each.raw for each in calls]}}, map_to_unified_orders


def _customers(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    return {"customers": {"nodes": [each.raw for each in calls]}}, map_to_unified_customers


def _own(name: str) -> Got:
    return lambda found, tree, stars: getattr(found[stars[0]], name)


def _variant(name: str) -> Got:
    return lambda found, tree, stars: getattr(found[stars[0]].variants[stars[1]], name)


def _quantity(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    row = tree["products"]["nodes"][stars[0]]["variants"]["nodes"][stars[1]]
    return found[stars[0]].variants[stars[1]].inventory_quantity if row["inventoryItem"]["tracked"] else UNUSED


def _line(name: str) -> Got:
    return lambda found, tree, stars: getattr(found[stars[0]].lines[stars[1]], name)


_ROW, _CELL = "products.nodes.*", "products.nodes.*.variants.nodes.*"
_ORDER, _LINE = "orders.nodes.*", "orders.nodes.*.lineItems.nodes.*"
_CURRENCIES = ("currencyCode",)

VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital(f"{_ROW}.id", Kind.ID, _own("external_id")),
            Vital(f"{_CELL}.id", Kind.ID, _variant("external_id")),
            Vital(f"{_CELL}.sku", Kind.TEXT, _variant("sku")),
            Vital(f"{_CELL}.barcode", Kind.TEXT, _variant("barcode")),
            Vital(f"{_CELL}.price", Kind.AMOUNT, _variant("price")),
            Vital(f"{_CELL}.compareAtPrice", Kind.AMOUNT, _variant("compare_at_price")),
            Vital(f"{_CELL}.inventoryQuantity", Kind.QUANTITY, _quantity),
            Vital(f"{_CELL}.inventoryItem.id", Kind.ID, _variant("inventory_id")),
            Vital(
                "shop.currencyCode",
                Kind.CURRENCY,
                lambda found, tree, stars: found[0].variants[0].price.currency,
                ("price", "compareAtPrice"),
            ),
        ),
    ),
    "orders": Noun(
        _orders,
        (
            Vital(f"{_ORDER}.id", Kind.ID, _own("external_id")),
            Vital(f"{_ORDER}.currencyCode", Kind.CURRENCY, _own("currency")),
            Vital(
                f"{_ORDER}.totalPriceSet.shopMoney.amount",
                Kind.AMOUNT,
                lambda found, tree, stars: found[stars[0]].totals.total,
            ),
            Vital(
                f"{_ORDER}.totalPriceSet.shopMoney.currencyCode",
                Kind.CURRENCY,
                lambda found, tree, stars: found[stars[0]].totals.total.currency,
                _CURRENCIES,
            ),
            Vital(f"{_LINE}.id", Kind.ID, _line("external_id")),
            Vital(f"{_LINE}.sku", Kind.TEXT, _line("sku")),
            Vital(f"{_LINE}.quantity", Kind.QUANTITY, _line("quantity")),
            Vital(f"{_LINE}.originalUnitPriceSet.shopMoney.amount", Kind.AMOUNT, _line("unit_price")),
        ),
    ),
    "customers": Noun(
        _customers,
        (
            Vital("customers.nodes.*.id", Kind.ID, _own("external_id")),
            Vital("customers.nodes.*.defaultEmailAddress.emailAddress", Kind.TEXT, _own("email")),
        ),
    ),
}
