"""How Wix writes: money and moments as text, empty values left out, and its kinds of error."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from starlette.responses import JSONResponse, Response

Row = dict[str, Any]
ZERO = Decimal(0)
_CENT = Decimal("0.01")
_TOLD_ANYWAY = {"quantity", "inStock", "visible"}
"""Fields that say something even when they are zero or false."""


class Refusal(Exception):
    """An error answer: of the application (``code``), of validation (``field``), or bare."""

    def __init__(self, status: int, message: str, *, code: str = "", field: str = "", rule: str = "OTHER") -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.field, self.rule = status, message, code, field, rule


def invalid(field: str, words: str, rule: str = "OTHER") -> Refusal:
    """A validation error of one field."""
    return Refusal(400, f"{field} {words}", field=field, rule=rule)


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a route sees it: the ids of its path and its body."""

    ids: tuple[str, ...]
    body: Row

    def record(self, name: str) -> Row:
        """A record of the body that must be there."""
        found = self.body.get(name)
        if not isinstance(found, dict):
            raise invalid(name, "must not be empty", "REQUIRED_FIELD")
        return found

    def listed(self, name: str, most: int) -> list[Any]:
        """A list of the body with its bounds."""
        found = self.body.get(name)
        if not isinstance(found, list) or not found:
            raise invalid(name, "must not be empty", "MIN_ITEMS")
        if len(found) > most:
            raise invalid(name, f"has more than {most} rows", "MAX_ITEMS")
        return found


def error(refusal: Refusal) -> Response:
    """The error in the vendor's form."""
    details: Row = {}
    if refusal.code:
        details["applicationError"] = {"code": refusal.code, "description": refusal.message, "data": {}}
    elif refusal.field:
        violation = {"field": refusal.field, "description": refusal.message, "violatedRule": refusal.rule, "data": {}}
        details["validationError"] = {"fieldViolations": [violation]}
    return JSONResponse({"message": refusal.message, "details": details}, refusal.status)


def answer(body: Mapping[str, Any]) -> Response:
    """A good answer without its empty values."""
    return JSONResponse(without_empties(body))


def without_empties(value: Any, name: str = "") -> Any:
    """The same value, default and empty fields left out, as the vendor's servers do."""
    if isinstance(value, dict):
        kept = {key: without_empties(each, key) for key, each in value.items()}
        return {key: each for key, each in kept.items() if not _is_empty(key, each)}
    if isinstance(value, list):
        return [without_empties(each, name) for each in value]
    return value


def _is_empty(name: str, value: Any) -> bool:
    if name in _TOLD_ANYWAY:
        return value is None
    return value is None or value in ("", [], {}) or value is False or (isinstance(value, int) and value == 0)


def money(amount: Decimal) -> Row:
    """Money as records of the shop have it."""
    text = str(amount.quantize(_CENT, rounding=ROUND_HALF_UP))
    return {"amount": text, "formattedAmount": f"€{text}"}


def amount(value: Any, field: str) -> Decimal:
    """Money as it is sent: text in an object."""
    told = value.get("amount") if isinstance(value, dict) else None
    if not isinstance(told, str):
        raise invalid(f"{field}.amount", "must be a decimal in a text", "FORMAT")
    try:
        found = Decimal(told)
    except InvalidOperation as fault:
        raise invalid(f"{field}.amount", "has invalid format", "FORMAT") from fault
    if not found.is_finite() or found < 0:
        raise invalid(f"{field}.amount", "must not be below zero", "DECIMAL_GTE")
    return found


def iso(at: datetime) -> str:
    """A moment in UTC to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: Any, field: str) -> datetime:
    """A moment as it is sent."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError as fault:
        raise invalid(field, "has invalid format", "FORMAT") from fault


def guid(name: str) -> str:
    """The same name gives the same id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"harbourlane:{name}"))


def must_be_guid(text: Any, field: str) -> str:
    """An id as it is sent."""
    try:
        return str(uuid.UUID(str(text)))
    except ValueError as fault:
        raise invalid(field, "is not a valid GUID", "FORMAT") from fault
