"""Made-up payloads of the shape Shopify answers with, parsed as the client parses them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "samples"


def sample(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def put(payload: Any, path: list[str | int], value: Any) -> None:
    """Replace the value under a path."""
    for key in path[:-1]:
        payload = payload[key]
    payload[path[-1]] = value


def take_out(payload: Any, path: list[str | int]) -> None:
    for key in path[:-1]:
        payload = payload[key]
    del payload[path[-1]]
