"""Questions as all of Wix's lists take them: declared fields only, operators, sorting, and cursors that remember.

A cursor stands for a place in the order, not for a number, so that what changes meanwhile hides nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .speech import Refusal, Row, invalid

ANY = frozenset({"$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$exists", "$startsWith"})
EQUAL = frozenset({"$eq", "$in", "$ne", "$nin"})
SOME = frozenset({"$hasSome", "$hasAll"})
RANGE = frozenset({"$eq", "$gt", "$gte", "$lt", "$lte"})


@dataclass(frozen=True, slots=True)
class Declared:
    """What a list can be asked: operators by field, the fields it sorts by, its bounds, and its own order."""

    fields: Mapping[str, frozenset[str]]
    sorts: frozenset[str]
    most: int = 100
    usual: int = 100
    order: tuple[str, bool] = ("createdDate", True)
    """Field and whether descending."""


_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda have, want: have == want,
    "$ne": lambda have, want: have != want,
    "$in": lambda have, want: have in want,
    "$nin": lambda have, want: have not in want,
    "$gt": lambda have, want: have is not None and have > want,
    "$gte": lambda have, want: have is not None and have >= want,
    "$lt": lambda have, want: have is not None and have < want,
    "$lte": lambda have, want: have is not None and have <= want,
    "$exists": lambda have, want: (have is not None) is bool(want),
    "$startsWith": lambda have, want: isinstance(have, str) and have.startswith(want),
    "$hasSome": lambda have, want: bool(set(have or ()) & set(want)),
    "$hasAll": lambda have, want: set(want) <= set(have or ()),
}


def matches(row: Mapping[str, Any], where: Mapping[str, Any], declared: Declared) -> bool:
    """Whether a record fits a filter. Raises Refusal for a field or operator the list does not declare."""
    return all(_fits(row, name, condition, declared) for name, condition in where.items())


def _fits(row: Mapping[str, Any], name: str, condition: Any, declared: Declared) -> bool:
    if name in ("$and", "$or"):
        parts = [matches(row, each, declared) for each in condition]
        return all(parts) if name == "$and" else any(parts)
    operators = declared.fields.get(name)
    if operators is None:
        raise invalid("filter", f"Field '{name}' is not declared as filterable")
    wanted = condition if isinstance(condition, dict) else {"$eq": condition}
    have = _plain(dig(row, name))
    for operator, value in wanted.items():
        if operator not in operators or operator not in _TESTS:
            raise invalid("filter", f"Operator '{operator}' is not supported for field '{name}'")
        if not _TESTS[operator](have, _plain(value)):
            return False
    return True


def check(where: Mapping[str, Any], declared: Declared) -> None:
    """Refuse an undeclared field even when there are no rows to try it on."""
    for name, condition in where.items():
        _fits({}, name, condition, declared)


def dig(row: Any, path: str) -> Any:
    """The value under a dotted path; through a list the values of all its records."""
    for name in path.split("."):
        if isinstance(row, list):
            row = [each.get(name) for each in row if isinstance(each, dict)]
        else:
            row = row.get(name) if isinstance(row, dict) else None
    return row


def _plain(value: Any) -> Any:
    """Moments in texts compare as moments."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str) and len(value) >= 20 and value[4] == "-" and value.endswith("Z"):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def page(body: Row, ask: str, rows: Sequence[Row], declared: Declared) -> tuple[list[Row], Row]:
    """The rows of one page and what its paging metadata says. Rows have an ``id``."""
    asked = body.get(ask) or {}
    paging = asked.get("cursorPaging") or {}
    limit = paging.get("limit", declared.usual)
    if not isinstance(limit, int) or not 0 < limit <= declared.most:
        raise invalid(f"{ask}.cursorPaging.limit", f"must be at most {declared.most}", "MAX")
    token = paging.get("cursor")
    if token and (asked.get("filter") or asked.get("sort")):
        raise invalid(f"{ask}.cursorPaging.cursor", "cannot be combined with filter or sort")
    state: Row = _remembered(token) if token else {"where": asked.get("filter") or {}, "sort": asked.get("sort") or []}
    check(state["where"], declared)
    field, descending = _sorting(state["sort"], declared)
    fitting = [row for row in rows if matches(row, state["where"], declared)]
    fitting.sort(key=lambda row: _place(row, field), reverse=descending)
    if token:
        after = tuple(state["after"])
        fitting = [row for row in fitting if (_place(row, field) < after if descending else _place(row, field) > after)]
    part, more = fitting[:limit], len(fitting) > limit
    meta: Row = {"count": len(part), "hasNext": more, "cursors": {}}
    if more:
        meta["cursors"]["next"] = _token({**state, "after": list(_place(part[-1], field))})
    return part, meta


def _place(row: Row, field: str) -> tuple[str, str]:
    value = dig(row, field)
    return ("" if value is None else str(value), str(row["id"]))


def _sorting(sort: Any, declared: Declared) -> tuple[str, bool]:
    if not sort:
        return declared.order
    first = sort[0] if isinstance(sort, list) and isinstance(sort[0], dict) else {}
    name = str(first.get("fieldName", ""))
    if name not in declared.sorts:
        raise invalid("sort", f"Field '{name}' is not declared as sortable")
    return name, first.get("order") == "DESC"


def _token(state: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()


def _remembered(token: str) -> Row:
    try:
        found = json.loads(base64.urlsafe_b64decode(token.encode()))
        return {"where": found["where"], "sort": found["sort"], "after": found["after"]}
    except (ValueError, KeyError, TypeError) as fault:
        raise Refusal(400, "the cursor is not valid", field="cursorPaging.cursor", rule="FORMAT") from fault
