"""The rows of one pretended shop, as plain dicts in the shape of the schema, and what all resolvers ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

Row = dict[str, Any]

NAMESPACE_KIND = "gid://shopify/"
CURRENCY = "EUR"


@dataclass(slots=True)
class Switches:
    """What differs between shops; tests and lessons turn them."""

    gift_card_scopes: bool = True
    all_orders: bool = False
    tells_throttle: bool = True
    search_lag: float = 0.0
    """Seconds until a search sees what was written."""
    usage_lag: float = 3600.0
    """Seconds until a discount's use is counted."""
    permitted: bool = True
    """Whether the app belongs to the shop's organisation."""


@dataclass(slots=True)
class Shop:
    """One shop. ``levels`` maps (inventory item, location) to the available quantity and when it last moved."""

    now: Callable[[], datetime]
    mail: Callable[[str, str], None]
    domain: str = "harbour-lane.myshopify.com"
    switches: Switches = field(default_factory=Switches)
    ids: Iterator[int] = field(default_factory=lambda: count(1001))
    products: dict[str, Row] = field(default_factory=dict)
    variants: dict[str, Row] = field(default_factory=dict)
    locations: dict[str, Row] = field(default_factory=dict)
    levels: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    customers: dict[str, Row] = field(default_factory=dict)
    orders: dict[str, Row] = field(default_factory=dict)
    order_numbers: Iterator[int] = field(default_factory=lambda: count(1001))
    jobs: dict[str, Row] = field(default_factory=dict)
    discounts: dict[str, Row] = field(default_factory=dict)
    uses: list[tuple[datetime, str]] = field(default_factory=list)
    gift_cards: dict[str, Row] = field(default_factory=dict)
    definitions: list[Row] = field(default_factory=list)
    remembered: dict[str, tuple[datetime, str, Any]] = field(default_factory=dict)
    bulk: dict[str, Row] = field(default_factory=dict)
    webhooks: dict[str, Row] = field(default_factory=dict)
    deliveries: list[Row] = field(default_factory=list)

    def gid(self, kind: str) -> str:
        return f"{NAMESPACE_KIND}{kind}/{next(self.ids)}"

    def stamp(self, at: datetime | None = None) -> str:
        return (at or self.now()).isoformat(timespec="seconds").replace("+00:00", "Z")

    def available(self, item: str) -> int:
        return sum(quantity for (each, _), (quantity, _) in self.levels.items() if each == item)

    def move_stock(self, item: str, location: str, delta: int) -> None:
        quantity = self.levels.get((item, location), (0, ""))[0]
        self.levels[item, location] = (quantity + delta, self.stamp())

    def seen(self, row: Row) -> bool:
        """Whether a search finds a row already."""
        written = datetime.fromisoformat(row["updatedAt"].replace("Z", "+00:00"))
        return self.now() - written >= timedelta(seconds=self.switches.search_lag)


def number(gid: str) -> str:
    """The numeric twin of an id."""
    return gid.rsplit("/", 1)[-1]


def money(amount: Decimal, currency: str = CURRENCY) -> Row:
    """MoneyV2; amounts drop their last zero, as the real ones do."""
    text = f"{amount.quantize(Decimal('0.01')):f}"
    return {
        "__typename": "MoneyV2",
        "amount": text.removesuffix("0") if text.endswith("0") else text,
        "currencyCode": currency,
    }


def bag(amount: Decimal, currency: str = CURRENCY) -> Row:
    return {"shopMoney": money(amount, currency), "presentmentMoney": money(amount, currency)}


def worth(given: Mapping[str, Any] | None) -> Decimal:
    """The amount of a MoneyBagInput."""
    return Decimal(str(given["shopMoney"]["amount"])) if given else Decimal(0)


def user_error(path: list[str], message: str, code: str = "INVALID") -> Row:
    return {"field": path, "message": message, "code": code}
