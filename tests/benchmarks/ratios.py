"""Interleaved runs and what comes of them: medians, their ratio and the spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours against a peer or floor, both in one unit; ``bound`` as a comparison in words."""

    name: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    peer: str
    bound: str

    @property
    def value(self) -> float:
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def spread(self) -> str:
        """The ratio of neighbouring runs, from lowest to highest."""
        each = [mine / other for mine, other in zip(self.ours, self.theirs, strict=True)]
        return f"{min(each):.2f} to {max(each):.2f}"

    def row(self) -> str:
        mine, other = statistics.median(self.ours), statistics.median(self.theirs)
        cells = (
            self.name, f"{mine:.4g} {self.unit}", f"{other:.4g} {self.unit}", self.peer, f"{self.value:.2f}",
            self.spread, str(len(self.ours)), self.bound,
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with no peer, held against a bound alone."""

    name: str
    unit: str
    ours: Sequence[float]
    how: str
    bound: str

    def row(self) -> str:
        lowest, highest = min(self.ours), max(self.ours)
        cells = (
            self.name, f"{statistics.median(self.ours):.4g} {self.unit}", "", self.how, "",
            f"{lowest:.4g} to {highest:.4g} {self.unit}" if len(self.ours) > 1 else "", str(len(self.ours)), self.bound,
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"


def interleaved(
    runs: int, ours: Callable[[], float], theirs: Callable[[], float]
) -> tuple[Sequence[float], Sequence[float]]:
    """Run both by turns, so that what else the machine does hits both alike. The first pair warms up."""
    ours(), theirs()
    pairs = [(ours(), theirs()) if turn % 2 else tuple(reversed((theirs(), ours()))) for turn in range(runs)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
