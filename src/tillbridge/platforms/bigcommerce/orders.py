"""Orders on BigCommerce: recording paid sales once, finding them, cancelling, refunding. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tillbridge.domain.errors import NotFound, OutcomeUnknown, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.net.client import Repeat
from tillbridge.platforms.bigcommerce import marks, wire
from tillbridge.platforms.bigcommerce.calls import Api, joined, unwrapped
from tillbridge.platforms.bigcommerce.inventory import BigCommerceInventoryService
from tillbridge.platforms.bigcommerce.order_finding import ORDERS, WHOLE, Finder
from tillbridge.platforms.bigcommerce.order_mapping import (
    CANCELLED,
    INCOMPLETE,
    map_order,
    map_placed,
    map_refund,
    refunded,
)
from tillbridge.platforms.bigcommerce.order_writing import as_goods, order_body, totals_body
from tillbridge.platforms.bigcommerce.refund_writing import inventory_key, quote_body, refund_body
from tillbridge.platforms.bigcommerce.shop_facts import (
    CANCEL_RESTOCKS,
    STOCK_BEHAVIOUR,
    circumstances,
    links_customers,
    location,
)
from tillbridge.platforms.bigcommerce.spec import LOOK_UP_WAIT
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse, whole_id
from tillbridge.platforms.writing import moment

ORDER_HANDLE = "order"
_SHORTEST_WAIT = 2.0


class BigCommerceOrderService:
    """No idempotency on this platform: one create, then looking for the reference it carries."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)
        self._finder = Finder(self._api)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale: completed at once, without e-mail address, so that no mail leaves; then a fresh read."""
        body = order_body(order, circumstances(self._session), await self._account(order))
        created = await self._create(body)
        await checkpoint(Handle(ORDER_HANDLE, created))
        try:
            return await self._settled(order, await self._finder.by_id(created))
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"created as {created}, but not finished: {error}") from error

    async def _create(self, body: Mapping[str, Any]) -> str:
        answer = await self._api.post(ORDERS, "order.create", body)
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
            raise OutcomeUnknown(evidence="the shop answered the create without naming the order")
        return str(answer["id"])

    async def _account(self, order: Order) -> int | None:
        """The shopper's account to link, when the operator chose to link accounts and the shop has one."""
        if order.customer is None or not order.customer.email or not links_customers(self._session):
            return None
        query = (("email:in", order.customer.email), ("limit", "1"))
        rows = await self._api.rows("/v3/customers", "customer.find", query)
        return whole_id(rows[0]) if rows else None

    async def _settled(self, order: Order, raw: Any) -> PlacedOrder:
        """The order as it stands. Where the shop reckoned another total, the till's is set once more; repeatable."""
        placed = self._placed(raw, Money.zero(order.currency))
        if placed.total == order.totals.total or placed.cancelled:
            return placed
        body = {name: value for name, value in totals_body(order).items() if name != "discount_amount"}
        await self._api.put(f"{ORDERS}/{placed.platform_order_id}", "order.set_totals", body)
        return self._placed(await self._finder.by_id(placed.platform_order_id), Money.zero(order.currency))

    def _placed(self, raw: Any, given_back: Money) -> PlacedOrder:
        behaviour = self._session.connection.facts.get(STOCK_BEHAVIOUR)
        # a completed order lowers stock under either of the shop's two settings
        lowers = True if behaviour else None
        return map_placed(raw, given_back, lowers_stock=lowers, location=location(self._session))

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the order's own id, then by reference. "Not there" counts only after the waiting time."""
        for handle in handles:
            if handle.kind == ORDER_HANDLE and (row := await self._row(handle.external_id)):
                return await self._found(order, [row])
        rows = await self._finder.by_reference(order.reference)
        if rows:
            return await self._found(order, rows)
        evidence = f"no order with reference {order.reference}"
        wait = (sent_at + LOOK_UP_WAIT - self._session.clock.now()).total_seconds()
        if wait > 0:
            return LookUp(None, certain=False, evidence=f"{evidence} so far", ask_again_in=max(wait, _SHORTEST_WAIT))
        return LookUp(None, certain=True, evidence=evidence)

    async def _row(self, order_id: str) -> Any:
        try:
            return await self._finder.by_id(order_id)
        except NotFound:
            return None

    async def _found(self, order: Order, rows: Sequence[Mapping[str, Any]]) -> LookUp:
        first = rows[0]
        back = await self._given_back(str(whole_id(first)), order.currency)
        placed = self._placed(first, back) if back else await self._settled(order, first)
        more = f"; also {joined([whole_id(row) for row in rows[1:]])} with the same reference" if rows[1:] else ""
        return LookUp(placed, certain=True, evidence=f"found as {placed.number} by {order.reference}{more}")

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read with what was given back. Raises NotFound when the shop has no such order."""
        raw = await self._finder.by_id(platform_order_id)
        return self._placed(raw, await self._given_back(platform_order_id, currency))

    async def _given_back(self, order_id: str, currency: str) -> Money:
        return refunded(await self._refunds(order_id), currency)

    async def _refunds(self, order_id: str) -> list[Any]:
        return await self._api.rows(_refunds_path(order_id), "refund.list")

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by id, since sorted by date pages would shift while they are read; without unfinished carts.

        Own pushes come along with their reference and origin POS.
        """
        zone = self._session.connection.zone or "UTC"
        since = (("min_date_modified", moment(changed_since)),) if changed_since else ()
        query = (*since, ("sort", "id:asc"), *WHOLE)
        async for page in self._api.pages(ORDERS, "order.list", query, cursor):
            raw = [row for row in page.rows if not (isinstance(row, dict) and row.get("status_id") == INCOMPLETE)]
            fine, refused = sort_out(raw, "$", lambda each, path: map_order(each, path, zone))
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.following)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Cancel and put back the goods. Repeating changes nothing."""
        raw = await self._finder.by_id(platform_order_id)
        node = parse(wire.Order, raw, "$")
        if node.status_id != CANCELLED:
            notes = f"{node.staff_notes}\n{marks.notes({marks.CANCELLED: reason})}".strip()
            body = {"status_id": CANCELLED, "staff_notes": notes}
            await self._api.put(f"{ORDERS}/{platform_order_id}", "order.cancel", body)
            if self._session.connection.facts.get(CANCEL_RESTOCKS) == "no":
                sold = [(inventory_key(each), int(each.quantity)) for each in order.lines if as_goods(each)]
                await self._put_back(sold, order.reference)
        return await self.read_placed(platform_order_id, order.currency)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Book money given back at the till, once; goods are put back by stock jobs. A booked reference stays."""
        if booked := await self.look_up_refund(order, platform_order_id, refund):
            return booked
        node = parse(wire.Order, await self._finder.by_id(platform_order_id), "$")
        asked = quote_body(node, order, refund)
        path = f"/v3/orders/{platform_order_id}/payment_actions/refund_quotes"
        answer = await self._api.send("POST", path, "refund.quote", Repeat.SAFE, body=asked)
        quote = parse(wire.RefundQuote, unwrapped(answer.body, path), "$.data")
        body = refund_body(asked, quote, order, refund)
        await self._api.post(_refunds_path(platform_order_id), "refund.create", body)
        try:
            placed = await self.look_up_refund(order, platform_order_id, refund)
        except TillbridgeError as error:
            # the money is booked: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if placed is None:
            raise OutcomeUnknown(evidence="the shop booked the refund and does not list it")
        return placed

    async def _put_back(self, rows: Sequence[tuple[str, int]], reason: str) -> None:
        if rows:
            stock = BigCommerceInventoryService(self._session)
            await stock.move(rows, location(self._session), reason)

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The refund that carries the reference."""
        return map_refund(await self._refunds(platform_order_id), refund.reference, order.currency)


def _refunds_path(order_id: str) -> str:
    return f"/v3/orders/{order_id}/payment_actions/refunds"
