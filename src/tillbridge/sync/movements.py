"""What an order takes from stock, line by line. Pure; called where sales, cancellations and online orders come in."""

from __future__ import annotations

from datetime import datetime

from tillbridge.domain.ids import new_id
from tillbridge.domain.orders import LineKind, Order, Origin
from tillbridge.domain.stock import MovementCause, StockMovement


def movements(order: Order, now: datetime, *, back: bool = False) -> list[StockMovement]:
    """Movements of all goods with a SKU; ``back`` puts everything back where it came from."""
    sign = 1 if back else -1
    taken = MovementCause.ONLINE_ORDER if order.origin is Origin.ONLINE else MovementCause.SALE
    return [
        StockMovement(
            id=new_id(),
            sku=each.sku,
            variant_id=None,
            location=order.location,
            quantity=each.quantity * sign,
            unit=each.unit,
            cause=taken if each.quantity * sign < 0 else MovementCause.RETURN,
            subject=order.reference,
            at=now,
        )
        for each in order.lines
        if each.kind is LineKind.PRODUCT and each.sku
    ]
