"""Lessons: things that go wrong in a shop's life, set up on a simulator so that they can be practised calmly."""

from __future__ import annotations

from dataclasses import dataclass

from tillbridge.messages import text
from tillbridge.training.kit import Simulator


@dataclass(frozen=True, slots=True)
class Lesson:
    """``fault`` strikes the next ``times`` calls, or only those that place an order. ``sku``, ``code``: what to use."""

    name: str
    fault: str = ""
    times: int = 1
    orders_only: bool = False
    sku: str = ""
    code: str = ""

    @property
    def title(self) -> str:
        """What the lesson is called."""
        return text(f"lessons.{self.name}.title")

    @property
    def task(self) -> str:
        """What to do."""
        return text(f"lessons.{self.name}.task", sku=self.sku, code=self.code)

    @property
    def watch(self) -> str:
        """What to observe while it goes wrong and after."""
        return text(f"lessons.{self.name}.watch")

    def begin(self, simulator: Simulator) -> None:
        """Let it go wrong at this shop; what earlier lessons armed is taken away."""
        simulator.faults.clear()
        if self.fault:
            simulator.faults.arm(self.fault, self.times, simulator.places_order if self.orders_only else "")


LESSONS = (
    Lesson("expired_token", fault="expired_token"),
    Lesson("lost_answer", fault="timeout_after_commit", orders_only=True),
    Lesson("too_many_calls", fault="storm_429", times=4, orders_only=True),
    Lesson("outage", fault="error_5xx", times=8),
    Lesson("sold_out", sku="LAST-1"),
    Lesson("code_expired", code="EXPIRED5"),
)


def lesson(name: str) -> Lesson:
    """The lesson of a name. Raises LookupError naming the known ones."""
    for each in LESSONS:
        if each.name == name:
            return each
    raise LookupError(f"no lesson {name}; there are {', '.join(each.name for each in LESSONS)}")
