"""What orders take from stock and put back, as movements of the ledger. Pure; called where orders come and change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from tillbridge.domain.ids import new_id
from tillbridge.domain.orders import LineKind, Order, Origin
from tillbridge.domain.stock import MovementCause, StockMovement


def movements(order: Order, now: datetime) -> list[StockMovement]:
    """A sale's movements, line by line, of all goods with a SKU."""
    return [
        _movement(order, each.sku, -each.quantity, each.unit, now)
        for each in order.lines
        if each.kind is LineKind.PRODUCT and each.sku and each.quantity
    ]


def moved(before: Order, after: Order, changes: Mapping[str, Decimal], now: datetime) -> list[StockMovement]:
    """Movements of an order that changed, one per SKU; ``changes`` above zero go back."""
    units = {each.sku: each.unit for each in (*before.lines, *after.lines)}
    return [_movement(after, sku, change, units[sku], now) for sku, change in changes.items()]


def _movement(order: Order, sku: str, quantity: Decimal, unit: str, now: datetime) -> StockMovement:
    taken = MovementCause.ONLINE_ORDER if order.origin is Origin.ONLINE else MovementCause.SALE
    return StockMovement(
        id=new_id(),
        sku=sku,
        variant_id=None,
        location=order.location,
        quantity=quantity,
        unit=unit,
        cause=taken if quantity < 0 else MovementCause.RETURN,
        subject=order.reference,
        at=now,
    )
