"""Takes a paid sale in: sale, deliveries, jobs and stock movements in one transaction, before anything is sent.

Called by services.orders for records of a till and by services.till for baskets paid at the console.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.jobs import Job, JobKind
from tillbridge.domain.money import total
from tillbridge.domain.orders import Order, OrderLine, OrderStatus, Refund
from tillbridge.domain.references import order_reference
from tillbridge.domain.refunds import freed, left_of
from tillbridge.services.returns import given_back, returned_lines
from tillbridge.services.routing import Destination, Plan, plan
from tillbridge.storage import Storage
from tillbridge.storage.documents import refund_in
from tillbridge.sync.enqueue import new_job, stock_changes
from tillbridge.sync.followers import Changes, follow
from tillbridge.sync.movements import movements
from tillbridge.sync.portion import portion, refund_shares


@dataclass(slots=True)
class _Batch:
    """What one sale brings along, gathered before the transaction writes it.

    ``own`` is the stock each connection books by recording; ``taken`` how much of a returned line was left to return.
    """

    way: Plan
    epoch: int
    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    own: dict[UUID, dict[str, Decimal]] = field(default_factory=dict)
    taken: dict[str, Decimal] = field(default_factory=dict)

    def books(self, connection_id: UUID, changes: Changes) -> None:
        booked = self.own.setdefault(connection_id, {})
        for sku, change in changes.items():
            booked[sku] = booked.get(sku, Decimal(0)) + change


class SaleRecorder:
    """``shop_secret`` keys the references of refunds, as it does those of sales."""

    def __init__(self, storage: Storage, clock: Clock, shop_secret: bytes) -> None:
        self._storage, self._clock, self._secret = storage, clock, shop_secret

    async def record(self, order: Order, actor: Actor, named: Sequence[tuple[str, str]] = ()) -> bool:
        """Write a paid sale with all that follows from it. False when till and receipt are known already.

        A return of more than is left of its sale is kept, since the till paid it out; its push waits for a person, and
        of its goods only those that were still out are booked. Raises InvalidInput when the receipt belongs to another
        sale or a line names an unknown connection.
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
            await self._book(order, batch)
            await self._audit(order, actor)
        return True

    async def _batch(self, order: Order, batch: _Batch) -> _Batch:
        for each in batch.way.destinations if any(line.quantity > 0 for line in order.lines) else ():
            batch.deliveries[each.connection.id] = self._delivery(order, each)
            batch.jobs.append(self._push(order, each, batch.epoch))
            recorded = portion(order, each.lines)
            batch.books(each.connection.id, stock_changes(recorded) if recorded else {})
        for name, lines in returned_lines(order).items():
            await self._give_back(order, name, lines, batch)
        return batch

    async def _book(self, order: Order, batch: _Batch) -> None:
        """Our own movements, and stock jobs for what a linked connection does not record."""
        lines = [replace(each, quantity=-batch.taken.get(each.id, -each.quantity)) for each in order.lines]
        moving, now = replace(order, lines=tuple(lines)), self._clock.now()
        await self._storage.stock.add_movements(movements(moving, now))
        await self._storage.jobs.add(await follow(self._storage, stock_changes(moving), batch.own, order.location, now))

    def _delivery(self, order: Order, to: Destination) -> Delivery:
        opened = self._open(order, to.connection.id)
        return replace(opened, status=to.status, reason=to.reason, reason_params=dict(to.params), lines=to.lines)

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
        """Refund jobs on every connection that records the original; parked ones when it does not bear the return."""
        original = await self._original(order, name)
        amount = -total([each.gross for each in lines], order.currency)
        reference = order_reference(self._secret, order.till, f"{order.receipt}/{name}", order.sold_at, amount)
        back = given_back(original, lines, reference, order.note) if original else None
        if original is None or back is None:
            params = {"receipt": order.receipt, "original": name or "–"}
            for each in batch.way.destinations:
                self._park(order, each.connection.id, ("orders.return_unknown", params), batch)
                batch.books(each.connection.id, stock_changes(replace(order, lines=tuple(lines))))
            return
        deliveries = await self._storage.sales.deliveries(original.id)
        shares = None if back.exceeds else refund_shares(original, back.refund, deliveries)
        if shares is None:
            left = {"receipt": order.receipt, "original": name, "asked": str(amount)}
            held = ("orders.return_exceeds", {**left, "left": str(left_of(original).amount)})
            for delivery in deliveries:
                self._park(order, delivery.connection_id, held, batch)
        else:
            self._refund(order, original, shares, batch)
        given = replace(original, refunds=(*original.refunds, back.refund))
        await self._storage.sales.note(given)
        batch.taken |= back.taken
        for delivery in deliveries:
            batch.books(delivery.connection_id, freed(original, given, delivery.lines))

    def _refund(self, order: Order, original: Order, shares: Mapping[UUID, Refund], batch: _Batch) -> None:
        facts = {"sale": str(original.id), "returned_by": str(order.id), "epoch": batch.epoch}
        for connection_id, share in shares.items():
            batch.jobs.append(
                new_job(
                    JobKind.REFUND_ORDER,
                    connection_id,
                    self._clock.now(),
                    subject_id=order.id,
                    payload={**facts, "refund": refund_in(share)},
                )
            )
            batch.deliveries.setdefault(connection_id, self._open(order, connection_id))

    def _park(self, order: Order, connection_id: UUID, held: tuple[str, Mapping[str, str]], batch: _Batch) -> None:
        """A person decides; what else the sale does on that connection goes on."""
        reason, params = held
        batch.jobs.append(
            new_job(
                JobKind.REFUND_ORDER,
                connection_id,
                self._clock.now(),
                subject_id=order.id,
                payload={"returned_by": str(order.id), "held": reason},
                parked_for=held,
            )
        )
        delivery = batch.deliveries.get(connection_id) or self._open(order, connection_id)
        batch.deliveries[connection_id] = replace(
            delivery, status=OrderStatus.FAILED, reason=reason, reason_params=dict(params)
        )

    def _open(self, order: Order, connection_id: UUID) -> Delivery:
        return Delivery(
            sale_id=order.id, connection_id=connection_id, status=OrderStatus.LOCAL, updated_at=self._clock.now()
        )

    async def _original(self, order: Order, name: str) -> Order | None:
        """Held. By reference, then by receipt of the same till, then by a receipt that only one sale has."""
        if not name:
            return None
        found = await self._storage.sales.by_reference(name) or await self._storage.sales.find(order.till, name)
        if found is None:
            same = await self._storage.sales.by_receipt(name)
            found = same[0] if len(same) == 1 else None
        return None if found is None else await self._storage.sales.hold(found.id)

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
