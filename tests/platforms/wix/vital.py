"""Where Wix's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.platforms.mutations import MISSING, UNUSED, Call, Kind, Noun, Tree, Vital, at, number
from tests.platforms.vital_values import Got, line, listed, order_total, own, records
from tillbridge.platforms.wix.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The products and, by their ids, variants and stock. The first variant has an old price."""
    variants, stock = calls[0].rest[:2]
    ids = [each.raw["id"] for each in calls]
    rows = {key: list(variants.get(key, ())) for key in ids}
    first, *rest = rows[ids[0]]
    prices = first["price"] | {"compareAtPrice": {"amount": "29.90"}}
    rows[ids[0]] = [first | {"price": prices}, *rest]
    tree = {
        "rows": [each.raw for each in calls],
        "variants": rows,
        "stock": {key: list(stock.get(key, ())) for key in ids},
    }
    return tree, lambda now: map_to_unified_products(records(now["rows"]), now["variants"], now["stock"], "EUR")


def _product(found: Any, key: str) -> Any:
    return next(each for each in found if each.external_id == key)


def _variant(name: str) -> Got:
    return lambda found, tree, stars: getattr(_product(found, stars[0]).variants[stars[1]], name)


def _unless_empty(got: Got, *below: str) -> Got:
    """Wix leaves empty values out."""

    def told(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        value = got(found, tree, stars)
        row = at(tree, ("variants", *stars) if "variants" in tree else (stars[0], "lineItems", stars[1]))
        return UNUSED if at(row, below) is MISSING and value == "" else value

    return told


def _before(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """None crossed out is written as nothing or as zero."""
    told = tree["variants"][stars[0]][stars[1]]["price"]["compareAtPrice"].get("amount")
    return UNUSED if number(told) == 0 else _variant("compare_at_price")(found, tree, stars)


def _currency(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """Where a product does not say it, the site's."""
    got = found[stars[0]].variants[0].price.currency
    return UNUSED if tree["rows"][stars[0]].get("currency") is None and got == "EUR" else got


def _quantity(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    rows = tree["stock"][stars[0]]
    row = rows[stars[1]]
    others = [each for each in rows if each is not row and each["variantId"] == row["variantId"]]
    assert not others, "the pretended shop keeps its stock at one place"
    variants = _product(found, stars[0]).variants
    return next(each.inventory_quantity for each in variants if each.external_id == row["variantId"])


def _email(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """Wix leaves empty values out."""
    got = own("email")(found, tree, stars)
    return UNUSED if at(tree, (*stars, "email", "email")) is MISSING and got == "" else got


_CELL, _LINE = "variants.*.*", "*.lineItems.*"

VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("rows.*.id", Kind.ID, own("external_id")),
            Vital("rows.*.currency", Kind.CURRENCY, _currency),
            Vital(f"{_CELL}.variantId", Kind.ID, _variant("external_id")),
            Vital(f"{_CELL}.sku", Kind.TEXT, _unless_empty(_variant("sku"), "sku")),
            Vital(f"{_CELL}.barcode", Kind.TEXT, _unless_empty(_variant("barcode"), "barcode")),
            Vital(f"{_CELL}.price.actualPrice.amount", Kind.AMOUNT, _variant("price")),
            Vital(f"{_CELL}.price.compareAtPrice.amount", Kind.AMOUNT, _before),
            Vital("stock.*.*.quantity", Kind.QUANTITY, _quantity),
        ),
        ours=("rows", "variants", "variants.*", "stock", "stock.*"),
    ),
    "orders": Noun(
        listed(map_to_unified_orders),
        (
            Vital("*.id", Kind.ID, own("external_id")),
            Vital("*.currency", Kind.CURRENCY, own("currency")),
            Vital("*.priceSummary.total.amount", Kind.AMOUNT, order_total),
            Vital(f"{_LINE}.id", Kind.ID, line("external_id")),
            Vital(
                f"{_LINE}.physicalProperties.sku", Kind.TEXT, _unless_empty(line("sku"), "physicalProperties", "sku")
            ),
            Vital(f"{_LINE}.quantity", Kind.QUANTITY, line("quantity")),
            Vital(f"{_LINE}.priceBeforeDiscounts.amount", Kind.AMOUNT, line("unit_price")),
            Vital(f"{_LINE}.totalPriceAfterTax.amount", Kind.AMOUNT, line("gross")),
        ),
    ),
    "customers": Noun(
        listed(map_to_unified_customers),
        (Vital("*.id", Kind.ID, own("external_id")), Vital("*.email.email", Kind.TEXT, _email)),
    ),
}
