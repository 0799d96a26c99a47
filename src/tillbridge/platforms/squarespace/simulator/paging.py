"""Lists: pages of a fixed size by a cursor that is a position in the live rows, and may not be joined by a filter."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from .speech import Call, invalid, iso, moment
from .state import Row, Store

FIXED_PAGE = 50
_BOUNDS = ("modifiedAfter", "modifiedBefore")
View = Callable[[Row], Row]


def by_change(store: Store, call: Call, name: str, rows: Sequence[Row], view: View, **filters: str) -> Response:
    """Rows by ``modified`` with the filters of the query; ``filters``: query name -> key of the row."""
    asked = _resumed(call, (*_BOUNDS, *filters))
    if len([each for each in _BOUNDS if each in asked]) == 1:
        raise invalid("modifiedAfter and modifiedBefore must be given together.")
    found = [row for row in rows if _fits(row, asked, filters)]
    found.sort(key=_position, reverse=store.switches.newest_first)
    if after := asked.get("after"):
        place = tuple(after.split("|"))
        back = store.switches.newest_first
        found = [row for row in found if (_position(row) < place if back else _position(row) > place)]
    part = found[:FIXED_PAGE]
    more = len(found) > len(part)
    return _page(name, [view(row) for row in part], asked | {"after": "|".join(_position(part[-1]))} if more else None)


def _position(row: Row) -> tuple[str, ...]:
    return (iso(row["modified"]) or "", row["id"])


def _fits(row: Row, asked: Mapping[str, str], filters: Mapping[str, str]) -> bool:
    if any(name in asked and str(row[key]) not in asked[name].split(",") for name, key in filters.items()):
        return False
    if "modifiedAfter" not in asked:
        return True
    after, before = (moment(asked[name], name) for name in _BOUNDS)
    return bool(after <= row["modified"] <= before)


def by_place(call: Call, name: str, rows: Sequence[Row], view: View, size: int | None = None) -> Response:
    """Rows in the order they have, of ``size`` or the fixed one."""
    asked = _resumed(call, ())
    start, size = int(asked.get("place", "0")), size or FIXED_PAGE
    part = rows[start : start + size]
    more = start + size < len(rows)
    return _page(name, [view(row) for row in part], {"place": str(start + size)} if more else None)


def _resumed(call: Call, names: Sequence[str]) -> dict[str, str]:
    """The filters of the first page, which a cursor remembers."""
    cursor = call.query.get("cursor")
    if cursor is None:
        return {name: call.query[name] for name in names if name in call.query}
    if any(name in call.query for name in names):
        raise invalid("A cursor cannot be combined with other filters.")
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as fault:
        raise invalid("The cursor is not valid.") from fault
    return {str(name): str(value) for name, value in found.items()}


def _page(name: str, rows: Sequence[Row], following: Mapping[str, str] | None) -> Response:
    cursor = base64.urlsafe_b64encode(json.dumps(following).encode()).decode() if following else None
    pagination: dict[str, Any] = {"hasNextPage": cursor is not None, "nextPageCursor": cursor}
    pagination["nextPageUrl"] = f"https://api.squarespace.com/?cursor={cursor}" if cursor else None
    return JSONResponse({name: list(rows), "pagination": pagination})
