"""Connections with opaque cursors, and the search terms a till uses."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from .shop import Row, moment

LARGEST = 250


class Word(str):
    """A value that a search term must name whole, such as a status."""


class Day(str):
    """A moment that searches compare by its whole day."""


_TERM = re.compile(r"(\w+):(>=|<=|>|<)?(?:'([^']*)'|\"([^\"]*)\"|(\S+))|\"([^\"]*)\"|(\S+)")


def connect(rows: Sequence[Row], first: int | None, after: str | None = None) -> Row:
    """A page of rows. A cursor names the last row it has shown, so rows that move do not repeat a page."""
    size = first if first is not None else 50
    if not 0 < size <= LARGEST:
        raise GraphQLError(f"first must be between 1 and {LARGEST}", extensions={"code": "BAD_REQUEST"})
    start = _place(rows, after)
    page = list(rows[start : start + size])
    end = start + len(page)
    cursor = _cursor(page[-1]["id"], end) if page else None
    return {"nodes": page, "pageInfo": {"hasNextPage": end < len(rows), "endCursor": cursor}}


def _cursor(last_id: str, place: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"last_id": last_id, "at": place}).encode()).decode()


def _place(rows: Sequence[Row], after: str | None) -> int:
    if after is None:
        return 0
    try:
        known = json.loads(base64.urlsafe_b64decode(after))
    except ValueError as error:
        raise GraphQLError("Invalid cursor for current pagination sort.") from error
    ids = [row["id"] for row in rows]
    return ids.index(known["last_id"]) + 1 if known["last_id"] in ids else int(known["at"])


def matches(query: str | None, read: Callable[[str], Any], words: Callable[[], str]) -> bool:
    """Whether a row fits a search: terms ``name:value`` or free words, joined by AND or OR. Unknown names fit all."""
    return any(_fits_all(part, read, words) for part in re.split(r"\s+OR\s+", query or ""))


def _fits_all(query: str, read: Callable[[str], Any], words: Callable[[], str]) -> bool:
    for name, operator, single, double, bare, quoted, free in _TERM.findall(query):
        if name:
            value = read(name)
            if value is not None and not _fits(name, value, operator, single or double or bare):
                return False
        elif (quoted or free).upper() != "AND" and (quoted or free).casefold() not in words().casefold():
            return False
    return True


def _fits(name: str, value: Any, operator: str, wanted: str) -> bool:
    if operator:
        days = (value[:10], wanted[:10]) if isinstance(value, Day) else (str(value), wanted)
        return _compares(name, *days, operator=operator)
    if isinstance(value, Word):
        return wanted.casefold() == value.casefold()
    return wanted.casefold() in str(value).casefold()


def _compares(name: str, value: str, wanted: str, *, operator: str) -> bool:
    left: Any = value
    right: Any = wanted
    if name.endswith("_at"):
        try:
            left, right = moment(value), moment(wanted)
        except ValueError:
            return True
    signs: dict[str, bool] = {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}
    return bool(signs[operator])
