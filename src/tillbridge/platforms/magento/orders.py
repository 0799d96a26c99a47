"""Orders on Magento: importing paid sales once, finding them, cancelling, refunding. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.net.client import Repeat
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.magento import marks, shop_facts, wire
from tillbridge.platforms.magento.calls import Rest, Where, since
from tillbridge.platforms.magento.coupons import Counter
from tillbridge.platforms.magento.customers import account
from tillbridge.platforms.magento.dialect import TAKEN
from tillbridge.platforms.magento.goods_check import check_goods
from tillbridge.platforms.magento.order_mapping import map_order, map_placed
from tillbridge.platforms.magento.order_writing import Buyer, order_body
from tillbridge.platforms.magento.refund_writing import amount_left, remaining
from tillbridge.platforms.magento.refunds import Refunds
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse

ORDER_HANDLE = "order"
_ORDERS = "/orders"


class MagentoOrderService:
    """Our reference is the order's number, which the shop takes once: it refuses a repeated import itself."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._counter = Counter(self._rest)
        self._refunds = Refunds(session, self._rest)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Import a paid sale: paid and complete in one call, without mails; then count its code, then a fresh read."""
        skus = await check_goods(self._rest, order)
        buyer = await self._buyer(order)
        use = await self._counter.next_use(order)
        body = order_body(order, shop_facts.store_id(self._session), skus, buyer, use)
        order_id = await self._import(order, body)
        await checkpoint(Handle(ORDER_HANDLE, order_id))
        try:
            return await self._finished(order_id)
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"created as {order_id}, but not finished: {error}") from error

    async def _import(self, order: Order, body: dict[str, Any]) -> str:
        """The id of the order. One that is there already under this number is that sale."""
        try:
            answer = await self._rest.post(_ORDERS, "order.create", body)
        except PlatformRefused as refusal:
            if refusal.params.get("code") != TAKEN or (known := await self._by_reference(order.reference)) is None:
                raise
            return known
        found = answer.get("entity_id") if isinstance(answer, dict) else None
        if not isinstance(found, int | str) or not str(found).isdigit():
            raise OutcomeUnknown(evidence="the shop answered the create without naming the order")
        return str(found)

    async def _buyer(self, order: Order) -> Buyer | None:
        """The shop's account of the customer, by e-mail."""
        if order.customer is None or not order.customer.email:
            return None
        found = await account(self._rest, order.customer.email, shop_facts.website_id(self._session))
        if found is None:
            return None
        known = parse(wire.Customer, found, "$")
        return Buyer(known.id, known.group_id)

    async def _finished(self, order_id: str) -> PlacedOrder:
        """Count the code's use, if it is not counted yet, and read the order."""
        raw = await self._raw(order_id)
        use = marks.use_of(parse(wire.Order, raw, "$").payment.additional_information)
        return map_placed(raw, code_counted=await self._counter.count(use))

    async def _by_reference(self, reference: str) -> str | None:
        """The id of the order with our number, in any store view."""
        groups = ((Where("increment_id", reference),),)
        rows = await self._rest.rows(_ORDERS, "order.look_up", groups, fields="items[entity_id,increment_id]")
        known = [parse(wire.OrderNumber, row, f"$.items[{at}]") for at, row in enumerate(rows)]
        return next((str(each.entity_id) for each in known if each.increment_id == reference), None)

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By number. "Not there" may be believed at once: should the send still arrive, the shop takes only one.

        A code that a crash left uncounted is counted.
        """
        found = await self._by_reference(order.reference)
        if found is None:
            evidence = f"no order numbered {order.reference}; the shop takes that number only once"
            return LookUp(None, certain=True, evidence=evidence)
        placed = await self._finished(found)
        return LookUp(placed, certain=True, evidence=f"found as order {found}, numbered {placed.number}")

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when the shop has no such order."""
        raw = await self._raw(platform_order_id)
        use = marks.use_of(parse(wire.Order, raw, "$").payment.additional_information)
        return map_placed(raw, code_counted=await self._counter.is_counted(use))

    async def _raw(self, order_id: str) -> Any:
        try:
            return await self._rest.get(f"{_ORDERS}/{order_id}", "order.read")
        except NotFound as error:
            raise NotFound(what="order", name=order_id) from error

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by id, or those that changed; own pushes come along with their reference and origin POS."""
        zone = self._session.connection.zone or "UTC"
        groups = since(changed_since)
        async for page in self._rest.pages(_ORDERS, "order.list", groups, "entity_id", cursor_page(cursor)):
            fine, refused = sort_out(page.rows, "$", lambda each, path: map_order(each, path, zone))
            newest = wire.newest(each.updated_at for each in fine)
            yield Page(fine, refused, newest, str(page.number + 1) if page.more else None)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Close the order: cancelled while unpaid, else by a credit memo of all that is left, goods put back.

        Repeating changes nothing, and finishes what a crash left undone.
        """
        node = parse(wire.Order, await self._raw(platform_order_id), "$")
        if not node.total_paid:
            # the shop says false to what it cancelled already, so it may be asked again
            await self._rest.post(f"{_ORDERS}/{platform_order_id}/cancel", "order.cancel", repeat=Repeat.SAFE)
            return await self.read_placed(platform_order_id, order.currency)
        reference, lines = f"{order.reference}-CANCEL", remaining(node, order)
        if lines and amount_left(node):
            await self._refunds.book_with_goods(order, node, Refund(reference, amount_left(node), lines, reason))
        else:
            await self._refunds.finish_goods(order, platform_order_id, reference)
        return await self.read_placed(platform_order_id, order.currency)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Book money given back at the till. A booked one stays as it is; goods are put back by stock jobs."""
        if booked := await self.look_up_refund(order, platform_order_id, refund):
            return booked
        node = parse(wire.Order, await self._raw(platform_order_id), "$")
        return await self._refunds.book(order, node, refund)

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The refund that carries the reference."""
        return await self._refunds.find(platform_order_id, refund.reference, order.currency)
