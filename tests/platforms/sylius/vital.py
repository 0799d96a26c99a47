"""Where Sylius's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.platforms.mutations import MISSING, UNUSED, Call, Kind, Noun, Tree, Vital, at, number
from tests.platforms.vital_values import Got, line, listed, own, records
from tillbridge.domain.money import Money
from tillbridge.platforms.sylius.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)

_CHANNEL = "HARBOUR_TILL"


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The products and, by their codes, the variants a page asks for in one go. The first has an old price."""
    variants, options, shelf = calls[0].rest[:3]
    found = {each.raw["code"]: list(variants.get(each.raw["code"], ())) for each in calls}
    first, *rest = found[calls[0].raw["code"]]
    prices = first["channelPricings"][_CHANNEL] | {"originalPrice": 2990}
    found[calls[0].raw["code"]] = [first | {"channelPricings": {_CHANNEL: prices}}, *rest]
    tree = {"rows": [each.raw for each in calls], "variants": found}
    return tree, lambda now: map_to_unified_products(records(now["rows"]), now["variants"], options, shelf)


def _minor(money: Money | None) -> Money | None:
    """As the payload says it, in whole smallest units."""
    return None if money is None else Money(Decimal(money.minor), money.currency)


def _variant(name: str) -> Got:
    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        product = next(each for each in found if each.external_id == stars[0])
        return getattr(product.variants[stars[1]], name)

    return got


def _price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    return _minor(_variant("price")(found, tree, stars)) if stars[2] == _CHANNEL else UNUSED


def _before(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """Crossed out where it is above the price."""
    told = at(tree, ("variants", *stars[:2], "channelPricings", stars[2]))
    price, before = number(told["price"]), number(told.get("originalPrice"))
    higher = before is None or (price is not None and before > price)
    return _minor(_variant("compare_at_price")(found, tree, stars)) if stars[2] == _CHANNEL and higher else UNUSED


def _on_hand(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    row, free = tree["variants"][stars[0]][stars[1]], _variant("inventory_quantity")(found, tree, stars)
    return free + number(row["onHold"]) if row["tracked"] else UNUSED


def _on_hold(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    row, free = tree["variants"][stars[0]][stars[1]], _variant("inventory_quantity")(found, tree, stars)
    return number(row["onHand"]) - free if row["tracked"] else UNUSED


def _barcode(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """The shop's own field, which it may not have."""
    told = at(tree, ("variants", *stars, "ean"))
    return UNUSED if told is MISSING else _variant("barcode")(found, tree, stars)


def _line_sku(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """The end of the relation to the variant."""
    told, sku = tree[stars[0]]["items"][stars[1]]["variant"], line("sku")(found, tree, stars)
    return told if sku and str(told).rstrip("/").endswith(sku) else sku


_CELL = "variants.*.*"

VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("rows.*.code", Kind.ID, own("external_id")),
            Vital(f"{_CELL}.code", Kind.ID, _variant("external_id")),
            Vital(f"{_CELL}.code", Kind.ID, _variant("sku")),
            Vital(f"{_CELL}.ean", Kind.TEXT, _barcode),
            Vital(f"{_CELL}.channelPricings.*.price", Kind.AMOUNT, _price),
            Vital(f"{_CELL}.channelPricings.*.originalPrice", Kind.AMOUNT, _before),
            Vital(f"{_CELL}.onHand", Kind.QUANTITY, _on_hand),
            Vital(f"{_CELL}.onHold", Kind.QUANTITY, _on_hold),
        ),
        ours=("rows", "variants", "variants.*"),
        recorded=r"/api/v2/admin/products(/[^/]+)?",
    ),
    "orders": Noun(
        listed(map_to_unified_orders),
        (
            Vital("*.tokenValue", Kind.ID, own("external_id")),
            Vital("*.currencyCode", Kind.CURRENCY, own("currency")),
            Vital("*.total", Kind.AMOUNT, lambda found, tree, stars: _minor(found[stars[0]].totals.total)),
            Vital("*.items.*.id", Kind.ID, line("external_id")),
            Vital("*.items.*.variant", Kind.TEXT, _line_sku),
            Vital("*.items.*.quantity", Kind.QUANTITY, line("quantity")),
            Vital("*.items.*.unitPrice", Kind.AMOUNT, lambda *about: _minor(line("unit_price")(*about))),
            Vital("*.items.*.total", Kind.AMOUNT, lambda *about: _minor(line("gross")(*about))),
        ),
        recorded=r"/api/v2/admin/orders(/[^/]+)?",
    ),
    "customers": Noun(
        listed(map_to_unified_customers),
        (Vital("*.id", Kind.ID, own("external_id")), Vital("*.email", Kind.TEXT, own("email"))),
        recorded=r"/api/v2/admin/customers(/\d+)?",
        whole=200,
    ),
}
