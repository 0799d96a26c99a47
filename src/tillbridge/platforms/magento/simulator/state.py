"""A shop as it stands: rows in the shape of the API's answers, switches that make it an older or stricter one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from .login import Accounts
from .rest import Row, dec, stamp

_QUEUE_DELAY = timedelta(seconds=60)


@dataclass(slots=True)
class Switches:
    """What differs from shop to shop."""

    two_factor: bool = False
    bearer: bool = False
    """Integration tokens are taken as bearers."""
    repeats_last_page: bool = False
    limits_pages: bool = False
    order_mails: bool = True
    welcome_mails: bool = True
    maintenance: bool = False
    limits_placing: bool = False
    """The optional limiter of guests' order placement."""
    queue_runs: bool = True


def _no_mail(to: str, subject: str) -> None:
    """Until the outbox is there."""


@dataclass(slots=True)
class Shop:
    """All rows. ``tax_rates`` by tax class id; ``reservations`` by SKU, below zero while orders are open."""

    now: Callable[[], datetime]
    seed: int = 1
    name: str = "Harbour Lane Outfitters"
    mail: Callable[[str, str], None] = _no_mail
    switches: Switches = field(default_factory=Switches)
    accounts: Accounts = field(default_factory=Accounts)
    configs: list[Row] = field(default_factory=list)
    views: list[Row] = field(default_factory=list)
    websites: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    tax_table: list[Row] = field(default_factory=list)
    tax_rates: dict[str, Decimal] = field(default_factory=dict)
    tax_name: str = "VAT"
    prices_include_tax: bool = True
    products: dict[int, Row] = field(default_factory=dict)
    attributes: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    source_items: dict[tuple[str, str], Row] = field(default_factory=dict)
    reservations: dict[str, Decimal] = field(default_factory=dict)
    customers: dict[int, Row] = field(default_factory=dict)
    coupons: dict[int, Row] = field(default_factory=dict)
    rules: dict[int, Row] = field(default_factory=dict)
    uses: set[tuple[int, int]] = field(default_factory=set)
    """Rule and customer."""
    carts: dict[int, Row] = field(default_factory=dict)
    orders: dict[int, Row] = field(default_factory=dict)
    memos: dict[int, Row] = field(default_factory=dict)
    bulks: dict[str, Row] = field(default_factory=dict)
    queue: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    placed: list[datetime] = field(default_factory=list)

    def next_id(self, name: str) -> int:
        """The next number of a kind."""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    def stamp(self) -> str:
        """Now, as rows keep it."""
        return stamp(self.now().astimezone(UTC))

    def product(self, sku: str) -> Row | None:
        """The product of a SKU, whatever the case."""
        return next((each for each in self.products.values() if each["sku"].lower() == sku.lower()), None)

    def on_hand(self, sku: str) -> Decimal:
        """What lies at all sources."""
        return sum((dec(row["quantity"]) for (kept, _), row in self.source_items.items() if kept == sku), Decimal(0))

    def salable(self, sku: str) -> Decimal:
        """What lies there less what is reserved."""
        return self.on_hand(sku) + self.reservations.get(sku, Decimal(0))

    def reserve(self, sku: str, quantity: Decimal) -> None:
        """Below zero when ordered, above when shipped or cancelled."""
        self.reservations[sku] = self.reservations.get(sku, Decimal(0)) + quantity

    def later(self, act: Callable[[], None]) -> None:
        """Leave work to the queue's consumers."""
        self.queue.append((self.now() + _QUEUE_DELAY, act))

    def run_queue(self, *, all_of_it: bool = True) -> None:
        """Let the consumers run; only what is due unless ``all_of_it``."""
        due = [each for each in self.queue if all_of_it or each[0] <= self.now()]
        self.queue = [each for each in self.queue if each not in due]
        for _, act in due:
            act()


def custom(row: Row, code: str) -> object:
    """A value of a row's custom attributes."""
    return next((each["value"] for each in row.get("custom_attributes") or () if each["attribute_code"] == code), None)


def set_custom(row: Row, code: str, value: object) -> None:
    """Set or add one."""
    kept = [each for each in row.get("custom_attributes") or () if each["attribute_code"] != code]
    row["custom_attributes"] = [*kept, {"attribute_code": code, "value": value}]
