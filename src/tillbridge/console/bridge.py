"""Carries the core's facts to the screens: listens once on the bus, publishes merged snapshots on a Textual signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tillbridge.domain.events import Event

if TYPE_CHECKING:
    from textual.timer import Timer

Facts = frozenset[Event]
SHORTEST_PAUSE = 0.5
"""Seconds between two snapshots: a busy queue repaints a screen over SSH at most twice a second."""


class Bus(Protocol):
    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]: ...


class Bridge:
    """The first fact goes out at once, those that follow within the pause go out together at its end."""

    def __init__(
        self, bus: Bus, publish: Callable[[Facts], None], set_timer: Callable[[float, Callable[[], None]], Timer]
    ) -> None:
        self._publish_facts, self._set_timer = publish, set_timer
        self._waiting: set[Event] = set()
        self._timer: Timer | None = None
        self._leave = bus.subscribe(self._hear)

    def close(self) -> None:
        """Stop listening."""
        self._leave()
        if self._timer is not None:
            self._timer.stop()

    def _hear(self, event: Event) -> None:
        self._waiting.add(event)
        if self._timer is None:
            self._publish()

    def _publish(self) -> None:
        self._timer = None
        if self._waiting:
            facts, self._waiting = frozenset(self._waiting), set()
            self._publish_facts(facts)
            self._timer = self._set_timer(SHORTEST_PAUSE, self._publish)
