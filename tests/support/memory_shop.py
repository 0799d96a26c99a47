"""A shop behind the contract's order service: records orders for real, and fails on cue at named points."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import NotFound, OutcomeUnknown
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import Page


class Killed(BaseException):
    """The power went: no except clause and no clean-up of ours may help."""


@dataclass
class MemoryShop:
    """``script`` maps a point to failures still to come, each raised once in turn.

    Points: ``create.before``, ``create.committed``, ``create.read``, ``look_up``, ``refund.before``,
    ``refund.committed``. ``lag``: how long a fresh order stays invisible to look-ups.
    """

    clock: Clock
    lag: timedelta = timedelta(0)
    total_off_by: str = "0"
    pays: bool = True
    stock: StockEffect = StockEffect.LOWERED
    goods_back: bool = True
    orders: list[tuple[str, PlacedOrder, datetime]] = field(default_factory=list)
    sent: list[Order] = field(default_factory=list)
    refunds: list[tuple[str, str, Money]] = field(default_factory=list)
    refunded: list[Order] = field(default_factory=list)
    cancelled: list[Order] = field(default_factory=list)
    """What was handed over as the recorded order, refund by refund and cancellation by cancellation."""
    script: dict[str, deque[BaseException | None]] = field(default_factory=dict)
    dead: bool = False
    gate: asyncio.Event | None = None
    """Closed: a create waits on the wire until it is set."""
    inside: int = 0
    most_inside: int = 0

    def fail(self, point: str, *errors: BaseException | None) -> None:
        self.script.setdefault(point, deque()).extend(errors)

    def numbered(self, reference: str) -> list[PlacedOrder]:
        """All orders with our reference; more than one is the worst that can happen."""
        return [placed for known, placed, _ in self.orders if known == reference]

    def _point(self, name: str) -> None:
        if self.dead:
            raise Killed(name)
        waiting = self.script.get(name)
        error = waiting.popleft() if waiting else None
        if error is not None:
            self.dead = isinstance(error, Killed)
            raise error

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        await self._pass()
        self._point("create.before")
        self.sent.append(order)
        placed = self._place(order)
        self.orders.append((order.reference, placed, self.clock.now()))
        self._point("create.committed")
        await checkpoint(Handle("order", placed.platform_order_id))
        self._point("create.read")
        return placed

    async def _pass(self) -> None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self.inside -= 1

    def _place(self, order: Order) -> PlacedOrder:
        number = str(1000 + len(self.orders))
        off = Money(type(order.totals.total.amount)(self.total_off_by), order.currency)
        return PlacedOrder(
            platform_order_id=f"shop-{number}",
            number=f"#{number}",
            total=order.totals.total + off,
            tax=order.totals.tax,
            discount=order.totals.discount,
            paid=self.pays,
            stock=self.stock,
        )

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        self._point("look_up")
        now = self.clock.now()
        for reference, placed, at in self.orders:
            if reference == order.reference and (now - at >= self.lag or self._known(handles, placed)):
                return LookUp(placed, certain=True, evidence="found by reference")
        left = (sent_at + self.lag - now).total_seconds()
        if left > 0:
            return LookUp(None, certain=False, evidence="the index lags", ask_again_in=left)
        return LookUp(None, certain=True, evidence="no such reference")

    def _known(self, handles: Sequence[Handle], placed: PlacedOrder) -> bool:
        return any(each.external_id == placed.platform_order_id for each in handles)

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        return self.orders[self._at(platform_order_id)][1]

    def _at(self, platform_order_id: str) -> int:
        for at, (_, placed, _) in enumerate(self.orders):
            if placed.platform_order_id == platform_order_id:
                return at
        raise NotFound(what="order", name=platform_order_id)

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        yield Page((), (), None, None)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        at = self._at(platform_order_id)
        reference, placed, when = self.orders[at]
        self.orders[at] = (reference, replace(placed, cancelled=True), when)
        self.cancelled.append(order)
        return self.orders[at][1]

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        self._at(platform_order_id)
        self._point("refund.before")
        self.refunds.append((platform_order_id, refund.reference, refund.amount))
        self.refunded.append(order)
        self._point("refund.committed")
        return PlacedRefund(f"refund-{len(self.refunds)}", refund.amount, self.goods_back)

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        self._point("look_up")
        for at, (known, reference, amount) in enumerate(self.refunds):
            if (known, reference) == (platform_order_id, refund.reference):
                return PlacedRefund(f"refund-{at + 1}", amount, self.goods_back)
        return None


def lost() -> OutcomeUnknown:
    """The answer that never came."""
    return OutcomeUnknown(evidence="no answer within 30 seconds")
