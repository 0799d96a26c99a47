"""Gives money back on the platform for a recorded sale, whole or in part; a repeat is looked up first.

The payload is written by services: ``sale`` (the original), ``refund`` (as JSON, this connection's share),
``returned_by`` (the return's sale). ``held`` instead of a sale: the reason why a person has to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.jobs import Phase
from tillbridge.domain.orders import Order, OrderStatus, PaymentStatus, PlacedRefund, Refund
from tillbridge.domain.refunds import goods_back
from tillbridge.platforms.contract import OrderService
from tillbridge.storage import Storage
from tillbridge.storage.documents import refund_out
from tillbridge.sync.bodies import as_text
from tillbridge.sync.circumstances import circumstances
from tillbridge.sync.enqueue import stock_jobs
from tillbridge.sync.goods import goods_of, held
from tillbridge.sync.recorded import recorded
from tillbridge.sync.settle import Circumstances, ask_again, parked, succeeded, wait_for
from tillbridge.sync.tasks import OrderServiceFactory, Outcome, SpecOf, Task
from tillbridge.sync.writing import audit_worker

ACTION = "order.refund"
_PUSH_FIRST = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class _There:
    """The recorded part of a sale on its platform."""

    service: OrderService
    order: Order
    platform_order_id: str


class RefundOrder:
    """Handler of REFUND_ORDER jobs: each refund once, known by its reference."""

    def __init__(self, storage: Storage, order_service: OrderServiceFactory, spec_of: SpecOf, clock: Clock) -> None:
        self._storage, self._order_service, self._spec_of, self._clock = storage, order_service, spec_of, clock

    async def __call__(self, task: Task) -> Outcome:
        at = await circumstances(self._storage, task, self._spec_of(task.connection), self._clock)
        if "sale" not in task.job.payload:
            held = str(task.job.payload.get("held", "orders.return_unknown"))
            return Outcome(parked(at, held, task.job.cause_params))
        order = await self._storage.sales.get(UUID(str(task.job.payload["sale"])))
        if order is None:
            return Outcome(parked(at, "queue.sale_missing", {"connection": task.connection.name}))
        facts = {"receipt": order.receipt, "connection": task.connection.name}
        if order.payment is PaymentStatus.CANCELLED and not at.sent:
            # its cancellation gives back all that was left, there or by never sending it
            done = replace(succeeded("cancelled with its sale"), status=OrderStatus.LOCAL)
            return Outcome(replace(done, cause="orders.refund_not_needed", params=facts))
        delivery = await self._storage.sales.delivery(order.id, task.connection.id)
        if not delivery.platform_order_id:
            if delivery.status is OrderStatus.FAILED:
                return Outcome(parked(at, "queue.original_failed", facts))
            return Outcome(wait_for(at, "queue.original_not_synced", facts, _PUSH_FIRST))
        refund = refund_out(task.job.payload["refund"])
        part = await recorded(self._storage, order, delivery.lines, task.connection.id)
        there = _There(await self._order_service(task.connection), part or order, delivery.platform_order_id)
        async with task.turns.sale(goods_of(there.order)):
            placed = await self._placed(task, at, there, refund)
        if isinstance(placed, Outcome):
            return placed
        if placed.amount != refund.amount:
            differs = {**facts, "ours": str(refund.amount), "theirs": str(placed.amount)}
            return Outcome(parked(replace(at, phase=Phase.ANSWERED), "queue.refund_differs", differs))
        trace = {**facts, "amount": str(placed.amount), "platform_refund_id": placed.external_id}
        return Outcome(succeeded("refunded"), lambda: self._refunded(task, there, refund, placed, trace))

    async def _placed(self, task: Task, at: Circumstances, there: _There, refund: Refund) -> PlacedRefund | Outcome:
        """The refund as booked, now or before; an outcome while it has to wait."""
        found = await self._find(task, at, there, refund) or await held(self._storage, task, at, there.order)
        return found or await self._send(task, there, refund)

    async def _refunded(
        self, task: Task, there: _There, refund: Refund, placed: PlacedRefund, trace: Mapping[str, str]
    ) -> None:
        """Goods the platform left to us go back by stock jobs, which take turns with all other changes of them."""
        if not placed.goods_back:
            back = goods_back(there.order, refund)
            await self._storage.jobs.add(stock_jobs(task.connection.id, back, there.order.location, self._clock.now()))
        await audit_worker(self._storage, self._clock, "orders.audit.refunded_there", trace, there.order.reference)

    async def _find(
        self, task: Task, at: Circumstances, there: _There, refund: Refund
    ) -> PlacedRefund | Outcome | None:
        """The refund if it was booked, an outcome while nobody can tell, None when it may be sent."""
        restored = int(task.job.payload.get("epoch", 0)) != (await self._storage.shop.get()).epoch
        if not at.sent and not restored:
            return None
        if found := await there.service.look_up_refund(there.order, there.platform_order_id, refund):
            return found
        sent_at = at.sent_at or task.job.created_at
        untrusted = (sent_at + at.look_up_wait - self._clock.now()).total_seconds()
        return Outcome(ask_again(at, f"no refund {refund.reference} yet", untrusted)) if untrusted > 0 else None

    async def _send(self, task: Task, there: _There, refund: Refund) -> PlacedRefund:
        await self._storage.jobs.mark_sending(
            task.job,
            task.lane,
            action=ACTION,
            idempotency_key=refund.reference,
            body=as_text(refund),
            now=self._clock.now(),
        )
        return await there.service.refund_order(there.order, there.platform_order_id, refund)
