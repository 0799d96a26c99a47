"""Orders on Shopify: recording paid sales once, finding them again, cancelling and refunding. Built by the registry."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.shopify import spec
from tillbridge.platforms.shopify.calls import Graph, Json, cursor_of
from tillbridge.platforms.shopify.dialect import KEY_SPENT, UserErrors
from tillbridge.platforms.shopify.order_mapping import map_order, map_placed, map_refund
from tillbridge.platforms.shopify.order_writing import order_variables
from tillbridge.platforms.shopify.reading import dig, records, text, text_or_none
from tillbridge.platforms.shopify.refund_writing import refund_input
from tillbridge.platforms.shopify.search import changed_since_query, term

ORDER_HANDLE = "order"
_SHORTEST_WAIT = 2.0
_JOB_PAUSE, _JOB_LOOKS = 1.0, 60
_REFUND_KEYS = 5
_WINDOW_MARGIN = timedelta(days=1)


class ShopifyOrderService:
    """Exactly once by a unique metafield with our reference. Totals are ours to the cent."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._graph = Graph(session)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale. A reference Shopify already knows answers with the order that carries it."""
        try:
            data = await self._graph.change("OrderCreate", **order_variables(order, self._location(order.location)))
        except UserErrors as refusal:
            if (found := await self._twin(order, refusal)) is None:
                raise
            return found
        created = data["orderCreate"]["order"] if isinstance(data.get("orderCreate"), dict) else None
        if not isinstance(created, dict) or not isinstance(created.get("id"), str):
            raise OutcomeUnknown(evidence="Shopify answered the create without naming the order")
        await checkpoint(Handle(ORDER_HANDLE, created["id"]))
        try:
            return await self.read_placed(created["id"], order.currency)
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"created as {created['id']}, but not read back: {error}") from error

    async def _twin(self, order: Order, refusal: UserErrors) -> PlacedOrder | None:
        """The order that made Shopify refuse our reference as taken."""
        if not any("metafields" in row.field for row in refusal.rows):
            return None
        found = await self._by_reference(order.reference)
        return await self.read_placed(found, order.currency) if found else None

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the order's own id, then by the unique metafield at once, then by the search index, which lags."""
        for handle in handles:
            if handle.kind == ORDER_HANDLE and (placed := await self._read(handle.external_id, order.currency)):
                return LookUp(placed, certain=True, evidence=f"found as {placed.number} by its id")
        direct = True
        try:
            found = await self._by_reference(order.reference)
        except PlatformRefused:
            # the shop has no such field: not prepared, or the field was removed
            direct, found = False, None
        found = found or await self._by_search(order.reference)
        if found and (placed := await self._read(found, order.currency)):
            return LookUp(placed, certain=True, evidence=f"found as {placed.number} by reference {order.reference}")
        return self._absent(order, sent_at, direct=direct)

    def _absent(self, order: Order, sent_at: datetime, *, direct: bool) -> LookUp:
        passed = self._session.clock.now() - sent_at
        if passed > spec.ORDER_WINDOW - _WINDOW_MARGIN and not self._sees_all_orders():
            evidence = "the app may only see orders of the last 60 days; this one was sent before that"
            return LookUp(None, certain=False, evidence=evidence)
        wait = spec.LOOK_UP_WAIT if direct else spec.SEARCH_WAIT
        how = "the reference field" if direct else "the search index, which lags"
        if passed < wait:
            left = max(_SHORTEST_WAIT, (wait - passed).total_seconds())
            return LookUp(None, certain=False, evidence=f"not seen yet by {how}", ask_again_in=left)
        return LookUp(None, certain=True, evidence=f"no order with reference {order.reference} by {how}")

    def _sees_all_orders(self) -> bool:
        return spec.ALL_ORDERS_SCOPE in self._session.connection.facts.get("scopes", "").split(",")

    async def _by_reference(self, reference: str) -> str | None:
        data = await self._graph.ask(
            "OrderByOurReference", namespace=spec.METAFIELD_NAMESPACE, key=spec.METAFIELD_KEY, value=reference
        )
        found = data.get("orderByIdentifier")
        return text(found, "id") if found else None

    async def _by_search(self, reference: str) -> str | None:
        data = await self._graph.ask("OrdersBySourceIdentifier", query=term("source_identifier", reference))
        for each in records(data, "orders.nodes"):
            if text_or_none(each, "sourceIdentifier") == reference:
                return text(each, "id")
        return None

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when Shopify has no such order."""
        placed = await self._read(platform_order_id, currency)
        if placed is None:
            raise NotFound(what="order", name=platform_order_id)
        return placed

    async def _read(self, order_id: str, currency: str) -> PlacedOrder | None:
        raw = await self._raw(order_id)
        return None if raw is None else map_placed(raw, "$.order", currency)

    async def _raw(self, order_id: str) -> Json | None:
        """The order's JSON with all its lines; None when there is none."""
        raw = (await self._graph.ask("OrderById", id=order_id)).get("order")
        return await self._whole(raw) if raw else None

    async def _whole(self, raw: Json) -> Json:
        """An order with the lines its first page left out."""
        nodes = list(records(raw, "lineItems.nodes"))
        if after := cursor_of(dig(raw, "lineItems.pageInfo")):
            rest = self._graph.nodes("OrderLinesPage", "order.lineItems", after, id=dig(raw, "id"))
            nodes += [each async for each in rest]
        return {**raw, "lineItems": {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}}

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by last change, whole; own pushes come along with their reference and origin POS."""
        query = changed_since_query(changed_since)
        read = partial(records, path="orders.nodes")
        async for raw, following in self._graph.pages("OrdersPage", cursor, read, query=query):
            whole = [await self._whole(each) if _has_more_lines(each) else each for each in raw]
            yield self._page(whole, following)

    def _page(self, raw: list[Json], following: str | None) -> Page[Order]:
        zone = self._session.connection.zone or "UTC"
        fine, refused = sort_out(raw, "$.orders.nodes", lambda each, path: map_order(each, path, zone))
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, refused, newest, following)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Cancel, put back stock the create took, give back the money on paper. Repeating changes nothing."""
        placed = await self.read_placed(platform_order_id, order.currency)
        if placed.cancelled:
            return placed
        try:
            data = await self._graph.change(
                "OrderCancel",
                orderId=platform_order_id,
                reason="STAFF",
                restock=placed.stock is not StockEffect.NOT_LOWERED,
                refundMethod={"originalPaymentMethodsRefund": True},
                staffNote=f"{order.reference} {reason}".strip()[:255],
            )
        except UserErrors:
            # refused because an earlier try of ours got through meanwhile
            if not (again := await self.read_placed(platform_order_id, order.currency)).cancelled:
                raise
            return again
        await self._wait_for_job(dig(data, "orderCancel.job"))
        return await self._read_cancelled(platform_order_id, order.currency)

    async def _wait_for_job(self, job: Json | None) -> None:
        """Shopify cancels in the background."""
        for _ in range(_JOB_LOOKS):
            if job is None or job.get("done"):
                return
            await self._session.clock.sleep(_JOB_PAUSE)
            job = (await self._graph.ask("JobDone", id=dig(job, "id"))).get("job")
        raise OutcomeUnknown(evidence="Shopify is still cancelling the order")

    async def _read_cancelled(self, order_id: str, currency: str) -> PlacedOrder:
        placed = await self.read_placed(order_id, currency)
        if not placed.cancelled:
            raise PlatformRefused(
                field="order", code="NOT_CANCELLED", reason="Shopify finished the cancellation without cancelling"
            )
        return placed

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Give back money on paper and goods where the lines say so. A booked reference is answered as it is."""
        raw = await self._known(platform_order_id)
        if booked := map_refund(raw, refund.reference, "$.order", order.currency):
            return booked
        await self._send_refund(refund_input(raw, order, refund, self._location(order.location)))
        try:
            placed = await self.look_up_refund(order, platform_order_id, refund)
        except TillbridgeError as error:
            # the money is booked: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"refunded, but not read back: {error}") from error
        if placed is None:
            raise OutcomeUnknown(evidence="refunded, but the order does not show it yet")
        return placed

    async def _send_refund(self, given: Json) -> None:
        """Once per input: the key is made of it, so that a refund changed meanwhile is not answered with the old one.

        A key whose first try was refused is spent for a day; the next one booked nothing so far either.
        """
        name = json.dumps(given, sort_keys=True)
        for number in range(_REFUND_KEYS):
            key = str(uuid5(NAMESPACE_URL, f"refund:{number}:{name}"))
            try:
                await self._graph.change("RefundCreate", input=given, key=key)
            except UserErrors as refusal:
                if number + 1 < _REFUND_KEYS and refusal.has(KEY_SPENT):
                    continue
                raise
            return

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """By the reference its note begins with."""
        return map_refund(await self._known(platform_order_id), refund.reference, "$.order", order.currency)

    async def _known(self, order_id: str) -> Json:
        raw = await self._raw(order_id)
        if raw is None:
            raise NotFound(what="order", name=order_id)
        return raw

    def _location(self, name: str) -> str:
        """Shopify's location for one of ours: its own mapping, else the one chosen at preparation."""
        facts = self._session.connection.facts
        return facts.get(f"location:{name}", "") or facts.get("location_id", "")


def _has_more_lines(raw: Json) -> bool:
    info = raw.get("lineItems", {}).get("pageInfo") if isinstance(raw.get("lineItems"), dict) else None
    return isinstance(info, dict) and info.get("hasNextPage") is True
