"""One status speaks for a sale on several connections: the worst."""

from __future__ import annotations

from tillbridge.domain.orders import OrderStatus
from tillbridge.sync.siblings import worst


def test_the_worst_delivery_speaks_for_the_sale() -> None:
    seen: list[OrderStatus] = []
    assert worst(seen) is OrderStatus.LOCAL
    for status in (OrderStatus.SYNCED, OrderStatus.LOCAL, OrderStatus.SYNCING, OrderStatus.UNKNOWN, OrderStatus.FAILED):
        seen.append(status)
        assert worst(seen) is status
