"""From a platform's JSON to a wire model or an id, or Drift with its path. Pure; every platform's mapping calls it."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tillbridge.domain.errors import Drift

M = TypeVar("M", bound=BaseModel)

_LONGEST = 120


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
