"""Where Magento's vital values stand in its answers, and where the unified models keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tests.platforms.mutations import UNUSED, Call, Kind, Noun, Tree, Vital, number
from tests.platforms.vital_values import Got, listed, order_total, own, records
from tillbridge.platforms.magento.inventory import by_sku
from tillbridge.platforms.magento.mapping import (
    map_to_unified_customers,
    map_to_unified_orders,
    map_to_unified_products,
)

_SPECIAL = {"attribute_code": "special_price", "value": "18.00"}


def _products(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The products and what their page asks for in one go: variants by id, stock. The last one has a special price."""
    goods = calls[0].rest[1]
    rows = [each.raw for each in calls]
    rows[-1] = rows[-1] | {"custom_attributes": [*rows[-1]["custom_attributes"], _SPECIAL]}
    linked = {child for each in rows for child in each["extension_attributes"].get("configurable_product_links", ())}
    children = {key: row for key, row in goods.children.items() if key in linked}
    kept = [each["sku"] for each in (*rows, *children.values()) if each["sku"] in goods.stock]
    stock = [{"sku": each, "source_code": "default", "quantity": goods.stock[each], "status": 1} for each in kept]

    def read(tree: Tree) -> Any:
        found = replace(goods, children=tree["children"], stock=by_sku(records(tree["stock"])))
        return map_to_unified_products(records(tree["rows"]), found)

    return {"rows": rows, "children": children, "stock": stock}, read


def _alone(name: str) -> Got:
    """Of a product that is its own variant."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        row = tree["rows"][stars[0]]
        return getattr(found[stars[0]].variants[0], name) if row["type_id"] == "simple" else UNUSED

    return got


def _child(name: str) -> Got:
    """Of a variant, by its id, or by its SKU where the id is what changed."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        for at, row in enumerate(tree["rows"]):
            links = row["extension_attributes"].get("configurable_product_links", ())
            if stars[0] in links:
                return getattr(found[at].variants[links.index(stars[0])], name)
        raise AssertionError(f"nobody links {stars[0]}")

    return got


def _price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """Crossed out while a lower special price holds."""
    row = tree["rows"][stars[0]]
    if row["type_id"] != "simple":
        return UNUSED
    got = found[stars[0]].variants[0]
    return got.price if got.compare_at_price is None else got.compare_at_price


def _special_price(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """The price while it holds and is lower; the other attributes are none."""
    row = tree["rows"][stars[0]]
    each = row["custom_attributes"][stars[1]]
    told = number(each.get("value"))
    higher = told is not None and told >= row["price"]
    if each["attribute_code"] != "special_price" or each.get("value") in ("", None) or higher:
        return UNUSED
    return found[stars[0]].variants[0].price


def _quantity(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    sku = tree["stock"][stars[0]]["sku"]
    return next(each.inventory_quantity for row in found for each in row.variants if each.sku == sku)


def _line(name: str) -> Got:
    """Of a line that people see: a variant comes twice, and the child names its parent."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        items = tree[stars[0]]["items"]
        shown = [at for at, row in enumerate(items) if row.get("parent_item_id") is None]
        return getattr(found[stars[0]].lines[shown.index(stars[1])], name) if stars[1] in shown else UNUSED

    return got


def _unit(key: str) -> Got:
    """The price with tax where it is told, else the net one."""

    def got(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
        with_tax = tree[stars[0]]["items"][stars[1]].get("price_incl_tax") is not None
        counts = with_tax == (key == "price_incl_tax")
        return _line("unit_price")(found, tree, stars) if counts else UNUSED

    return got


def _row_total(found: Any, tree: Tree, stars: Sequence[Any]) -> Any:
    """What the line came to without its tax; rows with a discount print it in one of two ways."""
    row = tree[stars[0]]["items"][stars[1]]
    if row["discount_amount"] or row["discount_tax_compensation_amount"]:
        return UNUSED
    return _line("net")(found, tree, stars)


def _orders(calls: Sequence[Call]) -> tuple[Tree, Callable[[Tree], Any]]:
    """The last one's line tells no price with tax, as those of other programs do."""
    rows = [each.raw for each in calls]
    items = [{key: row[key] for key in row if key != "price_incl_tax"} for row in rows[-1]["items"]]
    rows[-1] = rows[-1] | {"items": items}
    return rows, map_to_unified_orders


VITAL: Mapping[str, Noun] = {
    "products": Noun(
        _products,
        (
            Vital("rows.*.id", Kind.ID, own("external_id")),
            Vital("rows.*.sku", Kind.TEXT, _alone("sku")),
            Vital("rows.*.price", Kind.AMOUNT, _price),
            Vital("rows.*.custom_attributes.*.value", Kind.AMOUNT, _special_price, ("custom_attributes",)),
            Vital("children.*.id", Kind.ID, _child("external_id")),
            Vital("children.*.sku", Kind.TEXT, _child("sku")),
            Vital("children.*.price", Kind.AMOUNT, _child("price")),
            Vital("stock.*.quantity", Kind.QUANTITY, _quantity),
        ),
        ours=("rows", "children", "stock", "children.*"),
        recorded=r"/rest/V1/products(/[\w-]+)?",
    ),
    "orders": Noun(
        _orders,
        (
            Vital("*.entity_id", Kind.ID, own("external_id")),
            Vital("*.order_currency_code", Kind.CURRENCY, own("currency")),
            Vital("*.grand_total", Kind.AMOUNT, order_total),
            Vital("*.items.*.item_id", Kind.ID, _line("external_id")),
            Vital("*.items.*.sku", Kind.TEXT, _line("sku")),
            Vital("*.items.*.qty_ordered", Kind.QUANTITY, _line("quantity")),
            Vital("*.items.*.price_incl_tax", Kind.AMOUNT, _unit("price_incl_tax")),
            Vital("*.items.*.price", Kind.AMOUNT, _unit("price")),
            Vital("*.items.*.row_total", Kind.AMOUNT, _row_total),
        ),
        recorded=r"/rest/V1/orders(/\d+)?",
        whole=2000,
    ),
    "customers": Noun(
        listed(map_to_unified_customers),
        (Vital("*.id", Kind.ID, own("external_id")), Vital("*.email", Kind.TEXT, own("email"))),
        recorded=r"/rest/V1/customers/search",
    ),
}
