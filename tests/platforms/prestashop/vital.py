"""Where PrestaShop's vital values stand in its records, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Kind, Noun, Tree, Vital, number
from tests.platforms.vital_values import Got, line, order_total, own, records
from tillbridge.domain.money import Money
from tillbridge.platforms.prestashop.mapping import (
    inventory_id,
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
    quantities,
)


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The products and what their page asks for in one go: combinations by product, stock.

    The last product that is not reduced comes without the shop's own prices.
    """
    goods = calls[0].rest[0]
    rows = [each.raw for each in calls]
    at = max(at for at, each in enumerate(rows) if each["gross"] == each["full"])
    rows[at] = {key: value for key, value in rows[at].items() if key not in ("gross", "full")}
    ids = [str(each["id"]) for each in rows]
    combinations = {key: list(goods.combinations[key]) for key in ids if key in goods.combinations}
    stock = [
        {"id": at, "id_product": key.split(":")[0], "id_product_attribute": key.split(":")[1], "quantity": str(kept)}
        for at, (key, kept) in enumerate(goods.stock.items(), 1)
        if key.split(":")[0] in ids
    ]

    def read(tree: Tree) -> Any:
        found = replace(goods, combinations=tree["combinations"], stock=quantities(records(tree["stock"])))
        return map_to_unified_products(records(tree["rows"]), found)

    return {"rows": rows, "combinations": combinations, "stock": stock}, read


def _orders(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    around = calls[0].named["around"]
    return [each.raw for each in calls], lambda tree: map_to_unified_orders(tree, around)


def _customers(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    return [each.raw for each in calls], lambda tree: map_to_unified_customers(tree, calls[0].named["zone"])


def _alone(name: str) -> Got:
    """Of a product without combinations."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        alone = str(tree["rows"][stars[0]]["id"]) not in tree["combinations"]
        return getattr(found[stars[0]].variants[0], name) if alone else UNUSED

    return got


def _combination(name: str) -> Got:
    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        product = next(each for each in found if each.external_id == stars[0])
        return getattr(product.variants[stars[1]], name)

    return got


def _row(tree: Tree, stars: Sequence[Any]) -> Any:
    return tree["rows"][stars[0]] if len(stars) == 1 else tree["combinations"][stars[0]][stars[1]]


def _gross(variant: Callable[[str], Got]) -> Got:
    """The shop's own price; where it tells none, the price is reckoned from the net one."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        row = _row(tree, stars)
        told = row.get("gross") is not None and row.get("full") is not None
        return variant("price")(found, tree, stars) if told else UNUSED

    return got


def _full(variant: Callable[[str], Got]) -> Got:
    """Crossed out where it is above the price."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        row = _row(tree, stars)
        gross, full = number(row.get("gross")), number(row.get("full"))
        higher = gross is not None and full is not None and Money(full, "EUR") > Money(gross, "EUR")
        told = row.get("full") is not None
        if told and not higher and full is not None:
            assert variant("compare_at_price")(found, tree, stars) in (None, UNUSED)
            return UNUSED
        return variant("compare_at_price")(found, tree, stars)

    return got


def _net(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """As the payload says it, where the price with tax was reckoned from it at 23 % or without tax."""
    row, price = tree["rows"][stars[0]], _alone("price")(found, tree, stars)
    if row.get("gross") is not None or price is UNUSED:
        return UNUSED
    rate = Decimal({"1": "1.23"}.get(row["id_tax_rules_group"], "1"))
    net = number(row.get("price"))
    return Money(net, "EUR") if net is not None and price == Money(net * rate, "EUR") else price


def _quantity(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """Of what is sold: the sum over combinations is nobody's."""
    row = tree["stock"][stars[0]]
    key = inventory_id(row["id_product"], row["id_product_attribute"])
    kept = [each.inventory_quantity for product in found for each in product.variants if each.inventory_id == key]
    return kept[0] if kept else UNUSED


def _product_of_line(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """0 is none."""
    listing = line("listing")(found, tree, stars)
    told = tree[stars[0]]["associations"]["order_rows"][stars[1]].get("product_id")
    return UNUSED if number(told) == 0 and listing is None else getattr(listing, "external_product_id", None)


_CELL, _LINE = "combinations.*.*", "*.associations.order_rows.*"

VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("rows.*.id", Kind.ID, own("external_id")),
            Vital("rows.*.reference", Kind.TEXT, _alone("sku")),
            Vital("rows.*.gross", Kind.AMOUNT, _gross(_alone)),
            Vital("rows.*.full", Kind.AMOUNT, _full(_alone)),
            Vital("rows.*.price", Kind.AMOUNT, _net),
            Vital(f"{_CELL}.id", Kind.ID, _combination("external_id")),
            Vital(f"{_CELL}.reference", Kind.TEXT, _combination("sku")),
            Vital(f"{_CELL}.gross", Kind.AMOUNT, _gross(_combination)),
            Vital("stock.*.quantity", Kind.QUANTITY, _quantity),
        ),
        ours=("rows", "combinations", "combinations.*", "stock"),
        recorded=r"/api/products(/\d+)?",
    ),
    "orders": Noun(
        _orders,
        (
            Vital("*.id", Kind.ID, own("external_id")),
            Vital("*.total_paid", Kind.AMOUNT, order_total),
            Vital(f"{_LINE}.id", Kind.ID, line("external_id")),
            Vital(f"{_LINE}.product_id", Kind.ID, _product_of_line),
            Vital(f"{_LINE}.product_reference", Kind.TEXT, line("sku")),
            Vital(f"{_LINE}.product_quantity", Kind.QUANTITY, line("quantity")),
            Vital(f"{_LINE}.unit_price_tax_incl", Kind.AMOUNT, line("unit_price")),
        ),
        recorded=r"/api/orders(/\d+)?",
    ),
    "customers": Noun(
        _customers,
        (Vital("*.id", Kind.ID, own("external_id")), Vital("*.email", Kind.TEXT, own("email"))),
        recorded=r"/api/customers(/\d+)?",
    ),
}
