"""Mapping a page record by record: one that does not fit is set aside instead of losing the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tillbridge.domain.errors import Drift
from tillbridge.platforms.contract import RefusedRecord

T = TypeVar("T")


def sort_out(
    raw: Iterable[Any], path: str, read: Callable[[Any, str], T]
) -> tuple[tuple[T, ...], tuple[RefusedRecord, ...]]:
    """Map each record by itself: those that fit, and those that wait in quarantine with path and both shapes."""
    fine: list[T] = []
    refused: list[RefusedRecord] = []
    for at, each in enumerate(raw):
        try:
            fine.append(read(each, f"{path}[{at}]"))
        except Drift as error:
            refused.append(_refused(each, error))
    return tuple(fine), tuple(refused)


def _refused(raw: Any, error: Drift) -> RefusedRecord:
    identifier = raw.get("id") if isinstance(raw, dict) else ""
    return RefusedRecord(
        external_id=str(identifier) if isinstance(identifier, str | int) else "",
        path=error.params["path"],
        expected=error.params["expected"],
        found=error.params["found"],
        raw=json.dumps(raw, default=str, ensure_ascii=False, sort_keys=True),
    )
