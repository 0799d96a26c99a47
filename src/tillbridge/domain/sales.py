"""Sales as screens look at them: a filter, a row, the key rows are ordered by, and one state for each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tillbridge.domain.money import Money
from tillbridge.domain.orders import OrderStatus, Origin, PaymentStatus


class SaleShow(StrEnum):
    """Which sales are shown. RETURNS: goods given back, at a till or here, and cancelled sales."""

    ALL = "all"
    NEEDS_YOU = "needs_you"
    UNKNOWN = "unknown"
    ONLINE = "online"
    RETURNS = "returns"


class SaleState(StrEnum):
    """What a person should know of a sale first: work that waits for somebody goes before how the sale ended."""

    NEEDS_YOU = "needs_you"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SYNCING = "syncing"
    LOCAL = "local"
    SYNCED = "synced"
    CANCELLED = "cancelled"
    GIVEN_BACK = "given_back"
    PARTLY_BACK = "partly_back"


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """``text`` is the beginning of a receipt or reference, or an order id or number of a store as it is."""

    show: SaleShow = SaleShow.ALL
    text: str = ""


@dataclass(frozen=True, slots=True, order=True)
class SaleKey:
    """Newest first: rows are ordered by descending id, which sorts by the time a sale came in."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRow:
    """One line of the window. ``connection`` and ``platform`` are those an online order came from, else empty.

    ``statuses`` stand on its connections; ``parked`` and ``open`` count its jobs that wait for a person or for work.
    """

    id: UUID
    sold_at: datetime
    receipt: str
    reference: str
    origin: Origin
    till: str
    connection: str
    platform: str
    total: Money
    given_back: Money
    payment: PaymentStatus
    statuses: tuple[OrderStatus, ...]
    parked: int
    open: int

    @property
    def key(self) -> SaleKey:
        return SaleKey(self.id)


def state_of(row: SaleRow, status: OrderStatus) -> SaleState:
    """``status`` is the worst on its connections. A sale is shown as ended only when no work for it is left."""
    if row.parked and status is not OrderStatus.UNKNOWN:
        return SaleState.NEEDS_YOU
    if status is not OrderStatus.SYNCED and (status is not OrderStatus.LOCAL or row.open):
        return SaleState(status.value)
    if row.open:
        return SaleState.SYNCING
    if row.payment is PaymentStatus.CANCELLED:
        return SaleState.CANCELLED
    if row.payment is PaymentStatus.REFUNDED or (row.given_back and row.given_back >= row.total):
        return SaleState.GIVEN_BACK
    if row.given_back or row.payment is PaymentStatus.PARTLY_REFUNDED:
        return SaleState.PARTLY_BACK
    return SaleState(status.value)
