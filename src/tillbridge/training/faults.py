"""Faults on demand: what can go wrong between a till and a shop, armed by name and counted when it strikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Phase = Literal["before", "after"]

PHASES: dict[str, Phase] = {
    "storm_429": "before",
    "error_5xx": "before",
    "timeout_before_commit": "before",
    "timeout_after_commit": "after",
    "reset": "before",
    "truncated": "after",
    "html": "before",
    "slow": "before",
    "expired_token": "before",
    "revoked_token": "before",
}
"""Each fault and whether it strikes before the shop did what was asked, or after, unless it is told otherwise."""

_FIXED = ("storm_429", "timeout_before_commit", "timeout_after_commit", "truncated")


@dataclass(slots=True)
class Fault:
    """``match`` is part of "METHOD /path?query" or of the body; empty matches all. ``seconds`` of a slow answer.

    The first ``skip`` matching requests pass. ``at`` is the number of the request it struck last.
    """

    name: str
    times: int
    match: str
    phase: Phase
    seconds: float
    skip: int = 0
    passed: int = 0
    fired: int = 0
    at: int = 0

    def strikes(self, line: str, body: str) -> bool:
        if self.fired >= self.times or (self.match and self.match not in line and self.match not in body):
            return False
        if self.passed < self.skip:
            self.passed += 1
            return False
        return True


class Aborted(Exception):
    """The line broke. ``kind``: reset, timeout or truncated; ``sent`` is what got through before."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class FaultPlan:
    """The faults armed at a shop, in the order they were armed. ``seen`` counts requests since the last ``clear``."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.seen = 0

    def arm(
        self,
        fault: str,
        times: int = 1,
        match: str = "",
        *,
        phase: Phase | None = None,
        seconds: float = 5.0,
        skip: int = 0,
    ) -> Fault:
        """Raises ValueError for a fault nobody knows, and for a phase in which it cannot strike."""
        if fault not in PHASES:
            raise ValueError(f"unknown fault {fault}; known: {', '.join(sorted(PHASES))}")
        if phase not in (None, "before", "after") or (fault in _FIXED and phase not in (None, PHASES[fault])):
            raise ValueError(f"{fault} does not strike {phase}; it strikes {PHASES[fault]}")
        armed = Fault(fault, times, match, phase or PHASES[fault], seconds, skip)
        self.armed.append(armed)
        return armed

    def take(self, line: str, body: str) -> Fault | None:
        """The first armed fault that strikes this request, counted."""
        self.seen += 1
        for fault in self.armed:
            if fault.strikes(line, body):
                fault.fired += 1
                fault.at = self.seen
                return fault
        return None

    def clear(self) -> None:
        self.armed.clear()
        self.seen = 0

    def as_json(self) -> Sequence[dict[str, Any]]:
        return [
            {
                "fault": each.name, "times": each.times, "match": each.match, "phase": each.phase,
                "fired": each.fired, "at": each.at,
            }
            for each in self.armed
        ]  # fmt: skip
