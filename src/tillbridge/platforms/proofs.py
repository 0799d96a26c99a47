"""What last proved each operation of the shipped platforms, and when. Passports show it.

``proofs.json`` is written by a run of the test suite with ``--write-proofs``, never by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("proofs.json")


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that asserts the operation's outcome passed ``on`` that day, ``against`` a simulator."""

    on: date
    against: str
    test: str


@dataclass(frozen=True, slots=True)
class Replay:
    """How many recorded requests of a real shop the simulator answers as that shop did."""

    on: date
    exchanges: int
    alike: int
    test: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """``operations`` by noun and verb, such as "order.create"; ``recordings`` where a real shop was recorded."""

    operations: Mapping[str, Proof] = field(default_factory=dict)
    recordings: Replay | None = None


def proofs_of(slug: str) -> Proofs:
    """Of a platform by its slug; nothing for one from outside the package."""
    found = _all().get(slug)
    if found is None:
        return Proofs()
    rows, replay = found.get("operations", {}), found.get("recordings")
    operations = {name: Proof(**_dated(row)) for name, row in rows.items()}
    return Proofs(operations, Replay(**_dated(replay)) if replay else None)


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "on": date.fromisoformat(row["on"])}


@cache
def _all() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
