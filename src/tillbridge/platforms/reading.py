"""From a platform's JSON to a wire model or an id, or Drift with its path. Pure; every platform's mapping calls it."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError

from tillbridge.domain.errors import Drift

M = TypeVar("M", bound=BaseModel)

_LONGEST = 120
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_LARGEST, _SMALLEST = Decimal(10) ** 14, Decimal("1e-12")


def _meant(value: Decimal) -> Decimal:
    if value and not (value.is_finite() and _SMALLEST <= abs(value) < _LARGEST):
        raise ValueError("a number that a shop can mean")
    return value


def _lived(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year < _LAST_YEAR:
        raise ValueError("a time that a shop can mean")
    return value


Instant = Annotated[datetime, AfterValidator(_lived)]
"""A time of a wire model, with room for every zone."""
Number = Annotated[Decimal, AfterValidator(_meant)]
"""An amount, price, rate or quantity of a wire model."""


def parse(model: type[M], value: Any, path: str) -> M:
    """The model of a JSON value. Raises Drift naming the innermost path that does not fit."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        found = "nothing" if first["type"] == "missing" else shown(first["input"])
        raise Drift(path=f"{path}{where}", expected=first["msg"], found=found) from error


def whole_id(row: Any, name: str = "id") -> int:
    """A record's own id, or the one it names. Raises Drift when it is no whole number."""
    found = row.get(name) if isinstance(row, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise Drift(path=f"$.{name}", expected="a whole number", found=shown(found))
    return found


def shown(value: Any) -> str:
    """A value as an error may show it, cut to a length."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
