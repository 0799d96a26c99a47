"""Single values out of PrestaShop's rows, whose ids and numbers may be texts, or Drift with the path. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.platforms.reading import shown

Row = Mapping[str, Any]


def id_of(row: Row, name: str = "id") -> str:
    """A record's own id, or the one it names. Raises Drift when it is no whole number."""
    found = row.get(name)
    if not _is_id(found):
        raise Drift(path=f"$.{name}", expected="an id", found=shown(found))
    return str(found)


def ids_in(rows: Iterable[Row], *names: str) -> list[str]:
    """The ids that records have or name, each once, in order; what is none is left to the mapping to refuse."""
    found = {str(row[name]) for row in rows for name in names if _is_id(row.get(name))} - {"0"}
    return sorted(found, key=int)


def text_of(row: Row, name: str, empty: str | None = None) -> str:
    """A text or number as text. ``empty`` stands for none; without it, as for any other shape, Drift is raised."""
    found = row.get(name)
    if found is None or found is False or found == "":
        if empty is not None:
            return empty
    elif isinstance(found, str | int | float) and found is not True:
        return str(found)
    raise Drift(path=f"$.{name}", expected="a text", found=shown(found))


def number_of(row: Row, name: str) -> Decimal:
    """A number; 0 for none. Raises Drift for anything else."""
    text = text_of(row, name, "0")
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise Drift(path=f"$.{name}", expected="a number", found=text) from error
    if not found.is_finite():
        raise Drift(path=f"$.{name}", expected="a number", found=text)
    return found


def _is_id(value: Any) -> bool:
    return (isinstance(value, int) and value is not True and value >= 0) or (
        isinstance(value, str) and value.isascii() and value.isdigit()
    )
