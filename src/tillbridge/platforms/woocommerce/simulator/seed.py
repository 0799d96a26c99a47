"""Filling a shop with rows given in the shape of the API's answers."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from itertools import count
from typing import Any

from .coupons import BLANK as BLANK_COUPON
from .gift_cards import add_card
from .goods import BLANK as BLANK_GOODS
from .login import ApiKey
from .orders import blank_order
from .php import number
from .state import Shop
from .wordpress import Row

_ORDER_MONEY = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")


def load(shop: Shop, rows: Mapping[str, Any]) -> None:
    """Put all rows of a seed into an empty shop; ids stay as given, new ones start behind the highest."""
    shop.settings |= rows.get("settings", {})
    shop.taxes = [deepcopy(row) for row in rows.get("taxes", [])]
    shop.tax_classes = [deepcopy(row) for row in rows.get("tax_classes", [])]
    shop.keys = [ApiKey(**row) for row in rows.get("keys", [])]
    for kind in ("categories", "tags", "brands"):
        shop.terms[kind] = {row["id"]: deepcopy(row) for row in rows.get("terms", {}).get(kind, [])}
    shop.attributes = {row["id"]: deepcopy(row) for row in rows.get("attributes", [])}
    for row in [*rows.get("products", []), *rows.get("variations", [])]:
        shop.products[row["id"]] = _goods(shop, row)
    for row in rows.get("users", []):
        shop.users[row["id"]] = _user(shop, row)
    for row in rows.get("coupons", []):
        shop.coupons[row["id"]] = deepcopy(BLANK_COUPON) | _dates(shop, row) | deepcopy(dict(row))
    for row in rows.get("orders", []):
        shop.orders[row["id"]] = _order(shop, row)
    _restart(shop, rows.get("next", {}))
    for row in rows.get("gift_cards", []):
        add_card(shop, row["number"], number(row["balance"]), row.get("expires"), active=row.get("active", True))


def _dates(shop: Shop, row: Mapping[str, Any]) -> Row:
    made = row.get("date_created_gmt") or shop.stamp()
    changed = row.get("date_modified_gmt", made)
    dates: Row = {"date_created_gmt": made, "date_modified_gmt": changed}
    return dates | {"date_created": shop.local(made), "date_modified": shop.local(changed)}


def _goods(shop: Shop, row: Mapping[str, Any]) -> Row:
    own = {name: deepcopy(value) for name, value in row.items() if name in BLANK_GOODS}
    goods: Row = deepcopy(BLANK_GOODS) | own | _dates(shop, row) | {"id": row["id"]}
    pictures = [row["image"]] if row.get("image") else row.get("images", [])
    goods["images"] = [
        {
            "id": one["id"],
            "src": one["src"],
            "name": one["name"],
            "alt": one["alt"],
            "date_gmt": goods["date_created_gmt"],
        }
        for one in pictures
    ]
    if goods["manage_stock"] == "parent":
        goods |= {"manage_stock": False, "stock_quantity": None}
    goods["total_sales"] = int(goods["total_sales"])
    return goods


def _user(shop: Shop, row: Mapping[str, Any]) -> Row:
    user: Row = {"role": "customer", "billing": {}, "shipping": {}, "meta_data": [], "first_name": "", "last_name": ""}
    return user | _dates(shop, row) | deepcopy(dict(row))


def _order(shop: Shop, row: Mapping[str, Any]) -> Row:
    order = blank_order(shop) | deepcopy(dict(row))
    for name in _ORDER_MONEY:
        order[name] = number(order[name])
    for name in ("line_items", "fee_lines", "shipping_lines"):
        order[name] = [_line(line) for line in order[name]]
    order["tax_lines"] = [
        {name: line[name] for name in ("id", "rate_id")}
        | {name: number(line[name]) for name in ("tax_total", "shipping_tax_total")}
        for line in order["tax_lines"]
    ]
    order["coupon_lines"] = []
    return order


def _line(row: Row) -> Row:
    taxes = {one["id"]: number(one["total"]) for one in row.get("taxes", [])}
    subtotals = {one["id"]: number(one["subtotal"]) for one in row.get("taxes", [])}
    line = row | {"total": number(row["total"]), "taxes": taxes, "subtotal_taxes": subtotals, "tax_status": "taxable"}
    if "subtotal" in row:
        line["subtotal"] = number(row["subtotal"])
    line["meta_data"] = [{name: one[name] for name in ("id", "key", "value")} for one in row.get("meta_data", [])]
    return line


def _restart(shop: Shop, wanted: Mapping[str, int]) -> None:
    posts = [*shop.products, *shop.coupons, *shop.orders, 0]
    pictures = [one["id"] for row in shop.products.values() for one in row["images"]]
    lines = [line["id"] for order in shop.orders.values() for line in order["line_items"]]
    terms = [key for rows in shop.terms.values() for key in rows]
    starts = {
        "posts": max([*posts, *pictures]) + 1,
        "users": max([*shop.users, 0]) + 1,
        "items": max([*lines, 0]) + 1,
        "terms": max([*terms, 0]) + 1,
        "meta": 1000,
        "comments": 1,
        "webhooks": 1,
    }
    for name, start in (starts | dict(wanted)).items():
        setattr(shop.ids, name, count(start))
