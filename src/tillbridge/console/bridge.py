"""Carries the core's facts to the screens: listens once on the bus, publishes merged snapshots on a Textual signal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from tillbridge.domain.events import Event

Facts: TypeAlias = "frozenset[Event]"
SHORTEST_PAUSE = 0.5
"""Seconds between two snapshots: a busy queue repaints a screen over SSH at most twice a second."""


class Bus(Protocol):
    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]: ...


class Bridge:
    """The first fact goes out at once, those that follow within the pause go out together at its end."""

    def __init__(self, bus: Bus, publish: Callable[[Facts], None]) -> None:
        self._publish_facts = publish
        self._waiting: set[Event] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._leave = bus.subscribe(self._hear)

    def close(self) -> None:
        """Stop listening."""
        self._leave()
        if self._timer is not None:
            self._timer.cancel()

    def _hear(self, event: Event) -> None:
        self._waiting.add(event)
        if self._timer is None:
            self._publish()

    def _publish(self) -> None:
        self._timer = None
        if self._waiting:
            facts, self._waiting = frozenset(self._waiting), set()
            self._publish_facts(facts)
            # the loop's own timer: facts come from tasks that know no app, where one of Textual's never fires
            self._timer = asyncio.get_running_loop().call_later(SHORTEST_PAUSE, self._publish)
