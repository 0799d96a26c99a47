"""The rows of the pretended site, and the switches in which sites and days differ."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from .speech import Row, guid, iso

STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
SCOPES = frozenset({
    "SCOPE.STORES.PRODUCT_READ", "SCOPE.STORES.PRODUCT_WRITE", "SCOPE.STORES.INVENTORY_ITEM_READ",
    "SCOPE.STORES.INVENTORY_ITEM_WRITE", "SCOPE.DC-STORES.READ-ORDERS", "SCOPE.DC-STORES.MANAGE-ORDERS",
    "SCOPE.DC-COUPONS.MANAGE-COUPONS", "CONTACTS.CONTACT_READ", "CONTACTS.CONTACT_CREATE",
    "CONTACTS.CONTACT_UPDATE", "EMAIL_SUBSCRIPTIONS.MODIFY", "SITE_SETTINGS.VIEW", "SCOPE.ECOM.IMPORT-ORDERS",
})  # fmt: skip


@dataclass
class Switches:
    """``catalog`` V3_CATALOG, V1_CATALOG or STORES_NOT_INSTALLED; lags in seconds; ``trigger`` when stock moves."""

    catalog: str = "V3_CATALOG"
    variants_lag: float = 0.0
    search_lag: float = 0.0
    payment_lag: float = 0.0
    trigger: str = "ON_ORDER_PLACED"
    api_orders_move_stock: bool = True
    gift_card_app: bool = True
    calls_a_minute: int = 200
    withheld_scope: str = ""


@dataclass
class Site:
    """All rows by id, as the shop has them; money as Decimal, moments aware."""

    now: Callable[[], datetime]
    mail: Callable[[str, str], None]
    switches: Switches = field(default_factory=Switches)
    locations: dict[str, Row] = field(default_factory=dict)
    products: dict[str, Row] = field(default_factory=dict)
    items: dict[str, Row] = field(default_factory=dict)
    contacts: dict[str, Row] = field(default_factory=dict)
    orders: dict[str, Row] = field(default_factory=dict)
    coupons: dict[str, Row] = field(default_factory=dict)
    cards: dict[str, Row] = field(default_factory=dict)
    tokens: dict[str, datetime] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    revoked: bool = False
    permits: float = 200.0
    permits_at: datetime | None = None
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    order_numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(10001))

    def new_id(self, kind: str) -> str:
        """A fresh GUID."""
        return guid(f"{kind}:{next(self.numbers)}")

    @property
    def home(self) -> str:
        """The default location's id."""
        return next(key for key, row in self.locations.items() if row["defaultLocation"])

    def variant(self, product_id: str, variant_id: str) -> Row | None:
        """A variant of a product."""
        product = self.products.get(product_id)
        rows = product["variants"] if product else []
        return next((row for row in rows if row["id"] == variant_id), None)

    def item(self, product_id: str, variant_id: str, location_id: str) -> Row | None:
        """The stock of a variant at a location."""
        wanted = (product_id, variant_id, location_id)
        rows = self.items.values()
        return next((row for row in rows if (row["productId"], row["variantId"], row["locationId"]) == wanted), None)

    def touch(self, row: Row) -> None:
        """A record changed: its revision and its date say so."""
        row["revision"] += 1
        row["updated"] = self.now()

    def move(self, item: Row, delta: int) -> None:
        """Move counted stock, also below nothing."""
        if item["quantity"] is not None:
            item["quantity"] = max(-99_999, min(99_999, item["quantity"] + delta))
            self.touch(item)
            self.happened("wix.stores.catalog.v3.inventory_item_updated", "updated", item["id"], {"id": item["id"]})

    def happened(self, kind: str, slug: str, entity_id: str, entity: Row) -> None:
        """Something the app is told about; the event keeps the record as it is now."""
        self.events.append({
            "id": self.new_id("event"), "type": kind, "slug": slug, "entityId": entity_id, "entity": dict(entity),
            "at": iso(self.now()), "due": self.now(), "until": self.now() + timedelta(hours=48),
        })  # fmt: skip


def paid_so_far(order: Row) -> Decimal:
    """What an order's payments count for."""
    return sum((row["counted"] for row in order["payments"]), Decimal(0))


def given_back(order: Row) -> Decimal:
    """What was given back of an order."""
    return sum((part["amount"] for row in order["refunds"] for part in row["parts"]), Decimal(0))
