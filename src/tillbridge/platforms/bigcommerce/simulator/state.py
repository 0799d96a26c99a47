"""The rows of one pretended store, its accounts, its switches, and the few things all routes ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

Row = dict[str, Any]


@dataclass(slots=True)
class Switches:
    """What differs between stores and days; tests and lessons turn them."""

    prices_with_tax: bool = True
    discount_twice: bool = False  # a manual discount comes off a given total once more
    case_sensitive_codes: bool = True
    status_mails: bool = True  # the merchant lets shoppers know of a change of status
    stock_after_completion: bool = False  # update_stock_behavior: order_completed_or_shipped
    cancel_restocks: bool = True  # refund_order_stock_adjustment, which is also for cancelled orders
    every_variant_listed: bool = False  # the stock list names variants also where their product keeps the number
    base_codes_apart: bool = True  # the variant list does not know the codes of products without options
    stock_lag: float = 0.0  # seconds until a change of stock is seen
    listed_after: float = 0.0  # seconds until a new order is found by its reference
    maintenance: bool = False
    shed_load: bool = False  # 429 without any header
    gzip_errors: bool = False
    quota: int = 150


@dataclass(slots=True)
class Account:
    """A store-level API account; it sees its own webhooks only."""

    client_id: str
    client_secret: str
    token: str
    scopes: frozenset[str]
    deleted: bool = False


@dataclass(slots=True)
class Store:
    """One store. Rows are plain dicts with Decimals and moments; the routes write them as the API would."""

    now: Callable[[], datetime]
    mail: Callable[[str, str], None]
    hash: str = "g5cd38"
    switches: Switches = field(default_factory=Switches)
    ids: Iterator[int] = field(default_factory=lambda: count(1001))
    accounts: list[Account] = field(default_factory=list)
    products: dict[int, Row] = field(default_factory=dict)
    brands: dict[int, Row] = field(default_factory=dict)
    stock: dict[tuple[int, int], int] = field(default_factory=dict)  # by variant and location
    reserves: dict[tuple[int, int], int] = field(default_factory=dict)  # safety stock
    pending_stock: list[tuple[datetime, int, int, int]] = field(default_factory=list)
    locations: dict[int, Row] = field(default_factory=dict)
    channels: dict[int, Row] = field(default_factory=dict)
    channel_settings: dict[int, Row] = field(default_factory=dict)  # what a channel has of its own
    customers: dict[int, Row] = field(default_factory=dict)
    subscribers: list[Row] = field(default_factory=list)
    orders: dict[int, Row] = field(default_factory=dict)
    refunds: dict[int, Row] = field(default_factory=dict)
    promotions: dict[int, Row] = field(default_factory=dict)
    codes: list[Row] = field(default_factory=list)
    coupons: dict[int, Row] = field(default_factory=dict)
    certificates: dict[int, Row] = field(default_factory=dict)
    carts: dict[str, Row] = field(default_factory=dict)
    hooks: dict[int, Row] = field(default_factory=dict)
    waiting: list[Row] = field(default_factory=list)  # deliveries not yet made
    windows: dict[int, int] = field(default_factory=dict)  # calls by window

    def variant(self, variant_id: int) -> tuple[Row, Row] | None:
        """A variant with its product."""
        for product in self.products.values():
            for variant in product["variants"]:
                if variant["id"] == variant_id:
                    return product, variant
        return None

    def settle_stock(self) -> None:
        """Let changes of stock be seen whose time has come."""
        due = [each for each in self.pending_stock if each[0] <= self.now()]
        self.pending_stock = [each for each in self.pending_stock if each[0] > self.now()]
        for _, variant_id, location_id, quantity in due:
            self.stock[variant_id, location_id] = quantity

    def keeper(self, variant_id: int) -> int | None:
        """The variant under which the number is kept: a product's is under its first; None where none is kept."""
        found = self.variant(variant_id)
        if found is None or found[0]["inventory_tracking"] == "none":
            return None
        first: int = found[0]["variants"][0]["id"]
        return first if found[0]["inventory_tracking"] == "product" else variant_id

    def move_stock(self, variant_id: int, by: int, location_id: int = 1) -> int:
        """Move at once, never below zero; answers what was really moved."""
        self.settle_stock()
        keeper = self.keeper(variant_id)
        if keeper is None:
            return 0
        before = self.stock.get((keeper, location_id), 0)
        self.stock[keeper, location_id] = max(0, before + by)
        return self.stock[keeper, location_id] - before

    def sellable(self, variant_id: int) -> int:
        """What may be sold over all locations."""
        self.settle_stock()
        rows = [(key, quantity) for key, quantity in self.stock.items() if key[0] == variant_id]
        return sum(quantity - self.reserves.get(key, 0) for key, quantity in rows)
