"""The rows of one pretended site, who may call it, its switches, and the few things all routes ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

Row = dict[str, Any]


@dataclass(slots=True)
class Switches:
    """What differs between sites and days; tests and lessons turn them."""

    expired: bool = False  # the site's subscription has lapsed
    counts_imported_codes: bool = False  # an imported order raises a code's number of uses
    confirms_imports: bool = False  # an imported order with an address is confirmed by mail
    empty_arrays_null: bool = True  # arrays without data are null, else []
    newest_first: bool = False  # lists run from the newest change back
    refresh_outlives_use: bool = False  # a refresh token dies when the access token it brought is first used
    listed_after: float = 0.0  # seconds until a new order shows in the list
    calls_a_minute: int = 300
    orders_an_hour: int = 100  # for API keys


@dataclass(slots=True)
class Pass:
    """An API key, or an access token that ends."""

    scopes: frozenset[str]
    oauth: bool
    ends: datetime | None = None
    came_of: str = ""  # the refresh token that still waits to die


@dataclass(slots=True)
class Store:
    """One site. Rows are dicts in the API's own names; moments and numbers are kept as such."""

    now: Callable[[], datetime]
    mail: Callable[[str, str], None]
    website_id: str = "5f3c3d55ac435e1a051f77b3"
    currency: str = "EUR"
    switches: Switches = field(default_factory=Switches)
    ids: Iterator[int] = field(default_factory=lambda: count(1001))
    passes: dict[str, Pass] = field(default_factory=dict)
    codes: dict[str, datetime] = field(default_factory=dict)  # consent codes and when they end
    refreshes: dict[str, datetime] = field(default_factory=dict)  # refresh tokens that still live
    products: dict[str, Row] = field(default_factory=dict)
    orders: dict[str, Row] = field(default_factory=dict)
    contacts: dict[str, Row] = field(default_factory=dict)
    discounts: dict[str, Row] = field(default_factory=dict)
    hooks: dict[str, Row] = field(default_factory=dict)
    waiting: list[Row] = field(default_factory=list)  # notifications not yet delivered
    answered: dict[str, Row] = field(default_factory=dict)  # by idempotency key
    in_flight: set[str] = field(default_factory=set)  # keys whose first call has not ended
    calls: list[datetime] = field(default_factory=list)
    shut_until: datetime | None = None
    imports: list[datetime] = field(default_factory=list)  # orders made with an API key

    def new_id(self) -> str:
        """24 hexadecimal digits."""
        return f"{0x5F3C39CE69E11E79:016x}{next(self.ids):08x}"

    def new_uuid(self) -> str:
        return str(UUID(int=(0x303079A3A08545AA8814 << 48) + next(self.ids)))

    def variant(self, variant_id: str) -> tuple[Row, Row] | None:
        """A variant with its product."""
        for product in self.products.values():
            for variant in product["variants"]:
                if variant["id"] == variant_id:
                    return product, variant
        return None
