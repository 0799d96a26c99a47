"""Orders, cancellations and refunds take turns with the stock changes of their goods. Their handlers call this."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from tillbridge.domain.orders import Order
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import stock_changes
from tillbridge.sync.settle import Circumstances, wait_for
from tillbridge.sync.tasks import Outcome, Task
from tillbridge.sync.turns import pause

_LONGEST = timedelta(minutes=1)
"""What a paid sale waits for a number at most; a number that takes longer is in the end for a person."""


def goods_of(order: Order) -> Collection[str]:
    """The SKUs whose number an order moves."""
    return stock_changes(order).keys()


async def held(storage: Storage, task: Task, at: Circumstances, order: Order) -> Outcome | None:
    """Waiting, while a change of these goods has no answer: a number that moved under it could not be judged."""
    doubts = await storage.stock.in_doubt(task.connection.id, goods_of(order))
    left = pause([each.run_at for each in doubts], at.now)
    if left is None or left > _LONGEST:
        return None
    skus = ", ".join(sorted({each.sku for each in doubts}))
    return Outcome(wait_for(at, "queue.stock_in_turn", {"connection": task.connection.name, "sku": skus}, left))
