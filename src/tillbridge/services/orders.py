"""Sales: taking them in from a till, showing where they stand, cancelling and giving money back.

Screens and the command line call OrdersService; nothing here waits for a platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tillbridge.domain.audit import Actor
from tillbridge.domain.clock import Clock
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput, NotFound
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, OrderStatus, RefundLine, TenderKind
from tillbridge.domain.shop import Shop
from tillbridge.services import intake
from tillbridge.services.aftersales import Aftersales
from tillbridge.services.reckoning import named_connections, reckon
from tillbridge.services.recording import SaleRecorder
from tillbridge.storage import Storage
from tillbridge.sync.siblings import worst


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken in: its number from 1, the field and the reason."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """``known``: lines whose sale was here already; nothing was changed for them."""

    added: int
    known: int
    refused: tuple[Refused, ...]
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """Where a sale stands on one connection. ``total`` is what the platform shows, read back; None before that."""

    connection: str
    status: OrderStatus
    platform_order_id: str
    number: str
    total: Money | None
    tax: Money | None
    paid: bool | None
    attempts: int
    reason: str
    reason_params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale with its overall status and each connection's; none of them: nobody records it."""

    order: Order
    status: OrderStatus
    connections: Mapping[str, DeliveryView]

    @property
    def reference(self) -> str:
        return self.order.reference

    @property
    def receipt(self) -> str:
        return self.order.receipt


class OrdersService:
    """``shop_secret`` is the keyring's; it makes the references that travel with pushed orders."""

    def __init__(self, storage: Storage, clock: Clock, shop_secret: bytes) -> None:
        self._storage, self._clock, self._secret = storage, clock, shop_secret
        self._recorder = SaleRecorder(storage, clock, shop_secret)
        self._aftersales = Aftersales(storage, clock, shop_secret)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of one line of ``add``."""
        return intake.schema()

    async def add(self, records: Iterable[str], actor: Actor) -> AddReport:
        """Take in paid sales, one JSON object per line; blank lines are skipped. A bad line stops no other."""
        shop = await self._storage.shop.get()
        refused: list[Refused] = []
        references: list[str] = []
        known = added = 0
        for number, text in enumerate(records, start=1):
            if not text.strip():
                continue
            try:
                order, fresh = await self._add_one(text, shop, actor)
            except InvalidInput as error:
                refused.append(Refused(number, error.params.get("field", "line"), error.params.get("reason", "")))
                continue
            references.append(order.reference)
            added, known = added + fresh, known + (not fresh)
        return AddReport(added, known, tuple(refused), tuple(references))

    async def _add_one(self, text: str, shop: Shop, actor: Actor) -> tuple[Order, bool]:
        record = intake.parse_sale(text)
        order = reckon(record, shop, self._secret, new_id())
        who = replace(actor, name=record.operator) if record.operator else actor
        return order, await self._recorder.record(order, who, named_connections(record))

    async def record(self, order: Order, actor: Actor) -> bool:
        """Take in a basket paid at the console; False when it is here already."""
        return await self._recorder.record(order, actor)

    async def find(self, name: str) -> Order:
        """A sale by reference, receipt number or id. Raises NotFound, or InvalidInput when several tills used it."""
        found = await self._storage.sales.by_reference(name)
        if found is None and (id_ := _as_id(name)):
            found = await self._storage.sales.get(id_)
        if found is not None:
            return found
        same = await self._storage.sales.by_receipt(name)
        if len(same) > 1:
            told = ", ".join(f"{each.till}: {each.reference}" for each in same)
            raise InvalidInput(field="receipt", reason=f"{name} was used more than once ({told}); give the reference")
        if not same:
            raise NotFound(what="sale", name=name)
        return same[0]

    async def show(self, name: str) -> SaleView:
        """A sale with where it stands on each connection."""
        [view] = await self._show([await self.find(name)])
        return view

    async def view(self, sale_id: UUID) -> SaleView:
        """The sale of an id, as ``show``. Raises NotFound."""
        order = await self._storage.sales.get(sale_id)
        if order is None:
            raise NotFound(what="sale", name=sale_id)
        [view] = await self._show([order])
        return view

    async def window(self, before: UUID | None = None, limit: int = 50) -> tuple[SaleView, ...]:
        """A page of sales and online orders, newest first; ``before`` is the last id of the page above."""
        return await self._show(await self._storage.sales.newest(limit, before))

    async def _show(self, orders: Sequence[Order]) -> tuple[SaleView, ...]:
        """What belongs to them is read at once, however many they are."""
        ids = [each.id for each in orders]
        deliveries, tries = await self._storage.sales.deliveries_of(ids), await self._storage.jobs.tries(ids)
        names = {each.id: each.name for each in await self._storage.connections.all()}
        shown = []
        for order in orders:
            views = [_view(each, names, tries) for each in deliveries[order.id]]
            shown.append(
                SaleView(order, worst(each.status for each in views), {each.connection: each for each in views})
            )
        return tuple(shown)

    async def cancel(self, name: str, actor: Actor, reason: str) -> SaleView:
        """Cancel a sale wherever it is recorded, once; what was not sent yet is not sent. What is left of it goes back.

        Raises Conflict when it is cancelled or given back in full, InvalidInput for a sale that gives goods back.
        """
        await self._aftersales.cancel(await self.find(name), actor, reason)
        return await self.show(name)

    async def refund(
        self,
        name: str,
        actor: Actor,
        reason: str,
        *,
        lines: Sequence[RefundLine] = (),
        amount: Money | None = None,
        paid_by: TenderKind | None = None,
    ) -> SaleView:
        """Give back lines, or money alone, wherever the sale is recorded. Without both: all that was sold.

        ``paid_by`` is kept with it: how the shopper got the money at the till; no store is asked to pay.

        Raises InvalidInput for more than is left of it, and Conflict when it is cancelled.
        """
        order = await self.find(name)
        await self._aftersales.refund(order, actor, reason, lines=lines, amount=amount, paid_by=paid_by)
        return await self.show(name)


def _view(delivery: Delivery, names: Mapping[UUID, str], tries: Mapping[tuple[UUID, UUID], int]) -> DeliveryView:
    return DeliveryView(
        connection=names.get(delivery.connection_id, str(delivery.connection_id)),
        status=delivery.status,
        platform_order_id=delivery.platform_order_id,
        number=delivery.number,
        total=delivery.total,
        tax=delivery.tax,
        paid=delivery.paid,
        attempts=tries.get((delivery.sale_id, delivery.connection_id), 0),
        reason=delivery.reason,
        reason_params=delivery.reason_params,
    )


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
