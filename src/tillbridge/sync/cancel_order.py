"""Cancels a recorded sale on its platform. Safe to repeat, so a lost answer is simply asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from tillbridge.domain.clock import Clock
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.jobs import Phase
from tillbridge.domain.orders import Order, OrderStatus
from tillbridge.storage import Storage
from tillbridge.sync.bodies import as_text
from tillbridge.sync.circumstances import circumstances
from tillbridge.sync.goods import goods_of, held
from tillbridge.sync.recorded import recorded
from tillbridge.sync.settle import Circumstances, parked, succeeded, wait_for
from tillbridge.sync.tasks import OrderServiceFactory, Outcome, SpecOf, Task, subject
from tillbridge.sync.writing import audit_worker

ACTION = "order.cancel"
_PUSH_FIRST = timedelta(seconds=15)


class CancelOrder:
    """Handler of CANCEL_ORDER jobs. Waits while the sale itself is still on its way."""

    def __init__(self, storage: Storage, order_service: OrderServiceFactory, spec_of: SpecOf, clock: Clock) -> None:
        self._storage, self._order_service, self._spec_of, self._clock = storage, order_service, spec_of, clock

    async def __call__(self, task: Task) -> Outcome:
        at = await circumstances(self._storage, task, self._spec_of(task.connection), self._clock)
        order = await self._storage.sales.get(subject(task))
        if order is None:
            return Outcome(parked(at, "queue.sale_missing", {"connection": task.connection.name}))
        delivery = await self._storage.sales.delivery(order.id, task.connection.id)
        facts = {"receipt": order.receipt, "connection": task.connection.name}
        if not delivery.platform_order_id:
            if delivery.status is OrderStatus.FAILED:
                return Outcome(parked(at, "queue.original_failed", facts))
            return Outcome(wait_for(at, "queue.original_not_synced", facts, _PUSH_FIRST))
        part = await recorded(self._storage, order, delivery.lines, task.connection.id) or order
        async with task.turns.sale(goods_of(part)):
            return await held(self._storage, task, at, part) or await self._cancel(task, at, part, delivery)

    async def _cancel(self, task: Task, at: Circumstances, order: Order, delivery: Delivery) -> Outcome:
        facts = {"receipt": order.receipt, "connection": task.connection.name}
        reason = str(task.job.payload.get("reason", ""))
        await self._storage.jobs.mark_sending(
            task.job,
            task.lane,
            action=ACTION,
            idempotency_key=f"{order.reference}-cancel",
            body=as_text({"platform_order_id": delivery.platform_order_id, "reason": reason}),
            now=self._clock.now(),
        )
        service = await self._order_service(task.connection)
        placed = await service.cancel_order(order, delivery.platform_order_id, reason)
        if not placed.cancelled:
            answered = replace(at, phase=Phase.ANSWERED)
            return Outcome(parked(answered, "queue.not_cancelled", {**facts, "number": placed.number}))

        async def write() -> None:
            told = {"reason": "orders.cancelled_there", "reason_params": facts, "updated_at": self._clock.now()}
            await self._storage.sales.change_delivery(order.id, task.connection.id, partial(replace, **told))
            await audit_worker(self._storage, self._clock, "orders.audit.cancelled_there", facts, order.reference)

        return Outcome(succeeded("cancelled"), write)
