"""Facts for listeners: an in-process bus that knows no terminal, and the tailer that brings other processes' facts.

Services publish on it, the console's bridge subscribes; wiring runs the tailer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import structlog

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import StorageError
from tillbridge.domain.events import (
    CatalogueChanged,
    ConflictsChanged,
    ConnectionChanged,
    Event,
    NotificationPushed,
    QueueChanged,
    SaleStatusChanged,
    StockChanged,
    TokenRenewed,
)
from tillbridge.storage import Change, Storage

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


_WAIT = 1.0
_OF_ID: Mapping[str, Callable[[UUID], Event]] = {
    "sale": SaleStatusChanged,
    "connection": ConnectionChanged,
    "token": TokenRenewed,
    "notification": NotificationPushed,
    "catalogue": CatalogueChanged,
}
_PLAIN: Mapping[str, Event] = {"job": QueueChanged(), "stock": StockChanged(), "conflict": ConflictsChanged()}


class ChangesTailer:
    """Follows the feed of changes, its own process's included, and publishes them as facts, each once per look."""

    def __init__(self, storage: Storage, bus: EventBus, clock: Clock) -> None:
        self._storage, self._bus, self._clock = storage, bus, clock
        self._after: int | None = None

    async def run(self) -> None:
        """Until cancelled. A database in trouble is waited for."""
        while True:
            try:
                await self.look()
                await self._storage.changes.wait(_WAIT)
            except StorageError as error:
                _log.warning("changes cannot be read, waiting", action="changes.tail", reason=str(error))
                await self._clock.sleep(_WAIT)

    async def look(self) -> None:
        """Publish what happened since the last look; the first look only finds the place to follow from."""
        if self._after is None:
            self._after = await self._storage.changes.newest()
            return
        while rows := await self._storage.changes.tail(self._after):
            self._after = rows[-1].seq
            for fact in dict.fromkeys(fact for row in rows if (fact := fact_of(row)) is not None):
                self._bus.publish(fact)


def fact_of(change: Change) -> Event | None:
    """A row of the feed as a fact; None for kinds nobody listens for."""
    if change.kind in _PLAIN:
        return _PLAIN[change.kind]
    make = _OF_ID.get(change.kind)
    return make(UUID(change.subject)) if make and change.subject else None
