"""The rows of a pretended Sylius shop and the switches that make it another one. Shared by all its routes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
ADMIN, SHOP = "/api/v2/admin", "/api/v2/shop"
_TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~"


def _silent(to: str, subject: str) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Switches:
    """What differs between shops. ``release`` is one of 1.14, 2.0, 2.1, 2.2, 2.3."""

    api_enabled: bool = True
    release: str = "2.1"
    refresh_add_on: bool = False
    refresh_rotates: bool = True
    refresh_in_cookie: bool = False
    mails_off: tuple[str, ...] = ()
    """Codes of channels whose order and shipment mails the merchant switched off."""
    conflicts: int = 0
    """So many of the next changing calls meet somebody else at the same record."""


@dataclass(slots=True)
class Shop:
    """All rows by their keys. Money is whole cents; moments are aware UTC and written in the server's zone."""

    now: Callable[[], datetime]
    zone: str = "UTC"
    origin: str = "https://shop.example"
    locale: str = "en_US"
    mail: Callable[[str, str], None] = _silent
    switches: Switches = field(default_factory=Switches)
    channels: dict[str, Row] = field(default_factory=dict)
    products: dict[str, Row] = field(default_factory=dict)
    variants: dict[str, Row] = field(default_factory=dict)
    options: dict[str, Row] = field(default_factory=dict)
    customers: dict[int, Row] = field(default_factory=dict)
    promotions: dict[str, Row] = field(default_factory=dict)
    coupons: dict[str, Row] = field(default_factory=dict)
    payment_methods: dict[str, Row] = field(default_factory=dict)
    shipping_methods: dict[str, Row] = field(default_factory=dict)
    tax_rates: dict[str, Row] = field(default_factory=dict)
    orders: dict[str, Row] = field(default_factory=dict)
    administrators: list[Row] = field(default_factory=list)
    shop_users: list[Row] = field(default_factory=list)
    serials: dict[str, count[int]] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def next_id(self, kind: str) -> int:
        """The next number of a table; each counts for itself."""
        return next(self.serials.setdefault(kind, count(1)))

    def count_on(self, kind: str, last: int) -> None:
        """Let a table go on after the last number it has."""
        self.serials[kind] = count(last + 1)

    def new_token(self) -> str:
        """A cart's name: 64 characters nobody can choose."""
        return "".join(self.chance.choice(_TOKEN_LETTERS) for _ in range(64))

    def written(self, moment: datetime | None) -> str | None:
        """A moment as this release writes it: the server's wall clock, or with offset from 2.3 on."""
        if moment is None:
            return None
        local = moment.astimezone(ZoneInfo(self.zone)).replace(microsecond=0)
        return local.isoformat() if self.switches.release == "2.3" else local.strftime("%Y-%m-%d %H:%M:%S")

    def read(self, text: str) -> datetime:
        """A moment somebody wrote, in the server's zone unless it says another. Raises ValueError."""
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)

    @property
    def old(self) -> bool:
        """Whether this is a Sylius 1."""
        return self.switches.release.startswith("1.")

    def channel_at(self, host: str) -> Row | None:
        """The channel of a host name; a shop reached by another address shows its first."""
        alive = [each for each in self.channels.values() if each["enabled"]]
        return next((each for each in alive if each["hostname"] == host), alive[0] if alive else None)


def last_part(iri: object) -> str:
    """The key at the end of an IRI."""
    return str(iri or "").rstrip("/").rpartition("/")[2]
