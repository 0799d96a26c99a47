"""Facts for listeners: an in-process bus that knows no terminal, and the tailer that brings other processes' facts.

Services publish on it, the console's bridge subscribes; wiring runs the tailer.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from tillbridge.domain.events import Event

_log = structlog.get_logger(__name__)
Listener = Callable[[Event], None]


class EventBus:
    """Calls every listener with each fact, in the order of subscription. A failing listener harms no other."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear all facts from now on; call the result to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        for each in tuple(self._listeners):
            try:
                each(event)
            except Exception:  # a listener's bug must not undo or stop the work it hears about
                _log.exception("listener failed", action="bus.publish", fact=type(event).__name__)
