"""Lists: filters, sorting, limits and the choice of fields, with the answers a shop gives to bad ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from .faults import died, warned
from .fields import Field, Row
from .state import Shop
from .tables import RESOURCES

_RANGE = re.compile(r"\[([^\],|]*),([^\],|]*)\]")
_FILTER = re.compile(r"filter\[(\w+)\]")
_SORT = re.compile(r"(\w+)_(ASC|DESC)")
Test = Callable[[str], bool]


def select(shop: Shop, resource: str, query: Mapping[str, str]) -> list[Row]:
    """The rows a list answers, in order and cut to the limit."""
    rows = list(shop.rows[resource].values())
    for name, value in query.items():
        if match := _FILTER.fullmatch(name):
            rows = _filtered(shop, rows, _filterable(resource, match[1], query), value)
    return _limited(_sorted(shop, resource, rows, query), query.get("limit"))


def displayed(resource: str, query: Mapping[str, str]) -> list[str] | None:
    """Names of the fields to show; None: all. ``["id"]`` when nothing was said."""
    wanted = query.get("display", "")
    if wanted == "full":
        return None
    if not wanted:
        return ["id"]
    names = [name.strip() for name in wanted.strip("[]").split(",")]
    known = ["id", *RESOURCES[resource].fields]
    for name in names:
        if name not in known and name != "associations":
            words = f'Unable to display this field "{name}". However, these are available: {", ".join(known)}'
            raise warned(35, words)
    return names


def _filterable(resource: str, name: str, query: Mapping[str, str]) -> Field | None:
    """The field of a filter; None for the id."""
    if name == "id":
        return None
    fields = RESOURCES[resource].fields
    dated = name in ("date_add", "date_upd")
    if dated and query.get("date") == "1" and name not in fields:
        raise died()
    if name not in fields or (dated and query.get("date") != "1"):
        known = ", ".join(f'"{each}"' for each in ("id", *_open(fields)))
        raise warned(32, f'This filter does not exist. Did you mean: "active"? The full list is: {known}')
    if fields[name].dynamic:
        words = f'The field "{name}" is dynamic. It is not possible to filter GET query with this field.'
        raise warned(34, words)
    return fields[name]


def _open(fields: Mapping[str, Field]) -> list[str]:
    return [each.name for each in fields.values() if not (each.dated or each.dynamic)]


def _filtered(shop: Shop, rows: Sequence[Row], known: Field | None, value: str) -> list[Row]:
    test = _test(value, dated=known is not None and known.kind in ("d", "D"))
    name = known.name if known else "id"
    return [row for row in rows if test(shop.text(row, name))]


def _test(value: str, *, dated: bool) -> Test:
    """The operator of a filter value. A date that cannot be read lets everything through."""
    if match := re.fullmatch(r"([<>!])\[(.*)\]", value):
        return _compared(match[1], match[2], dated=dated)
    if match := re.fullmatch(r"(%?)\[(.*)\](%?)", value):
        if match[1] or match[3]:
            return _like(match[2].lower(), start=not match[1], end=not match[3])
        if bounds := _RANGE.fullmatch(value):
            low, high = bounds[1], bounds[2]
            return lambda text: not _less(text, low) and not _less(high, text)
        value = match[2]
    wanted = {each.lower() for each in value.split("|")}
    return lambda text: text.lower() in wanted


def _compared(sign: str, limit: str, *, dated: bool) -> Test:
    if dated:
        limit = limit.replace("T", " ").removesuffix("Z")
        if not re.match(r"\d{4}-\d\d-\d\d", limit):
            return lambda _text: True
    if sign == "!":
        return lambda text: text.lower() != limit.lower()
    return (lambda text: _less(limit, text)) if sign == ">" else (lambda text: _less(text, limit))


def _like(part: str, *, start: bool, end: bool) -> Test:
    if start:
        return lambda text: text.lower().startswith(part)
    if end:
        return lambda text: text.lower().endswith(part)
    return lambda text: part in text.lower()


def _less(one: str, other: str) -> bool:
    try:
        return Decimal(one) < Decimal(other)
    except InvalidOperation:
        return one.lower() < other.lower()


def _sorted(shop: Shop, resource: str, rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    wanted = query.get("sort", "").strip("[]")
    for part in reversed([each for each in wanted.split(",") if each]):
        match = _SORT.fullmatch(part.strip())
        if match is None:
            words = 'The "sort" value has to be formed as this example: "field_ASC"'
            raise warned(37, words)
        name = match[1]
        fields = RESOURCES[resource].fields
        dated = name in ("date_add", "date_upd") and query.get("date") != "1"
        if name != "id" and (name not in fields or dated):
            words = f"Unable to filter by this field. However, these are available: id, {', '.join(_open(fields))}"
            raise warned(38, words)
        rows = sorted(rows, key=lambda row: _key(shop, row, name), reverse=match[2] == "DESC")
    return rows


def _key(shop: Shop, row: Row, name: str) -> tuple[Decimal, str]:
    text = shop.text(row, name)
    try:
        return Decimal(text), ""
    except InvalidOperation:
        return Decimal(0), text.lower()


def _limited(rows: list[Row], limit: str | None) -> list[Row]:
    if limit is None:
        return rows
    parts = limit.split(",")
    if not all(part.strip().isdigit() for part in parts) or len(parts) > 2:
        return []
    offset, count = (int(parts[0]), int(parts[1])) if len(parts) == 2 else (0, int(parts[0]))
    return rows[offset : offset + count]
