"""How both API versions write: envelopes, pages, empty lists, dates, money, and their two kinds of error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

TYPE = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
_LARGEST_PAGE, _USUAL_PAGE = 250, 50


class Refusal(Exception):
    """An error answer; ``errors`` by field for v3, ``message`` alone for v2."""

    def __init__(self, status: int, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, dict(errors or {})


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a route sees it."""

    ids: tuple[str, ...]
    query: Mapping[str, str]
    body: Any
    client_id: str = ""
    path: str = field(default="")

    def number(self, name: str, usual: int) -> int:
        """A whole number of the query."""
        told = self.query.get(name, "")
        if told and not told.isdigit():
            raise Refusal(422, f"{name} is invalid", {name: "must be a number"})
        return int(told) if told else usual

    def listed(self, name: str) -> list[str]:
        """The values of a filter with ``:in``."""
        return [each for each in self.query.get(name, "").split(",") if each]

    def record(self) -> dict[str, Any]:
        """The body as an object."""
        if not isinstance(self.body, dict):
            raise Refusal(400, "The request body must be an object.")
        return self.body


def error(refusal: Refusal, version: str) -> Response:
    """v3 answers an object, v2 a list."""
    if version == "v2":
        details = {"details": refusal.errors} if refusal.errors else {}
        return JSONResponse([{"status": refusal.status, "message": refusal.message, **details}], refusal.status)
    body = {"status": refusal.status, "title": refusal.message, "type": TYPE, "errors": refusal.errors}
    return JSONResponse(body, refusal.status)


def data(value: Any, status: int = 200) -> Response:
    """One v3 record, or a list that is not paged."""
    return JSONResponse({"data": value, "meta": {}}, status)


def page(call: Call, rows: Sequence[Any], *, largest: int = _LARGEST_PAGE, usual: int = _USUAL_PAGE) -> Response:
    """A v3 page by number; a larger limit than permitted is cut without a word."""
    limit, number = min(call.number("limit", usual), largest) or usual, max(1, call.number("page", 1))
    pages = max(1, -(-len(rows) // limit))
    part = rows[(number - 1) * limit : number * limit]
    links = {"current": _link(call, number, limit)}
    if number > 1:
        links["previous"] = _link(call, number - 1, limit)
    if number < pages:
        links["next"] = _link(call, number + 1, limit)
    told = {"total": len(rows), "count": len(part), "per_page": limit, "current_page": number, "total_pages": pages}
    return JSONResponse({"data": list(part), "meta": {"pagination": {**told, "links": links}}})


def _link(call: Call, number: int, limit: int) -> str:
    return "?" + urlencode({**dict(call.query), "page": str(number), "limit": str(limit)})


def cursor_page(call: Call, rows: Sequence[Mapping[str, Any]]) -> Response:
    """A v3 page by cursor; ``page`` is ignored beside it."""
    limit = min(call.number("limit", _USUAL_PAGE), _LARGEST_PAGE)
    ids = [f"c{row['id']}" for row in rows]
    after = call.query.get("after", "")
    if after and after not in ids:
        raise Refusal(422, "Invalid cursor", {"after": "is not a cursor of this list"})
    start = ids.index(after) + 1 if after else (max(1, call.number("page", 1)) - 1) * limit
    part = rows[start : start + limit]
    links = {"next": f"?after={ids[start + limit - 1]}&limit={limit}"} if start + limit < len(rows) else {}
    told: dict[str, Any] = {"count": len(part), "per_page": limit, "links": links}
    if part:
        told |= {"start_cursor": ids[start], "end_cursor": ids[start + len(part) - 1]}
    pages = max(1, -(-len(rows) // limit))
    whole = {"total": len(rows), "count": len(part), "per_page": limit, "current_page": 1, "total_pages": pages}
    meta = {"pagination": {**whole, "links": {}}, "cursor_pagination": told}
    return JSONResponse({"data": list(part), "meta": meta})


def bare(call: Call, rows: Sequence[Any]) -> Response:
    """A v2 list: empty, or past the end, is 204 without body."""
    limit, number = min(call.number("limit", _USUAL_PAGE), _LARGEST_PAGE), max(1, call.number("page", 1))
    part = rows[(number - 1) * limit : number * limit]
    return JSONResponse(list(part)) if part else Response(status_code=204)


def rfc(at: datetime | None) -> str:
    """A moment as v2 writes it."""
    return format_datetime(at.astimezone(UTC)) if at else ""


def iso(at: datetime) -> str:
    """A moment as v3 writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def moment(text: str, name: str) -> datetime:
    """A moment of a filter; a bare date would take the present time, so it is refused here."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Refusal(422, "Invalid date", {name: "is not a date"}) from fault
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def four(amount: Decimal) -> str:
    """Money as v2 writes it."""
    return f"{amount:.4f}"


def amount(value: Any, name: str) -> Decimal:
    """Money as v2 takes it: text, whole number or fraction, never below zero."""
    try:
        found = Decimal(str(value))
    except InvalidOperation as fault:
        raise Refusal(400, f"The field '{name}' is invalid.", {"invalid_reason": "not a number"}) from fault
    if not found.is_finite() or found < 0:
        raise Refusal(400, f"The field '{name}' is invalid.", {"invalid_reason": "cannot be negative"})
    return found
