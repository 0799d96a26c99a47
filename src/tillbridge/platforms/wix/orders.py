"""Orders on Wix: created, paid and handed over once, found again, cancelled, refunded. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from tillbridge.domain.errors import (
    Drift,
    MissingPermission,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    TillbridgeError,
)
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire_offers, wire_orders
from tillbridge.platforms.wix.calls import BY_CHANGE, ORDERS, Api, changed, record_of
from tillbridge.platforms.wix.coupons import find_coupon
from tillbridge.platforms.wix.goods_check import Levels, StockWatch, check_goods
from tillbridge.platforms.wix.order_finding import Finder
from tillbridge.platforms.wix.order_mapping import (
    CANCELED,
    NOT_FULFILLED,
    is_paid,
    map_order,
    map_placed,
    map_refund,
)
from tillbridge.platforms.wix.order_writing import Circumstances, codes_of, handed_over, order_body, payments_body
from tillbridge.platforms.wix.refund_writing import refund_body
from tillbridge.platforms.wix.shop_facts import location, names_shoppers
from tillbridge.platforms.wix.spec import LOOK_UP_STEPS, LOOK_UP_WAIT

ORDER_HANDLE = "order"
_ORDERS = "/ecom/v1/orders"


class WixOrderService:
    """No idempotency on this platform: one create, then looking for the reference it carries."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)
        self._finder = Finder(self._api)
        self._watch = StockWatch(session)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale in three calls: the order, its payments, the hand-over; then a fresh read."""
        skew = timedelta(seconds=self._session.api.clock_skew or 0)
        at = Circumstances(names_shoppers(self._session), self._session.clock.now() + skew)
        body = order_body(order, at, await self._coupon(order))
        await check_goods(self._api, order)
        before = await self._watch.levels(order) if self._watch.needed else None
        answer = await self._api.post(_ORDERS, "order.create", body)
        try:
            created = parse(wire_orders.Order, record_of(answer, "order"), "$.order").id
        except Drift as error:
            raise OutcomeUnknown(evidence=f"Wix answered the create in another shape: {error}") from error
        await checkpoint(Handle(ORDER_HANDLE, created))
        try:
            await self._pay(order, created, Money.zero(order.currency))
            await self._hand_over(order, created)
            return await self._fresh(order, created, before)
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"created as {created}, but not finished: {error}") from error

    async def _coupon(self, order: Order) -> wire_offers.Coupon | None:
        """The coupon of a sale's one code, so that the order names it. A code Wix lacks goes out in words."""
        codes = codes_of(order)
        return await find_coupon(self._api, codes[0]) if len(codes) == 1 else None

    async def _pay(self, order: Order, order_id: str, booked: Money) -> None:
        """Book what is not booked yet. Never repeated by itself: a lost answer is looked up."""
        body = payments_body(order, booked)
        if body is not None:
            await self._api.post(f"/ecom/v1/payments/orders/{order_id}/add-payment", "order.pay", body)

    async def _hand_over(self, order: Order, order_id: str) -> None:
        """Say that the goods left the shop. Said twice it is refused; without the right to say it, it is left."""
        path = f"/ecom/v1/fulfillments/orders/{order_id}/create-fulfillment"
        with suppress(PlatformRefused, MissingPermission, NotFound):
            await self._api.post(path, "order.hand_over", handed_over(order))

    async def _fresh(self, order: Order, order_id: str, before: Levels | None) -> PlacedOrder:
        node = await self._finder.by_id(order_id)
        if not is_paid(node) and node.status != CANCELED:
            await self._session.clock.sleep(LOOK_UP_STEPS[0])
            node = await self._finder.by_id(order_id)
        if not is_paid(node) and node.status != CANCELED:
            raise OutcomeUnknown(evidence=f"Wix shows it as {node.paymentStatus} after it was paid")
        stock = self._watch.effect(order) if before is None else await self._watch.compare(order, before)
        return self._placed(node, stock)

    def _placed(self, node: wire_orders.Order, stock: StockEffect) -> PlacedOrder:
        return map_placed(node, stock, location(self._session))

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the order's own id, then by reference. "Not there" counts only after the waiting time, so it looks twice.

        An order found unpaid or not handed over is finished.
        """
        found = [each.external_id for each in handles if each.kind == ORDER_HANDLE]
        for order_id in found:
            with suppress(NotFound):
                return await self._found(order, [order_id], sent_at)
        ids = await self._finder.by_reference(order.reference)
        if ids:
            return await self._found(order, ids, sent_at)
        evidence = f"no order with reference {order.reference}"
        waited = (self._session.clock.now() - sent_at).total_seconds()
        left = LOOK_UP_WAIT.total_seconds() - waited
        if left > 0:
            first, later = LOOK_UP_STEPS
            step = min(first if waited < first else later, max(left, first))
            return LookUp(None, certain=False, evidence=f"{evidence} so far", ask_again_in=step)
        return LookUp(None, certain=True, evidence=f"{evidence}, pending ones included")

    async def _found(self, order: Order, ids: Sequence[str], sent_at: datetime) -> LookUp:
        node = await self._finder.by_id(ids[0])
        left = LOOK_UP_STEPS[1] - (self._session.clock.now() - sent_at).total_seconds()
        if left > 0 and not is_paid(node) and node.status != CANCELED:
            # add-payment knows no key, so one still under way must not be joined by a second
            evidence = f"found as {node.number}; its payment may be under way"
            return LookUp(None, certain=False, evidence=evidence, ask_again_in=max(left, LOOK_UP_STEPS[0]))
        if node.status != CANCELED:
            await self._finish(order, node)
            node = await self._finder.by_id(ids[0])
        if not is_paid(node) and node.status != CANCELED:
            evidence = f"found as {node.number}, paid by us, and still shown as {node.paymentStatus}"
            return LookUp(None, certain=False, evidence=evidence, ask_again_in=LOOK_UP_STEPS[1])
        more = f"; also {', '.join(ids[1:])} with the same reference" if ids[1:] else ""
        placed = self._placed(node, self._watch.effect(order))
        return LookUp(placed, certain=True, evidence=f"found as {node.number} by {order.reference}{more}")

    async def _finish(self, order: Order, node: wire_orders.Order) -> None:
        """The steps a crash left undone. Payments are listed first, so that none is booked twice."""
        if not is_paid(node):
            known = await self._finder.transactions(node.id)
            booked = sum((each.booked for each in known.payments if each.approved), Decimal(0))
            await self._pay(order, node.id, Money(booked, order.currency))
        if node.fulfillmentStatus in ("", NOT_FULFILLED):
            await self._hand_over(order, node.id)

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when the site has no such order."""
        return self._placed(await self._finder.by_id(platform_order_id), self._watch.known())

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by last change; own pushes come along with their reference and origin POS.

        Wix leaves out what a shopper has not finished.
        """
        zone = self._session.connection.zone or "UTC"
        pages = self._api.pages(ORDERS, "order.list", changed(changed_since), sort=BY_CHANGE, start=cursor)
        async for page in pages:
            fine, refused = sort_out(page.rows, "$.orders", lambda each, path: map_order(each, path, zone))
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.following)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Cancel, put back the goods, tell nobody. An order cancelled already is left as it is."""
        node = await self._finder.by_id(platform_order_id)
        if node.status != CANCELED:
            body = {"sendOrderCanceledEmail": False, "restockAllItems": True}
            await self._api.post(f"{_ORDERS}/{platform_order_id}/cancel", "order.cancel", body)
            node = await self._finder.by_id(platform_order_id)
        return self._placed(node, self._watch.effect(order))

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Book money given back at the till, once. A booked reference stays as it is."""
        node = await self._finder.by_id(platform_order_id)
        known = await self._finder.transactions(platform_order_id)
        if booked := map_refund(known, refund.reference, order.currency):
            return booked
        body = refund_body(node, known, order, refund)
        await self._api.post("/ecom/v1/order-billing/refund-payments", "refund.create", body)
        try:
            placed = await self.look_up_refund(order, platform_order_id, refund)
        except TillbridgeError as error:
            # the money is booked: anything but "unknown" would let it be booked again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if placed is None:
            raise OutcomeUnknown(evidence="Wix booked the refund and does not list it")
        return placed

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The refund that carries the reference."""
        known = await self._finder.transactions(platform_order_id)
        return map_refund(known, refund.reference, order.currency)
