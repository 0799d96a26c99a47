"""The rows of one pretended PrestaShop shop and the few things all parts ask of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from .access import ApiKey
from .fields import Row, whole
from .tables import RESOURCES

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ERROR, CANCELED, REFUNDED = 8, 6, 7


@dataclass(slots=True)
class Switches:
    """What differs between shops in the field; tests and lessons turn them."""

    webservice: bool = True
    strips_authorization: bool = False  # CGI hosts that drop the header
    race_window: bool = False  # a second order on one cart is let through
    saves_then_fails: bool = False  # the next write is saved and answered with 500
    modules: tuple[str, ...] = ("ps_wirepayment", "ps_checkpayment", "ps_cashondelivery")


@dataclass(slots=True)
class Shop:
    """``rows`` by resource and id; ``version`` decides between 1.7, 8 and 9."""

    now: Callable[[], datetime]
    version: str = "8.2.1"
    home: str = "https://presta.example"
    switches: Switches = field(default_factory=Switches)
    keys: list[ApiKey] = field(default_factory=list)
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {name: {} for name in RESOURCES})
    last: dict[str, int] = field(default_factory=dict)
    mail: Callable[[str, str, str], None] = lambda _to, _subject, _text: None
    random: random.Random = field(default_factory=lambda: random.Random(1))
    invoices: int = 0
    deliveries: int = 0

    @property
    def old(self) -> bool:
        """Whether this is a 1.7: no PATCH, and empty fields stay in single answers."""
        return self.version.startswith("1.")

    def setting(self, name: str) -> str:
        """The value of a configuration row, or empty."""
        rows = self.rows["configurations"].values()
        return next((str(row["value"]) for row in rows if row["name"] == name), "")

    def set_setting(self, name: str, value: str) -> None:
        """What somebody does in the back office."""
        for row in self.rows["configurations"].values():
            if row["name"] == name:
                row["value"] = value
                return
        self.add("configurations", {"name": name, "value": value})

    def number(self, name: str) -> int:
        """A configuration value that is a whole number."""
        return whole(self.setting(name))

    @property
    def languages(self) -> list[int]:
        return sorted(key for key, row in self.rows["languages"].items() if row["active"] == "1")

    def stamp(self, at: datetime | None = None) -> str:
        """A moment on the shop's wall clock, as the database keeps it."""
        zone = ZoneInfo(self.setting("PS_TIMEZONE") or "UTC")
        return (at or self.now()).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    def next_id(self, resource: str) -> int:
        known = self.rows[resource]
        number = max(self.last.get(resource, 0), max(known, default=0)) + 1
        self.last[resource] = number
        return number

    def add(self, resource: str, values: Row, associations: Row | None = None) -> int:
        """A new row with defaults filled in; its id."""
        kind = RESOURCES[resource]
        number = self.next_id(resource)
        row = kind.blank() | {"id": number}
        for name, value in values.items():
            known = kind.fields[name]
            plain = known.localised and not isinstance(value, dict)
            row[name] = dict.fromkeys(self.languages or [1], value) if plain else known.stored(value)
        for name in ("date_add", "date_upd"):
            if name in kind.fields and name not in values:
                row[name] = self.stamp()
        row["associations"] = associations or {}
        self.rows[resource][number] = row
        return number

    def matching(self, resource: str, **wanted: object) -> Iterator[Row]:
        """Rows whose fields have these values as text."""
        for row in list(self.rows[resource].values()):
            if all(str(row[name]) == str(value) for name, value in wanted.items()):
                yield row

    def text(self, row: Row, name: str, language: int = 0) -> str:
        """A field as plain text, localised ones in one language."""
        value = row.get(name)
        if isinstance(value, dict):
            return str(value.get(language or self.number("PS_LANG_DEFAULT"), "") or "")
        return "" if value is None else str(value)

    def reference(self) -> str:
        """Nine capital letters, as the shop names its orders."""
        return "".join(self.random.choice(LETTERS) for _ in range(9))

    def hex(self, length: int = 32) -> str:
        return "".join(self.random.choice("0123456789abcdef") for _ in range(length))
