"""Orders on WooCommerce: recording paid sales once, finding them, cancelling, refunding. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.calls import BY_ID, Rest, since_query
from tillbridge.platforms.woocommerce.coupons import find_coupon, still_valid
from tillbridge.platforms.woocommerce.dialect import DRAFT_PARAM
from tillbridge.platforms.woocommerce.goods_check import check_goods
from tillbridge.platforms.woocommerce.order_finding import UNFINISHED, Finder
from tillbridge.platforms.woocommerce.order_mapping import map_order, map_placed, map_refund
from tillbridge.platforms.woocommerce.order_writing import Circumstances, order_body, reproduces
from tillbridge.platforms.woocommerce.refund_writing import refund_body
from tillbridge.platforms.woocommerce.shop_facts import circumstances, links_customers
from tillbridge.platforms.woocommerce.spec import LOOK_UP_WAIT
from tillbridge.platforms.writing import codes_of

ORDER_HANDLE = "order"
_ORDERS = "/wc/v3/orders"
_SHORTEST_WAIT = 5.0
_HIDDEN = UNFINISHED | {"trash"}


class WooCommerceOrderService:
    """No idempotency on this platform: one create, then looking for the reference it carries."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._finder = Finder(session, self._rest)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale: completed, without e-mail address, so that no mail leaves; then a fresh read.

        A code goes out as a code only where the shop arrives at the till's total with it.
        """
        at = circumstances(self._session)
        await check_goods(self._rest, order)
        customer_id = await self._account(order)
        coupons = await self._coupons(order, at)
        try:
            created = await self._create(order_body(order, at, coupons))
        except PlatformRefused as refusal:
            await self._remove_draft(order, refusal)
            if not (coupons and refusal.params.get("field") == "coupon"):
                raise
            created = await self._create(order_body(order, at))
        await checkpoint(Handle(ORDER_HANDLE, created))
        try:
            await self._link(created, customer_id)
            return await self.read_placed(created, order.currency)
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"created as {created}, but not finished: {error}") from error

    async def _create(self, body: Mapping[str, Any]) -> str:
        answer = await self._rest.post(_ORDERS, "order.create", body)
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
            raise OutcomeUnknown(evidence="the shop answered the create without naming the order")
        return str(answer["id"])

    async def _coupons(self, order: Order, at: Circumstances) -> tuple[wire.Coupon, ...]:
        """The coupons to send as codes; none when the shop would not arrive at the till's total or refuse them."""
        codes = codes_of(order)
        if len(codes) != 1:
            return ()
        found = await find_coupon(self._rest, codes[0])
        if found is None or not still_valid(found, order, self._session.clock.now()):
            return ()
        return (found,) if reproduces(order, at, (found,)) else ()

    async def _remove_draft(self, order: Order, refusal: PlatformRefused) -> None:
        """A refused create leaves an order behind: named since 10.0, before that found by its reference."""
        drafts = [refusal.params[DRAFT_PARAM]] if DRAFT_PARAM in refusal.params else []
        if not drafts:
            rows = await self._finder.by_reference(order.reference, self._session.clock.now())
            drafts = [str(row["id"]) for row in rows if row.get("status") in UNFINISHED]
        for draft in drafts:
            await self._remove(draft)

    async def _remove(self, order_id: str) -> None:
        try:
            await self._rest.delete(f"{_ORDERS}/{order_id}", "order.remove_draft")
        except NotFound:
            return

    async def _account(self, order: Order) -> int | None:
        """The shopper's account to link, when the operator chose to link accounts and the shop has one."""
        if order.customer is None or not order.customer.email or not links_customers(self._session):
            return None
        query = (("email", order.customer.email), ("role", "all"), ("_fields", "id"))
        rows = await self._rest.rows("/wc/v3/customers", "customer.find", query)
        return int(rows[0]["id"]) if rows else None

    async def _link(self, order_id: str, customer_id: int | None) -> None:
        """Only after the create: with an account the shop fills in its e-mail address and mails a receipt."""
        if customer_id is not None:
            await self._rest.put(f"{_ORDERS}/{order_id}", "order.link_customer", {"customer_id": customer_id})

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the order's own id, then by reference. "Not there" counts only after the waiting time, so it looks twice.

        What a crash left unpaid is removed once no create can be under way any more.
        """
        for handle in handles:
            if handle.kind == ORDER_HANDLE and (row := await self._row(handle.external_id)):
                return await self._settled(order, [row], sent_at)
        return await self._settled(order, await self._finder.by_reference(order.reference, sent_at), sent_at)

    async def _row(self, order_id: str) -> Mapping[str, Any] | None:
        try:
            row = await self._rest.get(f"{_ORDERS}/{order_id}", "order.look_up")
        except NotFound:
            return None
        return row if isinstance(row, dict) and row.get("status") != "trash" else None

    async def _settled(self, order: Order, rows: Sequence[Mapping[str, Any]], sent_at: datetime) -> LookUp:
        finished = [row for row in rows if row.get("status") not in UNFINISHED]
        if finished:
            return await self._found(order, finished)
        wait = (sent_at + LOOK_UP_WAIT - self._session.clock.now()).total_seconds()
        if wait > 0:
            evidence = "seen unfinished" if rows else f"no order with reference {order.reference} so far"
            return LookUp(None, certain=False, evidence=evidence, ask_again_in=max(wait, _SHORTEST_WAIT))
        for row in rows:
            await self._remove(str(row["id"]))
        evidence = f"no order with reference {order.reference}; orders in the trash cannot be seen"
        return LookUp(None, certain=True, evidence=evidence)

    async def _found(self, order: Order, rows: Sequence[Mapping[str, Any]]) -> LookUp:
        first = rows[0]
        if not first.get("customer_id"):
            await self._link(str(first["id"]), await self._account(order))
        placed = await self.read_placed(str(first["id"]), order.currency)
        more = f"; {len(rows) - 1} more carry the same reference" if len(rows) > 1 else ""
        return LookUp(placed, certain=True, evidence=f"found as {placed.number} by {order.reference}{more}")

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when the shop has no such order."""
        return map_placed(await self._raw(platform_order_id))

    async def _raw(self, order_id: str) -> Any:
        try:
            return await self._rest.get(f"{_ORDERS}/{order_id}", "order.read")
        except NotFound as error:
            raise NotFound(what="order", name=order_id) from error

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by id, drafts left out: by last change one that moves meanwhile would push another off its page.

        Own pushes come along with their reference and origin POS.
        """
        zone = self._session.connection.zone or "UTC"
        query = (*since_query(changed_since), ("status", "any"), *BY_ID)
        async for page in self._rest.pages(_ORDERS, "order.list", query, cursor_page(cursor)):
            raw = [row for row in page.rows if not (isinstance(row, dict) and row.get("status") in _HIDDEN)]
            fine, refused = sort_out(raw, "$", lambda each, path: map_order(each, path, zone))
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, str(page.number + 1) if page.more else None)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Cancel; the shop puts back what it took. Repeating changes nothing."""
        placed = await self.read_placed(platform_order_id, order.currency)
        if placed.cancelled:
            return placed
        body = {"status": "cancelled", "meta_data": [{"key": "tillbridge_cancelled", "value": reason}]}
        await self._rest.put(f"{_ORDERS}/{platform_order_id}", "order.cancel", body)
        return await self.read_placed(platform_order_id, order.currency)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Book money given back at the till, and goods where the lines say so. A booked reference stays as it is."""
        if booked := await self.look_up_refund(order, platform_order_id, refund):
            return booked
        node = parse(wire.Order, await self._raw(platform_order_id), "$")
        path = f"{_ORDERS}/{platform_order_id}/refunds"
        await self._rest.post(path, "refund.create", refund_body(node, order, refund))
        try:
            placed = await self.look_up_refund(order, platform_order_id, refund)
        except TillbridgeError as error:
            # the money is booked: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if placed is None:
            raise OutcomeUnknown(evidence="the shop booked the refund and does not list it")
        return placed

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The refund that carries the reference."""
        path = f"{_ORDERS}/{platform_order_id}/refunds"
        async for page in self._rest.pages(path, "refund.look_up"):
            if found := map_refund(page.rows, refund.reference, order.currency):
                return found
        return None
