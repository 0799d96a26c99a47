"""From a platform's JSON to a wire model or an id, or Drift with its path. Pure; every platform's mapping calls it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar, overload

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints, ValidationError

from tillbridge.domain.errors import Drift

M = TypeVar("M", bound=BaseModel)

_LONGEST = 120
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_LARGEST, _SMALLEST = Decimal(10) ** 14, Decimal("1e-12")
_MOST, _FINEST = Decimal(10) ** 9, Decimal("0.000001")
_LARGEST_ID = 2**63
_HALVES = ("\ud800", "\udfff")
"""Halves of a character, which no text can hold alone."""
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*")


def _numeric(value: Any) -> Any:
    # Python would read more than a shop can mean: 1_000, true as one
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        raise ValueError("a number")
    return value


def _meant(value: Decimal) -> Decimal:
    if value and not (value.is_finite() and _SMALLEST <= abs(value) < _LARGEST):
        raise ValueError("a number that a shop can mean")
    return value


def _sellable(value: Decimal) -> Decimal:
    # amounts are divided by it and multiplied with it
    if value and not _FINEST <= abs(value) <= _MOST:
        raise ValueError("a quantity that somebody can sell")
    return value


def _integer(value: Any, most: Decimal) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
        raise ValueError("a whole number that a shop can mean")
    return value


def _units(value: Any) -> int:
    return _integer(value, _LARGEST)


def _pieces(value: Any) -> int:
    return _integer(value, _MOST)


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(_LARGEST_ID)) + 1:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST_ID:
        raise ValueError("an id: a whole number")
    return value


def _key(value: Any) -> str:
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(found, str) or not found.strip() or any(_HALVES[0] <= each <= _HALVES[1] for each in found):
        raise ValueError("an id: a text")
    return found


def _lived(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year < _LAST_YEAR:
        raise ValueError("a time that a shop can mean")
    return value


def _text(value: Any) -> Any:
    return "" if value is None else value


def listed(value: Any) -> Any:
    """No list is an empty one."""
    return [] if value is None else value


def record(value: Any) -> Any:
    """Nothing is an empty record; PHP writes one as a list, whatever it was to hold."""
    return {} if value is None or value == [] else value


@overload
def utc(value: datetime) -> datetime: ...
@overload
def utc(value: None) -> None: ...
def utc(value: datetime | None) -> datetime | None:
    """A time of a field that carries no offset and is UTC."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


Text = Annotated[str, BeforeValidator(_text)]
"""A text of a wire model, empty for null; whether numbers pass is the model's."""
Instant = Annotated[datetime, AfterValidator(_lived)]
"""A time of a wire model, with room for every zone."""
Minor = Annotated[int, BeforeValidator(_units)]
"""Money in whole smallest units."""
Pieces = Annotated[int, BeforeValidator(_pieces)]
"""How many of something that is counted in whole pieces."""
Number = Annotated[Decimal, BeforeValidator(_numeric), AfterValidator(_meant)]
"""An amount, price or rate of a wire model, as a number or as text."""
Quantity = Annotated[Number, AfterValidator(_sellable)]
"""How much of something was sold or lies in stock."""
WholeId = Annotated[int, BeforeValidator(_whole)]
"""An id that is a number; some shops write it as text."""
TextId = Annotated[str, BeforeValidator(_key)]
"""An id that is a text, never empty."""
Currency = Annotated[str, StringConstraints(strict=True, pattern="^[A-Z]{3}$")]
"""An ISO 4217 code."""


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
