"""Orders on Sylius: recording paid sales once, finding them, cancelling, refunding. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tillbridge.domain.errors import (
    CapabilityAbsent,
    Conflict,
    NetworkFailure,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    TillbridgeError,
    TotalsDisagree,
)
from tillbridge.domain.money import Money
from tillbridge.domain.orders import (
    Checkpoint,
    Handle,
    LookUp,
    Order,
    PlacedOrder,
    PlacedRefund,
    Refund,
)
from tillbridge.net.paging import cursor_page
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.quarantine import sort_out
from tillbridge.platforms.sylius.after_sale import AfterSale
from tillbridge.platforms.sylius.calls import Rest, keyed
from tillbridge.platforms.sylius.cart import COMPLETED, Cart
from tillbridge.platforms.sylius.checkout import Checkout
from tillbridge.platforms.sylius.order_finding import CART_HANDLE, ORDERS, Finder, since_query
from tillbridge.platforms.sylius.order_mapping import map_order, map_placed
from tillbridge.platforms.sylius.order_writing import goods_of, notes_of
from tillbridge.platforms.sylius.shop_facts import zone
from tillbridge.platforms.sylius.spec import LOOK_UP_WAIT, WHOLE_REFUND_ONLY
from tillbridge.platforms.sylius.stock_room import StockRoom, put_back

_SHORTEST_WAIT = 5.0
_MOVED = "moved"
"""Cursor of the last page: orders of which only the payment moved."""


class SyliusOrderService:
    """A shopper's cart is filled, compared, completed once, then paid as staff. Its token is kept before all that."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._finder = Finder(session, self._rest)
        self._after = AfterSale(session, self._rest)

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale, then a fresh read. Raises TotalsDisagree with both totals when the shop's differs.

        Until the cart is completed nothing is placed, so whatever fails before is a plain failure, without look-up.
        """
        wanted = goods_of(order)
        room = StockRoom(self._rest, checkpoint)
        rows = await room.look(wanted)
        cart = await Cart.open(self._rest)
        await checkpoint(Handle(CART_HANDLE, cart.token))
        try:
            await room.make(wanted, rows)
            checkout = Checkout(self._session, cart, order)
            counted = await checkout.prepare(wanted)
        except TillbridgeError as error:
            await self._withdraw(cart, room.raised)
            raise _nothing_placed(error) from error
        await self._place(cart, order, room, counted=counted)
        return await self._finished(cart.token)

    async def _place(self, cart: Cart, order: Order, room: StockRoom, *, counted: bool) -> None:
        """Complete the cart. Only a lost answer leaves it as it is; a refusal takes everything back."""
        try:
            await self._complete(cart, order, notes_of(order, counted=counted))
        except OutcomeUnknown:
            raise
        except PlatformRefused as refusal:
            moved = await self._moved(cart, order)
            await self._withdraw(cart, room.raised)
            raise moved or refusal from refusal
        except TillbridgeError as error:
            await self._withdraw_unless_placed(cart, room, error)

    async def _complete(self, cart: Cart, order: Order, notes: str) -> None:
        """Somebody else at the same goods places nothing, so that is answered by asking once more."""
        try:
            node = await cart.complete(notes)
        except Conflict:
            self._compare(order, (await cart.read()).total)
            node = await cart.complete(notes)
        if node.checkoutState != COMPLETED:
            raise PlatformRefused(field="order", code="not_completed", reason="the shop did not place the order")

    def _compare(self, order: Order, minor: int) -> None:
        theirs = Money.of_minor(minor, order.currency)
        if theirs != order.totals.total:
            raise TotalsDisagree(ours=order.totals.total, theirs=theirs)

    async def _moved(self, cart: Cart, order: Order) -> TotalsDisagree | None:
        """A refused completion also reckons the cart anew; a total that moved by it says more than the refusal."""
        try:
            self._compare(order, (await cart.read()).total)
        except TotalsDisagree as found:
            return found
        except TillbridgeError:
            return None
        return None

    async def _withdraw_unless_placed(self, cart: Cart, room: StockRoom, error: TillbridgeError) -> None:
        """An answer that does not fit, or a 404, may stand for an order that is there."""
        token, _ = await self._finder.placed([Handle(CART_HANDLE, cart.token)])
        if token:
            return
        await self._withdraw(cart, room.raised)
        raise _nothing_placed(error)

    async def _withdraw(self, cart: Cart, handles: Sequence[Handle]) -> None:
        """Leave nothing behind, as far as the shop can be reached; the look-up does it later otherwise."""
        await cart.let_go()
        try:
            await put_back(self._rest, handles)
        except TillbridgeError:
            return

    async def _finished(self, token: str) -> PlacedOrder:
        try:
            return await self._after.settle(token)
        except OutcomeUnknown:
            raise
        except TillbridgeError as error:
            # the order is there: anything but "unknown" would let it be sent again
            raise OutcomeUnknown(evidence=f"placed, but not marked as paid yet: {error}") from error

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the tokens kept, then by notes. What is placed but unpaid is paid; carts are thrown away after the wait.

        A cart that still is one counts as "not there" only once no completion can be under way any more.
        """
        token, open_carts = await self._finder.placed(handles)
        if token:
            return await self._found(token, "by its cart")
        wait = (sent_at + LOOK_UP_WAIT - self._session.clock.now()).total_seconds()
        if open_carts and wait > 0:
            evidence = f"{len(open_carts)} cart of this sale is not placed so far"
            return LookUp(None, certain=False, evidence=evidence, ask_again_in=max(wait, _SHORTEST_WAIT))
        for cart in open_carts:
            await cart.delete()
        # between the look and the deletion a completion may have come through after all
        token, _ = await self._finder.placed(handles)
        if token := token or await self._finder.by_notes(order.reference, sent_at):
            return await self._found(token, "by its notes or cart")
        await put_back(self._rest, handles)
        return LookUp(None, certain=True, evidence=f"no order of its carts, none with reference {order.reference}")

    async def _found(self, token: str, how: str) -> LookUp:
        placed = await self._after.settle(token)
        return LookUp(placed, certain=True, evidence=f"found as {placed.number} {how}")

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when the shop has no such order."""
        return map_placed(await self._after.raw(platform_order_id))

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders of all channels as they were placed, own pushes with their reference; then those paid, given back or
        cancelled since, which only their payments tell."""
        seen: set[str] = set()
        if cursor != _MOVED:
            query = since_query(changed_since, zone(self._session))
            async for listed in self._rest.pages(ORDERS, "order.list", query, cursor_page(cursor)):
                following = str(listed.number + 1) if listed.more else (_MOVED if changed_since else None)
                page = await self._page(listed.rows, following)
                seen |= {each.external_id for each in page.items}
                yield page
        if changed_since is not None:
            yield await self._moved_page(changed_since, seen)

    async def _page(self, raw: Sequence[Any], following: str | None) -> Page[Order]:
        here, theirs = self._session.connection.zone or "UTC", zone(self._session)
        rows = [await self._dated(row) for row in raw]
        fine, refused = sort_out(rows, "$", lambda each, path: map_order(each, path, here, theirs))
        newest = max((each.updated_at for each in fine if each.updated_at), default=None)
        return Page(fine, keyed(refused, "tokenValue"), newest, following)

    async def _moved_page(self, since: datetime, seen: set[str]) -> Page[Order]:
        """Older orders whose payment moved, each read by itself; carts have payments too and are not found."""
        moved = await self._finder.moved_since(since, self._session.clock.now())
        rows = []
        for token in sorted(moved.keys() - seen):
            try:
                rows.append(await self._after.raw(token))
            except NotFound:
                continue
        page = await self._page(rows, None)
        items = tuple(replace(each, updated_at=moved[each.external_id]) for each in page.items)
        return Page(items, page.refused, max((moved[each.external_id] for each in items), default=None), None)

    async def _dated(self, row: Any) -> Any:
        """Before 2.1 an order tells no date; its payment was made with its first line, on the same visit."""
        if not isinstance(row, dict) or row.get("checkoutCompletedAt") or not row.get("tokenValue"):
            return row
        payments = await self._after.payments(str(row["tokenValue"]))
        made = [each.createdAt for each in payments if each.createdAt is not None]
        return {**row, "checkoutCompletedAt": min(made).isoformat()} if made else row

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Give the payment back on paper and cancel, which puts the goods back. Repeating changes nothing."""
        node = await self._after.order(platform_order_id)
        if node.state == "cancelled":
            return await self.read_placed(platform_order_id, order.currency)
        if node.state != "new":
            words = "it was handed over, and Sylius cancels only what was not; refund it instead"
            raise PlatformRefused(field="order", code="not_cancellable", reason=words)
        await self._after.give_back(node)
        return await self._after.cancel(platform_order_id)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Book the whole payment as given back. Raises CapabilityAbsent for a part.

        When all goods of a sale that was not handed over return, the shop's cancelling brings them back, also after a
        crash. Else they are left to stock jobs.
        """
        if refund.amount != order.totals.total:
            raise CapabilityAbsent(capability="Refund of a part", reason=WHOLE_REFUND_ONLY)
        await self._after.give_back(await self._after.order(platform_order_id))
        placed = await self.look_up_refund(order, platform_order_id, refund)
        if placed is None:
            raise OutcomeUnknown(evidence="the shop took the refund and does not show it")
        return placed

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The refund of the payment: there can be one only, so it needs no reference. Finishes bringing goods back."""
        payments = await self._after.payments(platform_order_id)
        booked = next((each for each in payments if each.state == "refunded"), None)
        if booked is None:
            return None
        goods_back = _all_back(order, refund) and await self._goods_back(platform_order_id)
        return PlacedRefund(str(booked.id), Money.of_minor(booked.amount, order.currency), goods_back)

    async def _goods_back(self, platform_order_id: str) -> bool:
        """Whether the shop's own way took all goods back: cancelling, since its refund moves money alone."""
        state = (await self._after.order(platform_order_id)).state
        if state == "new":
            await self._after.cancel(platform_order_id)
        return state in ("new", "cancelled")


def _nothing_placed(error: TillbridgeError) -> TillbridgeError:
    """What failed while there was only a cart may be tried again, whatever became of the single call."""
    if isinstance(error, OutcomeUnknown):
        return NetworkFailure(reason=error.params.get("evidence", ""), left="yes")
    return PlatformUnavailable(status=409) if isinstance(error, Conflict) else error


def _back(order: Order, refund: Refund) -> dict[str, int]:
    """Pieces that came back to be sold again, by variant code."""
    sold = {each.id: each.listing.external_variant_id for each in order.lines if each.listing is not None}
    found: dict[str, int] = {}
    for each in refund.lines:
        if each.restock and each.line_id in sold:
            found[sold[each.line_id]] = found.get(sold[each.line_id], 0) + int(each.quantity)
    return found


def _all_back(order: Order, refund: Refund) -> bool:
    """Whether every piece of goods came back to be sold again."""
    goods = {code: quantity for code, (_, quantity) in goods_of(order).items()}
    return bool(goods) and _back(order, refund) == goods
