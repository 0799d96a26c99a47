"""Stock as numbers read from or written to a platform, and the movements that are the till's truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class MovementCause(StrEnum):
    """Why a quantity changed."""

    SALE = "sale"
    RETURN = "return"
    ONLINE_ORDER = "online_order"
    CORRECTION = "correction"
    RECEIVED = "received"


class StockEffect(StrEnum):
    """What an order did to the platform's own stock."""

    LOWERED = "lowered"
    NOT_LOWERED = "not_lowered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StockLevel:
    """A quantity at a platform's location. ``available`` None: not tracked; ``location_id`` empty: only one."""

    inventory_id: str
    location_id: str
    available: Decimal | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class StockChange:
    """Set to ``quantity``; with ``expected`` set the write is refused when the shop has another number meanwhile."""

    inventory_id: str
    location_id: str
    quantity: Decimal
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StockOutcome:
    """What became of one change; ``found`` is the shop's number when it was refused."""

    inventory_id: str
    location_id: str
    applied: bool
    found: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExternalLocation:
    """A place of a platform that keeps stock."""

    external_id: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """One signed change of quantity with its cause; ``subject`` is the reference of the sale, or empty."""

    id: UUID
    sku: str
    variant_id: UUID | None
    location: str
    quantity: Decimal
    unit: str
    cause: MovementCause
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """A number read from (``direction`` "read") or written to ("written") a platform; None: not tracked there."""

    connection_id: UUID
    sku: str
    location_id: str
    direction: str
    quantity: Decimal | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PushInDoubt:
    """A job that sent a change of stock and has no answer written down. ``run_at``: when it looks again."""

    job_id: UUID
    fence: int
    running: bool
    run_at: datetime
    sku: str
