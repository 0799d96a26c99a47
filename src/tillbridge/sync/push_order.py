"""The send protocol of a sale: mark, create, compare, write down; after a lost answer or a crash look up first.

The worker calls PushOrder as the handler of PUSH_ORDER jobs. A create never follows a mark without a look-up between.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import AuthError, NetworkFailure, PlatformUnavailable, RateLimited
from tillbridge.domain.jobs import Job, JobKind, Phase
from tillbridge.domain.orders import Handle, Order, OrderStatus, PlacedOrder
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import OrderService
from tillbridge.storage import Storage
from tillbridge.sync.bodies import as_text
from tillbridge.sync.circumstances import circumstances
from tillbridge.sync.enqueue import new_job, stock_changes, stock_jobs
from tillbridge.sync.goods import goods_of, held
from tillbridge.sync.judge import Doubt, doubt
from tillbridge.sync.recorded import recorded
from tillbridge.sync.settle import Circumstances, after_failure, ask_again, parked, succeeded
from tillbridge.sync.tasks import OrderServiceFactory, Outcome, SpecOf, Task, subject
from tillbridge.sync.writing import audit_worker

ACTION = "order.create"
_NOTHING_DONE = (RateLimited, PlatformUnavailable, NetworkFailure, AuthError)
"""By their promise the platform did nothing, as long as no handle was gained on the way."""


class PushOrder:
    """Records a sale on one connection, once."""

    def __init__(self, storage: Storage, order_service: OrderServiceFactory, spec_of: SpecOf, clock: Clock) -> None:
        self._storage, self._order_service, self._spec_of, self._clock = storage, order_service, spec_of, clock

    async def __call__(self, task: Task) -> Outcome:
        at = await circumstances(self._storage, task, self._spec_of(task.connection), self._clock)
        order = await self._part(task)
        if isinstance(order, str):
            return Outcome(parked(at, order, {"connection": task.connection.name}))
        async with task.turns.sale(goods_of(order)):
            return await self._record(task, at, order)

    async def _record(self, task: Task, at: Circumstances, order: Order) -> Outcome:
        service = await self._order_service(task.connection)
        if at.sent or await self._restored(task):
            outcome = await self._look_up(task, at, service, order)
            if outcome is not None:
                return outcome
        return await held(self._storage, task, at, order) or await self._create(task, at, service, order)

    async def _part(self, task: Task) -> Order | str:
        """The order to place, its lines linked to this connection's listings; or the reason why there is none."""
        sale = await self._storage.sales.get(subject(task))
        if sale is None:
            return "queue.sale_missing"
        if sale.currency != task.connection.currency:
            return "orders.other_currency"
        lines = task.job.payload.get("lines", ())
        return await recorded(self._storage, sale, lines, task.connection.id) or "queue.nothing_to_place"

    async def _restored(self, task: Task) -> bool:
        """Whether the job comes from before a restore: then it may have been sent without a trace here."""
        return int(task.job.payload.get("epoch", 0)) != (await self._storage.shop.get()).epoch

    async def _look_up(self, task: Task, at: Circumstances, service: OrderService, order: Order) -> Outcome | None:
        """An outcome when the order is there or nobody can tell; None when it certainly is not there."""
        delivery = await self._storage.sales.delivery(order.id, task.connection.id)
        sent_at = at.sent_at or task.job.created_at
        found = await service.look_up(order, delivery.handles, sent_at)
        if found.placed is not None:
            return await self._judge(task, at, service, order, found.placed)
        untrusted = (sent_at + at.look_up_wait - self._clock.now()).total_seconds()
        if found.certain and untrusted <= 0:
            return None
        return Outcome(ask_again(at, found.evidence, untrusted if found.certain else found.ask_again_in))

    async def _create(self, task: Task, at: Circumstances, service: OrderService, order: Order) -> Outcome:
        """Mark, then send. A failure that left nothing behind may be sent again; any other is looked up first."""
        await self._mark(task, order)
        kept: list[Handle] = []

        async def checkpoint(handle: Handle) -> None:
            await self._storage.sales.add_handle(order.id, task.connection.id, handle)
            kept.append(handle)

        sent = replace(at, phase=Phase.SENDING, sent_at=self._clock.now())
        try:
            placed = await service.create_order(order, checkpoint)
        except _NOTHING_DONE as error:
            after = replace(sent, now=self._clock.now(), phase=Phase.SENDING if kept else Phase.NOT_SENT)
            return Outcome(after_failure(error, after))
        return await self._judge(task, sent, service, order, placed)

    async def _mark(self, task: Task, order: Order) -> None:
        """Make "about to send" durable. Raises LeaseLost when another worker has taken over."""
        sending = partial(replace, status=OrderStatus.SYNCING, updated_at=self._clock.now())

        async def on_its_way() -> None:
            await self._storage.sales.change_delivery(order.id, task.connection.id, sending)

        await self._storage.jobs.mark_sending(
            task.job,
            task.lane,
            action=ACTION,
            idempotency_key=f"{order.reference}-{task.job.fence}",
            body=as_text(order),
            now=self._clock.now(),
            also=on_its_way,
        )

    async def _judge(
        self, task: Task, at: Circumstances, service: OrderService, order: Order, placed: PlacedOrder
    ) -> Outcome:
        """Synced when the platform shows what was sold; an unpaid order is finished by one more look-up first."""
        spec = self._spec_of(task.connection)
        doubted = doubt(order, placed, spec)
        if doubted is not None and doubted.message_id == "queue.placed_unpaid":
            delivery = await self._storage.sales.delivery(order.id, task.connection.id)
            again = await service.look_up(order, delivery.handles, at.sent_at or self._clock.now())
            placed = again.placed or placed
            doubted = doubt(order, placed, spec)
        if doubted is not None:
            return self._in_doubt(task, at, order, placed, doubted)
        return Outcome(succeeded(), lambda: self._synced(task, order, placed))

    def _in_doubt(self, task: Task, at: Circumstances, order: Order, placed: PlacedOrder, doubted: Doubt) -> Outcome:
        params = {**doubted.params, "connection": task.connection.name, "receipt": order.receipt}
        settlement = parked(replace(at, phase=Phase.ANSWERED), doubted.message_id, params)
        return Outcome(settlement, lambda: self._note(task, order, placed))

    async def _note(self, task: Task, order: Order, placed: PlacedOrder) -> None:
        """Keep what the platform shows with the delivery, whatever its status."""
        shown: dict[str, Any] = {
            "platform_order_id": placed.platform_order_id, "number": placed.number, "total": placed.total,
            "tax": placed.tax, "paid": placed.paid, "stock": placed.stock, "updated_at": self._clock.now(),
        }  # fmt: skip
        await self._storage.sales.change_delivery(order.id, task.connection.id, partial(replace, **shown))

    def _stock_work(self, task: Task, order: Order, placed: PlacedOrder) -> list[Job]:
        """Stock the platform did not lower itself is lowered by us; where nobody can tell it is read anew."""
        match placed.stock:
            case StockEffect.NOT_LOWERED:
                return stock_jobs(task.connection.id, stock_changes(order), order.location, self._clock.now())
            case StockEffect.UNKNOWN:
                return [new_job(JobKind.PULL_STOCK, task.connection.id, self._clock.now())]
        return []

    async def _synced(self, task: Task, order: Order, placed: PlacedOrder) -> None:
        await self._note(task, order, placed)
        await self._storage.jobs.add(self._stock_work(task, order, placed))
        await audit_worker(
            self._storage,
            self._clock,
            "orders.audit.synced",
            {
                "receipt": order.receipt,
                "connection": task.connection.name,
                "platform_order_id": placed.platform_order_id,
                "total": str(placed.total),
            },
            order.reference,
        )
