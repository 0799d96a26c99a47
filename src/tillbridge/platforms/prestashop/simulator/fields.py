"""What a resource of the web service is made of; ``tables`` describes all of them in these words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

Row = dict[str, object]
"""One record: field -> text, None, or for localised fields language id -> text; "associations" -> lists of rows."""

_DEFAULTS = {"i": "0", "b": "0", "f": "0.000000", "r": "0.000", "p": "0.00", "s": "", "m": ""}
_DEFAULTS |= {"d": "0000-00-00 00:00:00", "D": "0000-00-00"}
_PLACES = {"f": 6, "r": 3, "p": 2}


@dataclass(frozen=True, slots=True)
class Field:
    """``kind``: i whole, b flag, f r p decimals (6, 3, 2), s text, d moment, D day, n null, m maker's name."""

    name: str
    kind: str
    required: bool = False
    read_only: bool = False
    dynamic: bool = False
    localised: bool = False
    price: bool = False
    numeric: bool = False

    @property
    def default(self) -> str | None:
        return _DEFAULTS.get(self.kind)

    @property
    def dated(self) -> bool:
        return self.name in ("date_add", "date_upd")

    def stored(self, value: object) -> object:
        """A posted value as the database keeps it."""
        if value is None or self.localised:
            return value
        text = str(value)
        if self.kind in _PLACES:
            return fixed(text, _PLACES[self.kind])
        if self.kind in ("i", "b"):
            return str(whole(text))
        return text if text or self.kind not in ("d", "D") else self.default


@dataclass(frozen=True, slots=True)
class Resource:
    """One name below ``/api``. ``model`` is the shop's class, seen in its error texts."""

    name: str
    item: str
    model: str
    fields: Mapping[str, Field]
    associations: Mapping[str, str] = field(default_factory=dict)
    list_node: str = ""
    forbidden: frozenset[str] = frozenset()

    @property
    def many(self) -> str:
        return self.list_node or self.name

    def blank(self) -> Row:
        """A row of nothing but defaults."""
        return {each.name: {} if each.localised else each.default for each in self.fields.values()}


def fields(text: str) -> dict[str, Field]:
    """From "name:kind" words; behind the kind * required, ! read-only, ~ dynamic, @ localised, $ price, # number."""
    found = {}
    for word in text.split():
        name, _, kind = word.partition(":")
        marks = kind[1:]
        found[name] = Field(
            name,
            kind[0],
            required="*" in marks,
            read_only="!" in marks,
            dynamic="~" in marks,
            localised="@" in marks,
            price="$" in marks,
            numeric="#" in marks,
        )
    return found


def number(value: object) -> Decimal:
    """A stored text as a number; nothing is zero."""
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)


def whole(text: object) -> int:
    """PHP's idea of a whole number: leading digits, else 0."""
    try:
        return int(Decimal(str(text).strip() or "0"))
    except InvalidOperation:
        return 0


def fixed(value: object, places: int = 6) -> str:
    """A number with fixed decimals, halves away from zero."""
    return str(number(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
