"""What staff do with a placed order on Sylius: mark it paid, handed over, given back or cancelled. Used by orders."""

from __future__ import annotations

from typing import Any

from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.orders import PlacedOrder
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import ADMIN, Rest, key
from tillbridge.platforms.sylius.order_finding import ORDERS
from tillbridge.platforms.sylius.order_mapping import map_placed
from tillbridge.platforms.sylius.shop_facts import hands_over

_OPEN = ("awaiting_payment", "authorized", "partially_authorized", "partially_paid")


class AfterSale:
    """Every step is a state: done twice, the shop refuses the second, so a fresh read decides what became of it."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest

    async def raw(self, token: str) -> Any:
        """A fresh read's JSON. Raises NotFound when there is no such order."""
        try:
            return await self._rest.get(f"{ORDERS}/{key(token)}", "order.read")
        except NotFound as error:
            raise NotFound(what="order", name=token) from error

    async def order(self, token: str) -> wire.Order:
        """A fresh read. Raises NotFound when there is no such order."""
        return parse(wire.Order, await self.raw(token), "$")

    async def payments(self, token: str) -> list[wire.Payment]:
        """The order's payments, cancelled and failed ones too."""
        rows = await self._rest.rows(f"{ORDERS}/{key(token)}/payments", "order.payments")
        return [parse(wire.Payment, row, f"$[{at}]") for at, row in enumerate(rows)]

    async def settle(self, token: str) -> PlacedOrder:
        """Mark a placed order as paid, and as handed over where the operator chose so; then read it anew.

        Raises OutcomeUnknown when the shop does not show it as paid.
        """
        node = await self.order(token)
        if node.state != "cancelled":
            if node.paymentState in _OPEN:
                for payment in node.payments:
                    await self._step(f"{ADMIN}/payments/{payment.id}/complete", "order.pay")
            if hands_over(self._session) and node.shippingState == "ready":
                for shipment in node.shipments:
                    await self._step(f"{ADMIN}/shipments/{shipment.id}/ship", "order.hand_over")
        placed = map_placed(await self.raw(token))
        if not (placed.paid or placed.cancelled):
            raise OutcomeUnknown(evidence=f"placed as {placed.number}, and the shop does not show it as paid")
        return placed

    async def give_back(self, node: wire.Order) -> bool:
        """Mark what was paid as refunded; False when it was before. Raises PlatformRefused when the shop does not."""
        begun = False
        for payment in await self.payments(node.tokenValue):
            if payment.state == "completed":
                begun = True
                await self._step(f"{ADMIN}/payments/{payment.id}/refund", "refund.create")
        if any(each.state == "completed" for each in await self.payments(node.tokenValue)):
            reason = "the shop did not mark the payment as refunded"
            raise PlatformRefused(field="payment", code="not_refunded", reason=reason)
        return begun

    async def cancel(self, token: str) -> PlacedOrder:
        """Cancel, which puts the goods back. Raises PlatformRefused when the shop does not."""
        await self._step(f"{ORDERS}/{key(token)}/cancel", "order.cancel")
        placed = map_placed(await self.raw(token))
        if not placed.cancelled:
            raise PlatformRefused(field="order", code="not_cancellable", reason="the shop did not cancel the order")
        return placed

    async def _step(self, path: str, action: str) -> None:
        """One step; a refusal mostly means that it was done before, and the read that follows tells."""
        try:
            await self._rest.patch(path, action, {})
        except PlatformRefused:
            return
