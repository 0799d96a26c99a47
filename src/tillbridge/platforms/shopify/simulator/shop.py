"""The rows of one pretended shop, as plain dicts in the shape of the schema, and what all resolvers ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
    withheld_scope: str = ""
    """A scope the merchant did not accept."""
    tells_throttle: bool = True
    search_lag: float = 0.0
    """Seconds until a search sees what was written."""
    usage_lag: float = 3600.0
    """Seconds until a discount's use is counted."""
    permitted: bool = True
    """Whether the app belongs to the shop's organisation."""
    installed: bool = True
    """Whether the app is installed; without it no token is accepted and none is given."""
    many_variants: bool = False
    """Whether the shop sells a shirt in more sizes than one page of variants holds."""
    key_busy: float = 0.0
    """Seconds for which a call under an idempotency key counts as still running."""
    refuses_refunds: bool = False
    """Whether the shop refuses every refund, as while a payment is not settled."""
    bulk_fails: bool = False
    """Whether bulk reads end in the middle."""
    broken_field: str = ""
    """A field such as ``Order.customer`` that fails inside, so that data and errors come together."""


@dataclass(slots=True)
class Shop:
    """One shop. ``levels`` maps (inventory item, location) to the available quantity and when it last moved."""

    now: Callable[[], datetime]
    mail: Callable[[str, str], None]
    tell: Callable[[str, Any], None] = lambda topic, subject: None
    """Hears of each change worth a webhook: the topic and the id (or pair of ids) it is about."""
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
    due: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
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
        return (at or self.now()).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def later(self, delay: timedelta, work: Callable[[], None]) -> datetime:
        """Do something in the background; done by ``catch_up`` once its time has come."""
        at = self.now() + delay
        self.due.append((at, work))
        return at

    def catch_up(self) -> None:
        """Finish the background work whose time has come."""
        now = self.now()
        ready = [work for at, work in self.due if at <= now]
        self.due = [each for each in self.due if each[0] > now]
        for work in ready:
            work()

    def available(self, item: str) -> int:
        return sum(quantity for (each, _), (quantity, _) in self.levels.items() if each == item)

    def committed(self, item: str, location: str) -> int:
        """Units sold and not handed over yet."""
        waiting = [row for row in self.orders.values() if row["stock_taken"] and not row["handed_over"]]
        return sum(
            line["quantity"] - line["returned"]
            for row in waiting
            if row["stock_location"] == location
            for line in row["lines"]
            if line["variant_id"] in self.variants and self.variants[line["variant_id"]]["item_id"] == item
        )

    def move_stock(self, item: str, location: str, delta: int) -> None:
        self.set_stock(item, location, self.levels.get((item, location), (0, ""))[0] + delta)

    def set_stock(self, item: str, location: str, quantity: int) -> None:
        self.levels[item, location] = (quantity, self.stamp())
        self.tell("INVENTORY_LEVELS_UPDATE", (item, location))

    def seen(self, row: Row) -> bool:
        """Whether a search finds a row already."""
        return self._indexed(row["createdAt"])

    def indexed_update(self, row: Row) -> str:
        """The last change as far as the search index knows it."""
        return str(row["updatedAt"] if self._indexed(row["updatedAt"]) else row["createdAt"])

    def _indexed(self, written: str) -> bool:
        return self.now() - moment(written) >= timedelta(seconds=self.switches.search_lag)


def moment(text: str) -> datetime:
    """A time of the wire; ValueError when it is none. Without an offset it is UTC."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


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
