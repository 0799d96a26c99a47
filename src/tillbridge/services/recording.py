"""Takes a paid sale in: sale, deliveries, jobs and stock movements in one transaction, before anything is sent.

Called by services.orders for records of a till and by services.till for baskets paid at the console.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.jobs import Job, JobKind
from tillbridge.domain.money import total
from tillbridge.domain.orders import Order, OrderLine, OrderStatus
from tillbridge.domain.references import order_reference
from tillbridge.services.returns import refund_of, returned_lines
from tillbridge.services.routing import Destination, Plan, plan
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import new_job, stock_changes, stock_jobs
from tillbridge.sync.movements import movements
from tillbridge.sync.refund_order import refund_payload


@dataclass(slots=True)
class _Batch:
    """What one sale brings along, gathered before the transaction writes it."""

    way: Plan
    epoch: int
    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)


class SaleRecorder:
    """``shop_secret`` keys the references of refunds, as it does those of sales."""

    def __init__(self, storage: Storage, clock: Clock, shop_secret: bytes) -> None:
        self._storage, self._clock, self._secret = storage, clock, shop_secret

    async def record(self, order: Order, actor: Actor, named: Sequence[tuple[str, str]] = ()) -> bool:
        """Write a paid sale with all that follows from it. False when till and receipt are known already.

        Raises InvalidInput when the receipt belongs to another sale or a line names an unknown connection.
        """
        async with self._storage.transaction():
            known = await self._storage.sales.find(order.till, order.receipt)
            if known is not None:
                check_same(known, order)
                return False
            await self._storage.shop.ensure_till(order.till, order.location)
            way = plan(order, await self._storage.connections.all(), _of_sold_lines(order, named))
            epoch = (await self._storage.shop.get()).epoch
            batch = await self._batch(order, _Batch(way, epoch))
            await self._storage.sales.add(order, tuple(batch.deliveries.values()))
            await self._storage.jobs.add(batch.jobs)
            await self._storage.stock.add_movements(movements(order, self._clock.now()))
            await self._audit(order, actor)
        return True

    async def _batch(self, order: Order, batch: _Batch) -> _Batch:
        if any(each.quantity > 0 for each in order.lines):
            for each in batch.way.destinations:
                batch.deliveries[each.connection.id] = self._delivery(order, each)
                batch.jobs.append(self._push(order, each, batch.epoch))
        for name, lines in returned_lines(order).items():
            await self._give_back(order, name, lines, batch)
        followers = [each for each in batch.way.followers if each.id not in batch.deliveries]
        batch.jobs += await self._follow(order, followers)
        return batch

    def _delivery(self, order: Order, to: Destination) -> Delivery:
        return Delivery(
            sale_id=order.id,
            connection_id=to.connection.id,
            status=to.status,
            reason=to.reason,
            reason_params=dict(to.params),
            updated_at=self._clock.now(),
        )

    def _push(self, order: Order, to: Destination, epoch: int) -> Job:
        return new_job(
            JobKind.PUSH_ORDER,
            to.connection.id,
            self._clock.now(),
            subject_id=order.id,
            payload={"lines": list(to.lines), "epoch": epoch},
            parked_for=(to.reason, to.params) if to.reason else None,
        )

    async def _give_back(self, order: Order, name: str, lines: Sequence[OrderLine], batch: _Batch) -> None:
        """Refund jobs on every connection that records the original; parked ones when there is no original."""
        original = await self._original(order, name)
        amount = -total([each.gross for each in lines], order.currency)
        reference = order_reference(self._secret, order.till, f"{order.receipt}/{name}", order.sold_at, amount)
        refund = refund_of(original, lines, reference, order.note) if original else None
        if original is None or refund is None:
            self._park_returns(order, name, batch)
            return
        for delivery in await self._storage.sales.deliveries(original.id):
            payload = {
                "sale": str(original.id),
                "refund": refund_payload(refund),
                "returned_by": str(order.id),
                "epoch": batch.epoch,
            }
            batch.jobs.append(
                new_job(
                    JobKind.REFUND_ORDER,
                    delivery.connection_id,
                    self._clock.now(),
                    subject_id=order.id,
                    payload=payload,
                )
            )
            batch.deliveries.setdefault(delivery.connection_id, self._open(order, delivery.connection_id))

    def _park_returns(self, order: Order, name: str, batch: _Batch) -> None:
        params = {"receipt": order.receipt, "original": name or "–"}
        for each in batch.way.destinations:
            connection_id = each.connection.id
            batch.jobs.append(
                new_job(
                    JobKind.REFUND_ORDER,
                    connection_id,
                    self._clock.now(),
                    subject_id=order.id,
                    payload={"returned_by": str(order.id), "lost": True},
                    parked_for=("orders.return_unknown", params),
                )
            )
            batch.deliveries[connection_id] = Delivery(
                sale_id=order.id,
                connection_id=connection_id,
                status=OrderStatus.FAILED,
                reason="orders.return_unknown",
                reason_params=params,
                updated_at=self._clock.now(),
            )

    def _open(self, order: Order, connection_id: UUID) -> Delivery:
        return Delivery(
            sale_id=order.id,
            connection_id=connection_id,
            status=OrderStatus.LOCAL,
            reason="",
            reason_params={},
            updated_at=self._clock.now(),
        )

    async def _original(self, order: Order, name: str) -> Order | None:
        """By reference, then by receipt of the same till, then by a receipt that only one sale has."""
        if not name:
            return None
        found = await self._storage.sales.by_reference(name) or await self._storage.sales.find(order.till, name)
        if found is None:
            same = await self._storage.sales.by_receipt(name)
            found = same[0] if len(same) == 1 else None
        return found

    async def _follow(self, order: Order, followers: Sequence[Connection]) -> list[Job]:
        """Stock jobs for linked connections that do not record the sale."""
        jobs: list[Job] = []
        changes = stock_changes(order)
        for each in followers:
            linked = await self._storage.catalogue.listings_for(list(changes), each.id)
            here = {sku: delta for sku, delta in changes.items() if sku in linked}
            jobs += stock_jobs(each.id, here, order.location, self._clock.now())
        return jobs

    async def _audit(self, order: Order, actor: Actor) -> None:
        params = {"receipt": order.receipt, "till": order.till, "total": str(order.totals.total)}
        entry = AuditEntry(self._clock.now(), actor, "orders.audit.taken_in", params, order.reference)
        await self._storage.audit.add(entry)


def check_same(known: Order, order: Order) -> None:
    """Raises InvalidInput when a receipt number stands for two different sales."""
    if known.reference != order.reference:
        told = f"already used for a sale of {known.totals.total} at {known.sold_at:%Y-%m-%d %H:%M}"
        raise InvalidInput(field="receipt", reason=told)


def _of_sold_lines(order: Order, named: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    sold = {each.id for each in order.lines if each.quantity > 0}
    return [(line, name) for line, name in named if line in sold]
