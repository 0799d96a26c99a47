"""Facts of the past that the core tells its listeners. Frozen; they carry ids, never rows or secrets."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all facts."""


@dataclass(frozen=True, slots=True)
class SaleStatusChanged(Event):
    sale_id: UUID


@dataclass(frozen=True, slots=True)
class QueueChanged(Event):
    """Something in the queue moved; read the window again."""


@dataclass(frozen=True, slots=True)
class ConnectionChanged(Event):
    connection_id: UUID


@dataclass(frozen=True, slots=True)
class TokenRenewed(Event):
    connection_id: UUID


@dataclass(frozen=True, slots=True)
class ReauthenticationAsked(Event):
    connection_id: UUID


@dataclass(frozen=True, slots=True)
class NotificationPushed(Event):
    notification_id: UUID


@dataclass(frozen=True, slots=True)
class CatalogueChanged(Event):
    connection_id: UUID | None


@dataclass(frozen=True, slots=True)
class ConflictsChanged(Event):
    """Some opened, changed or were settled."""


@dataclass(frozen=True, slots=True)
class StockChanged(Event):
    """Levels or movements changed."""
