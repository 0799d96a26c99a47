"""Orders on Squarespace: importing paid sales once, finding them, reading online ones. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tillbridge.domain.errors import CapabilityAbsent, NotFound, OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.squarespace.calls import Api, window
from tillbridge.platforms.squarespace.dialect import INSUFFICIENT_STOCK, VARIANT_GONE
from tillbridge.platforms.squarespace.order_finding import EVERY_STATE, ORDERS, Finder
from tillbridge.platforms.squarespace.order_mapping import is_test, map_order, map_placed
from tillbridge.platforms.squarespace.order_writing import by_name, key_of, order_body, unknown_goods
from tillbridge.platforms.squarespace.shop_facts import names_shoppers
from tillbridge.platforms.squarespace.spec import KEY_LIFE, LOOK_UP_WAIT, NO_CANCEL, NO_REFUND

ORDER_HANDLE, STOCK_LEFT_HANDLE = "order", "stock_left"
_SHORTEST_WAIT = 2.0
_REFUND = "Refunds of orders"


class SquarespaceOrderService:
    """The reference is the idempotency key, so a sale sent again within 48 hours is answered with its first order.

    Short of stock the platform refuses and places nothing; a paid sale then goes once more without moving stock, which
    is another body under another key. That key is kept first: from then on a look-up finishes it, and the sale never
    goes the first way again while the key lives.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)
        self._finder = Finder(self._api)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Import a paid sale as fulfilled, without a mail, lowering stock; then a fresh read.

        Raises OutcomeUnknown when the answer was lost, or when the key is known with another body.
        """
        try:
            created = await self._send(order, move_stock=True)
        except PlatformRefused as refusal:
            if refusal.params.get("code") != INSUFFICIENT_STOCK:
                raise
            await checkpoint(Handle(STOCK_LEFT_HANDLE, key_of(order, move_stock=False)))
            created = await self._send(order, move_stock=False)
        await checkpoint(Handle(ORDER_HANDLE, created))
        try:
            return _placed(await self._finder.by_id(created), order)
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"created as {created}, but not read back: {error}") from error

    async def _send(self, order: Order, *, move_stock: bool) -> str:
        body = order_body(order, move_stock=move_stock, with_email=names_shoppers(self._session))
        try:
            answer = await self._api.post(ORDERS, "order.create", body, key=key_of(order, move_stock=move_stock))
        except PlatformRefused as refusal:
            if refusal.params.get("code") == VARIANT_GONE:
                raise unknown_goods(order) from refusal
            raise
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise OutcomeUnknown(evidence="the shop answered the create without naming the order")
        return str(answer["id"])

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the order's own id, then by walking the orders since the sale. "Not there" counts after the waiting time.

        A sale that was about to go without stock is sent that way again, under its key, as long as the key lives.
        """
        for handle in handles:
            if handle.kind == ORDER_HANDLE and (placed := await self._by_id(handle.external_id, order)):
                return LookUp(placed, certain=True, evidence=f"found as {placed.number} by its own id")
        now = self._session.clock.now()
        row = await self._finder.by_reference(order.reference, min(order.sold_at, sent_at), now)
        if row is not None:
            placed = _placed(row, order)
            return LookUp(placed, certain=True, evidence=f"found as {placed.number} by {order.reference}")
        evidence = f"no order with reference {order.reference}"
        wait = (sent_at + LOOK_UP_WAIT - now).total_seconds()
        if wait > 0:
            return LookUp(None, certain=False, evidence=f"{evidence} so far", ask_again_in=max(wait, _SHORTEST_WAIT))
        if now < sent_at + KEY_LIFE and any(each.kind == STOCK_LEFT_HANDLE for each in handles):
            placed = _placed(await self._finder.by_id(await self._send(order, move_stock=False)), order)
            return LookUp(placed, certain=True, evidence=f"sent again under its key: {placed.number}")
        return LookUp(None, certain=True, evidence=evidence)

    async def _by_id(self, order_id: str, order: Order) -> PlacedOrder | None:
        try:
            return _placed(await self._finder.by_id(order_id), order)
        except NotFound:
            return None

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read with what was given back. Raises NotFound when the shop has no such order."""
        return map_placed(await self._finder.by_id(platform_order_id))

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by last change, without those of the test mode; own pushes come along with their reference."""
        zone = self._session.connection.zone or "UTC"
        since = window(changed_since, self._session.clock.now()) if changed_since else ()
        async for page in self._api.pages(ORDERS, "order.list", "result", (*since, *EVERY_STATE), cursor):
            rows = [row for row in page.rows if not is_test(row)]
            fine, refused = sort_out(rows, "$.result", lambda each, path: map_order(each, path, zone))
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.following)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Raises CapabilityAbsent: the merchant cancels in the panel."""
        raise CapabilityAbsent(capability="Cancelling orders", reason=NO_CANCEL)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Raises CapabilityAbsent: the merchant refunds in the panel."""
        raise CapabilityAbsent(capability=_REFUND, reason=NO_REFUND)

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """Raises CapabilityAbsent: no refund of ours can be there."""
        raise CapabilityAbsent(capability=_REFUND, reason=NO_REFUND)


def _placed(raw: Any, order: Order) -> PlacedOrder:
    """The order as read. Where it holds a service by name, whose stock nobody moved, stock must be read anew."""
    placed = map_placed(raw)
    return replace(placed, stock=StockEffect.UNKNOWN) if any(by_name(each) for each in order.lines) else placed
