"""Putting one shop together: rows, online orders, and the views its webhooks deliver."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .coupons import coupon_view
from .customers import customer_view
from .demo import demo_shop
from .goods_view import product_view
from .order_flow import move_to, pay
from .order_lines import settle_order, take_lines
from .order_view import order_view
from .orders import blank_order
from .seed import load
from .settings_page import DEFAULTS
from .state import Shop
from .webhooks import View
from .wordpress import Row


def build_shop(now: Callable[[], datetime], seed: int, rows: Mapping[str, Any] | None) -> Shop:
    """A shop filled with ``rows``, or with the demo goods."""
    shop = Shop(now=now, seed=seed, settings={"timezone": "Europe/Dublin", **DEFAULTS}, random=random.Random(seed))
    filling = demo_shop() if rows is None else rows
    load(shop, filling)
    for body in filling.get("online_orders", ()):
        _place(shop, body)
    return shop


def _place(shop: Shop, body: Row) -> None:
    order = blank_order(shop) | {"id": next(shop.ids.posts), "created_via": "checkout", "payment_method": "bacs"}
    customer = shop.users[body["customer_id"]]
    order |= {
        "customer_id": customer["id"],
        "billing": dict(customer["billing"]),
        "payment_method_title": "Bank transfer",
    }
    take_lines(shop, order, body)
    shop.orders[order["id"]] = order
    settle_order(shop, order)
    if body.get("set_paid"):
        pay(shop, order)
    move_to(shop, order, body["status"])


def webhook_views(shop: Shop) -> dict[str, View]:
    """What a delivery shows of each kind of thing, rendered when it is sent."""

    def of(table: Mapping[int, Row], view: Callable[[Shop, Row], Row]) -> View:
        return lambda key: view(shop, table[key]) if key in table else None

    return {
        "order": of(shop.orders, order_view),
        "product": of(shop.products, product_view),
        "customer": of(shop.users, customer_view),
        "coupon": of(shop.coupons, coupon_view),
    }
