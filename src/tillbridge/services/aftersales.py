"""Cancelling a sale and giving money back: the jobs, movements and traces they leave. Called by services.orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import Conflict, InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Order, OrderStatus, PaymentStatus, Refund, RefundLine, TenderKind
from tillbridge.domain.references import order_reference
from tillbridge.domain.refunds import left_of, worth
from tillbridge.messages import text
from tillbridge.storage import Storage
from tillbridge.storage.documents import refund_in
from tillbridge.sync.enqueue import new_job
from tillbridge.sync.followers import book
from tillbridge.sync.portion import refund_shares

_OPEN = frozenset({JobState.WAITING, JobState.PARKED})


class Aftersales:
    """Writes what a person decided; the worker carries it out."""

    def __init__(self, storage: Storage, clock: Clock, shop_secret: bytes) -> None:
        self._storage, self._clock, self._secret = storage, clock, shop_secret

    async def cancel(self, order: Order, actor: Actor, reason: str) -> None:
        """Stop what was not sent and cancel what was, once. Of a sale given back in part only what is left goes back.

        Raises Conflict for a sale that is cancelled or given back in full, InvalidInput for one that gives goods back.
        """
        async with self._storage.transaction():
            order = await self._storage.sales.hold(order.id)
            _check_open(order)
            if any(each.quantity < 0 for each in order.lines):
                raise InvalidInput(field="receipt", reason=text("orders.refused.cancel_return", receipt=order.receipt))
            if not left_of(order).quantities:
                raise Conflict(what=f"receipt {order.receipt}", expected="open", found="given back in full")
            for delivery in await self._storage.sales.deliveries(order.id):
                await self._cancel_on(order, delivery, reason)
            cancelled = replace(order, payment=PaymentStatus.CANCELLED)
            await self._storage.sales.note(cancelled)
            await book(self._storage, order, cancelled, self._clock.now())
            await self._audit(actor, order, "orders.audit.cancel_asked", {"receipt": order.receipt, "reason": reason})

    async def _cancel_on(self, order: Order, delivery: Delivery, reason: str) -> None:
        jobs = await self._storage.jobs.of_sale(order.id, delivery.connection_id)
        unsent = [each for each in jobs if each.kind is JobKind.PUSH_ORDER and _is_unsent(each)]
        if not unsent:
            await self._storage.jobs.add([self._job(JobKind.CANCEL_ORDER, order, delivery, {"reason": reason})])
            return
        for each in unsent:
            await self._storage.jobs.cancel(each.id, self._clock.now())
        facts = {"receipt": order.receipt}
        unsent_now = partial(
            replace,
            status=OrderStatus.LOCAL,
            reason="orders.cancelled_before_sent",
            reason_params=facts,
            updated_at=self._clock.now(),
        )
        await self._storage.sales.change_delivery(order.id, delivery.connection_id, unsent_now)

    async def refund(
        self,
        order: Order,
        actor: Actor,
        reason: str,
        *,
        lines: Sequence[RefundLine],
        amount: Money | None,
        paid_by: TenderKind | None = None,
    ) -> None:
        """Ask every connection to give back what it recorded of these lines; money alone is shared by what is left.

        What was given back at a till or here counts, also when its job was given up in the queue: its goods are back.
        Raises Conflict for a cancelled sale and InvalidInput for more than is left.
        """
        async with self._storage.transaction():
            order = await self._storage.sales.hold(order.id)
            _check_open(order)
            refund = replace(self._bounded(order, reason, lines, amount), paid_by=paid_by)
            deliveries = {each.connection_id: each for each in await self._storage.sales.deliveries(order.id)}
            shares = refund_shares(order, refund, tuple(deliveries.values()))
            if shares is None:
                raise InvalidInput(field="amount", reason=text("orders.refused.store_amount", asked=refund.amount))
            epoch = (await self._storage.shop.get()).epoch
            facts = {"sale": str(order.id), "epoch": epoch}
            await self._storage.jobs.add(
                [
                    self._job(JobKind.REFUND_ORDER, order, deliveries[id_], {**facts, "refund": refund_in(each)})
                    for id_, each in shares.items()
                ]
            )
            given = replace(order, refunds=(*order.refunds, refund))
            await self._storage.sales.note(given)
            await book(self._storage, order, given, self._clock.now())
            told = {"receipt": order.receipt, "amount": str(refund.amount), "reason": reason}
            if paid_by is None:
                await self._audit(actor, order, "orders.audit.refund_asked", told)
            else:
                how = {**told, "how": text(f"till.tender.{paid_by.value}")}
                await self._audit(actor, order, "orders.audit.refund_paid", how)

    def _bounded(self, order: Order, reason: str, lines: Sequence[RefundLine], amount: Money | None) -> Refund:
        """The refund as it was asked for, or all that is left. Raises InvalidInput for more than that."""
        left = left_of(order)
        if not lines and amount is None:
            if not left.amount:
                raise InvalidInput(field="amount", reason=text("orders.refused.nothing_left", receipt=order.receipt))
            lines, given = _all_left(order), left.amount
        else:
            paid = worth(order, lines)
            given = paid if amount is None else amount
        if given <= Money.zero(order.currency):
            raise InvalidInput(field="amount", reason="must be above zero")
        if given > left.amount:
            raise InvalidInput(field="amount", reason=text("orders.refused.amount", asked=given, left=left.amount))
        reference = order_reference(self._secret, order.till, str(new_id()), self._clock.now(), given)
        return Refund(reference, given, tuple(lines), reason)

    def _job(self, kind: JobKind, order: Order, delivery: Delivery, payload: Mapping[str, object]) -> Job:
        return new_job(kind, delivery.connection_id, self._clock.now(), subject_id=order.id, payload=payload)

    async def _audit(self, actor: Actor, order: Order, message_id: str, params: dict[str, str]) -> None:
        await self._storage.audit.add(AuditEntry(self._clock.now(), actor, message_id, params, order.reference))


def _check_open(order: Order) -> None:
    if order.payment is PaymentStatus.CANCELLED:
        raise Conflict(what=f"receipt {order.receipt}", expected="open", found="cancelled")


def _all_left(order: Order) -> list[RefundLine]:
    left = left_of(order).quantities
    return [
        RefundLine(each.id, left[each.id], restock=each.kind is LineKind.PRODUCT)
        for each in order.lines
        if each.id in left
    ]


def _is_unsent(job: Job) -> bool:
    return job.state in _OPEN and job.phase is Phase.NOT_SENT
