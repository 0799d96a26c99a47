"""A delivery: one sale on its way to one connection, and what the platform showed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle, OrderStatus
from tillbridge.domain.stock import StockEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """``reason`` is a message id; amounts are None until the platform was read. ``lines`` it records; empty: all."""

    sale_id: UUID
    connection_id: UUID
    status: OrderStatus
    reason: str = ""
    reason_params: Mapping[str, str] = field(default_factory=dict)
    platform_order_id: str = ""
    number: str = ""
    total: Money | None = None
    tax: Money | None = None
    paid: bool | None = None
    stock: StockEffect | None = None
    handles: tuple[Handle, ...] = ()
    updated_at: datetime
    lines: tuple[str, ...] = ()
