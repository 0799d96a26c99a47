"""Every user-visible text, by message id with parameters. One catalogue, a TOML file per room; see ``en/``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_ENGLISH = Path(__file__).parent / "en"


@cache
def _catalogue(room: str) -> dict[str, Any]:
    return tomllib.loads((_ENGLISH / f"{room}.toml").read_text(encoding="utf-8"))


def text(message_id: str, **params: object) -> str:
    """The text of ``room.key.key`` with its parameters filled in. Values are inserted as they are, never as patterns.

    Raises KeyError for an id the catalogue does not hold, so that a misspelt id cannot reach a screen.
    """
    room, *keys = message_id.split(".")
    entry: Any = _catalogue(room)
    for key in keys:
        entry = entry[key]
    if not isinstance(entry, str):
        raise KeyError(message_id)
    return entry.format_map(_Params(params)) if params or "{" in entry else entry


class _Params(dict[str, object]):
    """A parameter nobody gave shows as a dash instead of breaking the message."""

    def __missing__(self, key: str) -> str:
        return "–"
