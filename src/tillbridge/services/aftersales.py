"""Cancelling a sale and giving money back: the jobs, movements and traces they leave. Called by services.orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import Conflict, InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import LineKind, Order, OrderStatus, Refund, RefundLine
from tillbridge.domain.references import order_reference
from tillbridge.domain.stock import MovementCause, StockMovement
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import new_job
from tillbridge.sync.movements import movements
from tillbridge.sync.refund_order import refund_from, refund_payload

_OPEN = frozenset({JobState.WAITING, JobState.PARKED})


class Aftersales:
    """Writes what a person decided; the worker carries it out."""

    def __init__(self, storage: Storage, clock: Clock, shop_secret: bytes) -> None:
        self._storage, self._clock, self._secret = storage, clock, shop_secret

    async def cancel(self, order: Order, actor: Actor, reason: str) -> None:
        """Stop what was not sent and cancel what was. Raises Conflict for a sale that was cancelled already."""
        async with self._storage.transaction():
            for delivery in await self._storage.sales.deliveries(order.id):
                await self._cancel_on(order, delivery, reason)
            await self._storage.stock.add_movements(movements(order, self._clock.now(), back=True))
            await self._audit(actor, order, "orders.audit.cancel_asked", {"receipt": order.receipt, "reason": reason})

    async def _cancel_on(self, order: Order, delivery: Delivery, reason: str) -> None:
        jobs = await self._storage.jobs.of_sale(order.id, delivery.connection_id)
        if any(each.kind is JobKind.CANCEL_ORDER and each.state is not JobState.CANCELLED for each in jobs):
            raise Conflict(what=f"receipt {order.receipt}", expected="open", found="cancelled")
        unsent = [each for each in jobs if each.kind is JobKind.PUSH_ORDER and _is_unsent(each)]
        if not unsent:
            await self._storage.jobs.add([self._job(JobKind.CANCEL_ORDER, order, delivery, {"reason": reason})])
            return
        for each in unsent:
            await self._storage.jobs.cancel(each.id, self._clock.now())
        facts = {"receipt": order.receipt}
        await self._storage.sales.save_delivery(
            replace(
                delivery,
                status=OrderStatus.LOCAL,
                reason="orders.cancelled_before_sent",
                reason_params=facts,
                updated_at=self._clock.now(),
            )
        )

    async def refund(
        self, order: Order, actor: Actor, reason: str, *, lines: Sequence[RefundLine], amount: Money | None
    ) -> None:
        """Ask every connection that records the sale to give back. Raises InvalidInput for more than is left."""
        if not lines and amount is None:
            lines = tuple(_whole(order))
        given = amount if amount is not None else worth(order, lines)
        async with self._storage.transaction():
            await self._check_left(order, given)
            reference = order_reference(self._secret, order.till, str(new_id()), self._clock.now(), given)
            payload = {
                "sale": str(order.id),
                "refund": refund_payload(Refund(reference, given, tuple(lines), reason)),
            }
            deliveries = await self._storage.sales.deliveries(order.id)
            jobs = [self._job(JobKind.REFUND_ORDER, order, each, payload) for each in deliveries]
            epoch = (await self._storage.shop.get()).epoch
            await self._storage.jobs.add([replace(each, payload={**each.payload, "epoch": epoch}) for each in jobs])
            await self._storage.stock.add_movements(self._restocked(order, lines))
            facts = {"receipt": order.receipt, "amount": str(given), "reason": reason}
            await self._audit(actor, order, "orders.audit.refund_asked", facts)

    async def _check_left(self, order: Order, given: Money) -> None:
        if given <= Money.zero(order.currency):
            raise InvalidInput(field="amount", reason="must be above zero")
        taken = Money.zero(order.currency)
        for delivery in (await self._storage.sales.deliveries(order.id))[:1]:
            jobs = await self._storage.jobs.of_sale(order.id, delivery.connection_id)
            earlier = [
                refund_from(each.payload["refund"]).amount
                for each in jobs
                if each.state is not JobState.CANCELLED and "refund" in each.payload
            ]
            taken = total(earlier, order.currency)
        left = order.totals.total - taken
        if given > left:
            raise InvalidInput(field="amount", reason=f"{given} is more than the {left} left of this sale")

    def _restocked(self, order: Order, lines: Sequence[RefundLine]) -> list[StockMovement]:
        sold = {each.id: each for each in order.lines}
        return [
            StockMovement(
                id=new_id(),
                sku=sold[each.line_id].sku,
                variant_id=None,
                location=order.location,
                quantity=each.quantity,
                unit=sold[each.line_id].unit,
                cause=MovementCause.RETURN,
                subject=order.reference,
                at=self._clock.now(),
            )
            for each in lines
            if each.restock and sold[each.line_id].sku and sold[each.line_id].kind is LineKind.PRODUCT
        ]

    def _job(self, kind: JobKind, order: Order, delivery: Delivery, payload: Mapping[str, object]) -> Job:
        return new_job(kind, delivery.connection_id, self._clock.now(), subject_id=order.id, payload=payload)

    async def _audit(self, actor: Actor, order: Order, message_id: str, params: dict[str, str]) -> None:
        await self._storage.audit.add(AuditEntry(self._clock.now(), actor, message_id, params, order.reference))


def worth(order: Order, lines: Sequence[RefundLine]) -> Money:
    """What the shopper paid for these quantities, tax included. Raises InvalidInput for lines that were not sold."""
    sold = {each.id: each for each in order.lines}
    parts = []
    for each in lines:
        line = sold.get(each.line_id)
        if line is None:
            raise InvalidInput(field="lines", reason=f"there is no line {each.line_id} in this sale")
        if not Decimal(0) < each.quantity <= line.quantity:
            raise InvalidInput(
                field="lines", reason=f"{each.quantity} of the {line.quantity} sold cannot be given back"
            )
        parts.append(line.gross * (each.quantity / line.quantity))
    return total(parts, order.currency)


def _whole(order: Order) -> list[RefundLine]:
    return [
        RefundLine(each.id, each.quantity, restock=each.kind is LineKind.PRODUCT)
        for each in order.lines
        if each.quantity > 0
    ]


def _is_unsent(job: Job) -> bool:
    return job.state in _OPEN and job.phase is Phase.NOT_SENT
