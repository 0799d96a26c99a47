"""How the APIs write: one envelope for errors, money as two texts, moments with milliseconds, empty arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import JSONResponse, Response

from .state import Pass, Row, Store

_TYPES = {
    400: "INVALID_REQUEST_ERROR", 401: "AUTHORIZATION_ERROR", 402: "WEBSITE_EXPIRED", 403: "AUTHORIZATION_ERROR",
    404: "INVALID_REQUEST_ERROR", 405: "METHOD_NOT_ALLOWED", 409: "CONFLICT", 429: "TOO_MANY_REQUESTS",
    500: "SERVER_ERROR", 503: "SERVICE_UNAVAILABLE",
}  # fmt: skip
CONTEXT = "RUPSUSPOW"
_CENT = Decimal("0.01")


class Refusal(Exception):
    """An answer in the envelope."""

    def __init__(self, status: int, message: str, subtype: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.subtype = status, message, subtype


def error(refusal: Refusal) -> Response:
    """All members are always there."""
    body = {
        "type": _TYPES[refusal.status], "subtype": refusal.subtype, "message": refusal.message, "details": None,
        "contextId": CONTEXT,
    }  # fmt: skip
    return JSONResponse(body, refusal.status)


def missing(name: str) -> Refusal:
    return Refusal(400, f"{name} is required.", "MISSING_ARGUMENT")


def invalid(message: str) -> Refusal:
    return Refusal(400, message, "INVALID_ARGUMENT")


@dataclass(frozen=True, slots=True)
class Call:
    """A request as its route sees it: the parts of the path that vary, the query, the body and who asks."""

    ids: Sequence[str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    body: Any
    who: Pass = field(default_factory=lambda: Pass(frozenset(), oauth=False))

    def record(self) -> Row:
        """The body as an object."""
        if not isinstance(self.body, dict):
            raise invalid("The request body must be a JSON object.")
        return self.body

    def listed(self) -> list[str]:
        """Several ids in one path, 50 at most."""
        found = self.ids[0].split(",")
        if len(found) > 50:
            raise invalid("At most 50 ids.")
        return found


def money(amount: Decimal, store: Store) -> Row:
    return {"currency": store.currency, "value": f"{amount.quantize(_CENT)}"}


def amount_of(value: Any, name: str, store: Store) -> Decimal:
    """Money of a request: text or number, in the site's currency."""
    if not isinstance(value, dict):
        raise missing(name)
    if value.get("currency") != store.currency:
        raise Refusal(400, f"{name} must be in {store.currency}.", "CURRENCY_MISMATCH")
    try:
        found = Decimal(str(value.get("value")))
    except InvalidOperation as fault:
        raise invalid(f"{name} is not an amount.") from fault
    if not found.is_finite() or found < 0:
        raise invalid(f"{name} is out of range.")
    return found


def iso(at: datetime | None) -> str | None:
    """A moment in UTC with milliseconds."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: Any, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as fault:
        raise invalid(f"{name} is not a date.") from fault
    if found.tzinfo is None:
        raise invalid(f"{name} must be in UTC.")
    return found


def array(rows: Sequence[Any], store: Store) -> list[Any] | None:
    """An array, or what stands for one without data."""
    return list(rows) if rows or not store.switches.empty_arrays_null else None
