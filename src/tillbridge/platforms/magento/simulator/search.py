"""The search grammar of every list: filters, order, pages, and the ``fields`` filter of every answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from .rest import Call, Fault, Row, required

Value = Callable[[Row, str], Any]
_HEAD = re.compile(r"search_?criteria(\[.*)?", re.IGNORECASE)
_PART = re.compile(r"\[([^\]]*)\]")
_SNAKE = {
    "filterGroups": "filter_groups",
    "conditionType": "condition_type",
    "sortOrders": "sort_orders",
    "pageSize": "page_size",
    "currentPage": "current_page",
}
_MOST = 300
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?(Z|[+-]\d\d:?\d\d)?")


def criteria(query: Sequence[tuple[str, str]]) -> Row | None:
    """The tree of a query's searchCriteria; None when there is none."""
    tree: Row = {}
    seen = False
    for name, value in query:
        if _HEAD.fullmatch(name):
            seen = True
            parts = [_SNAKE.get(each, each) for each in _PART.findall(name)]
            _put(tree, parts, value)
    return tree if seen else None


def _put(tree: Row, parts: Sequence[str], value: str) -> None:
    for each in parts[:-1]:
        tree = tree.setdefault(each, {})
    if parts:
        tree[parts[-1]] = value


def _in_order(node: object) -> list[Row]:
    return [node[key] for key in sorted(node, key=int)] if isinstance(node, dict) else []


def echo(tree: Row) -> Row:
    """The criteria as an answer repeats them."""
    groups = [{"filters": [_filter(one) for one in _in_order(each.get("filters"))]} for each in _groups(tree)]
    found: Row = {"filter_groups": groups}
    if orders := _in_order(tree.get("sort_orders")):
        found["sort_orders"] = [
            {"field": each.get("field"), "direction": each.get("direction", "ASC")} for each in orders
        ]
    for name in ("page_size", "current_page"):
        if str(tree.get(name, "")).isdigit():
            found[name] = int(tree[name])
    return found


def _groups(tree: Row) -> list[Row]:
    return _in_order(tree.get("filter_groups"))


def _filter(node: Mapping[str, Any]) -> Row:
    told = {"field": node.get("field"), "value": node.get("value"), "condition_type": node.get("condition_type", "eq")}
    return {name: value for name, value in told.items() if value is not None}


def listing(
    call: Call,
    rows: Sequence[Row],
    value: Value | None = None,
    *,
    view: Callable[[Row], Row] | None = None,
    repeats: bool = False,
    limited: bool = False,
) -> Row:
    """One page. ``repeats``: past the end the last page comes again; ``limited``: at most 300 rows, 20 unasked."""
    tree = criteria(call.query)
    if tree is None:
        raise required("searchCriteria")
    read = value or (lambda row, name: row.get(name))
    kept = [row for row in rows if _kept(row, tree, read)]
    for each in reversed(_in_order(tree.get("sort_orders"))):
        down = str(each.get("direction")).upper() == "DESC"
        kept.sort(key=partial(_sort_key, read, str(each.get("field"))), reverse=down)
    size = int(tree["page_size"]) if str(tree.get("page_size", "")).isdigit() else (20 if limited else 0)
    if limited and size > _MOST:
        raise Fault(400, f"Maximum SearchCriteria pageSize is {_MOST}")
    found = _cut(kept, size, max(1, int(str(tree.get("current_page") or 1))), repeats=repeats)
    shown = [view(row) for row in found] if view else found
    return {"items": shown, "search_criteria": echo(tree), "total_count": len(kept)}


def _cut(rows: list[Row], size: int, page: int, *, repeats: bool) -> list[Row]:
    if not size:
        return rows
    last = max(1, -(-len(rows) // size))
    page = min(page, last) if repeats else page
    return rows[(page - 1) * size : page * size]


def _sort_key(read: Value, name: str, row: Row) -> tuple[int, Decimal, str]:
    return _key(read(row, name))


def _key(value: object) -> tuple[int, Decimal, str]:
    known = _number(value)
    return (0, known, "") if known is not None else (1, Decimal(0), str(value or ""))


def _kept(row: Row, tree: Row, read: Value) -> bool:
    return all(any(_fits(row, one, read) for one in _in_order(each.get("filters"))) for each in _groups(tree))


def _fits(row: Row, node: Mapping[str, Any], read: Value) -> bool:
    name, wanted = str(node.get("field")), str(node.get("value", ""))
    found = read(row, name)
    condition = str(node.get("condition_type", "eq"))
    if name.endswith("_at") and condition in ("gt", "gteq", "from", "lt", "lteq", "to"):
        moment = _moment(wanted)
        # what is no date compares as the year nought
        return _compare(condition, str(found or ""), moment)
    check = _CHECKS.get(condition)
    return check is not None and check(found, wanted)


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        return ""
    return text.replace("T", " ").removesuffix("Z")


def _compare(condition: str, found: Any, wanted: Any) -> bool:
    if condition in ("gt", "gteq", "from", "moreq"):
        return bool(found > wanted or (condition != "gt" and found == wanted))
    return bool(found < wanted or (condition != "lt" and found == wanted))


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _same(found: object, wanted: str) -> bool:
    """Equal as the database compares: numbers by value, texts whatever the case."""
    one, other = _number(found), _number(wanted)
    if one is not None and other is not None and not isinstance(found, str):
        return one == other
    return str(found if found is not None else "").lower() == wanted.lower()


def _ordered(condition: str) -> Callable[[object, str], bool]:
    def check(found: object, wanted: str) -> bool:
        one, other = _number(found), _number(wanted)
        if one is not None and other is not None:
            return _compare(condition, one, other)
        return _compare(condition, str(found or ""), wanted)

    return check


def _like(found: object, wanted: str) -> bool:
    return fnmatchcase(str(found or "").lower(), wanted.lower().replace("%", "*").replace("_", "?"))


def _one_of(found: object, wanted: str) -> bool:
    return any(_same(found, each) for each in wanted.split(","))


_CHECKS: dict[str, Callable[[object, str], bool]] = {
    "eq": _same,
    "neq": lambda found, wanted: not _same(found, wanted),
    "in": _one_of,
    "nin": lambda found, wanted: not _one_of(found, wanted),
    "like": _like,
    "nlike": lambda found, wanted: not _like(found, wanted),
    "null": lambda found, wanted: found is None,
    "notnull": lambda found, wanted: found is not None,
    "finset": lambda found, wanted: wanted in str(found or "").split(","),
    "nfinset": lambda found, wanted: wanted not in str(found or "").split(","),
    **{name: _ordered(name) for name in ("gt", "gteq", "lt", "lteq", "moreq", "from", "to")},
}


def trimmed(body: Any, wanted: str) -> Any:
    """An answer cut to the ``fields`` asked for: ``items[id,sku],total_count``."""
    return _cut_to(body, _tree(iter(wanted)))


def _tree(signs: Iterator[str]) -> Row:
    found: Row = {}
    name = ""
    for sign in signs:
        if sign == "[":
            found[name] = _tree(signs)
            name = ""
        elif sign in ",]":
            if name:
                found[name] = {}
            name = ""
            if sign == "]":
                return found
        else:
            name += sign
    return found | ({name: {}} if name else {})


def _cut_to(body: Any, tree: Row) -> Any:
    if not tree:
        return body
    if isinstance(body, list):
        # an empty list loses even its being a list
        return [_cut_to(each, tree) for each in body] or None
    if isinstance(body, dict):
        return {name: _cut_to(body[name], below) for name, below in tree.items() if name in body}
    return body
