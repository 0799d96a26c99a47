"""Orders on PrestaShop: recording paid sales once, finding them, cancelling, refunding. Built by the registry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from tillbridge.domain.errors import (
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    TillbridgeError,
    TotalsDisagree,
)
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Page, Session
from tillbridge.platforms.prestashop import marks, spec, words
from tillbridge.platforms.prestashop.buying import Buyers
from tillbridge.platforms.prestashop.calls import Rest, since_query
from tillbridge.platforms.prestashop.finishing import Finisher
from tillbridge.platforms.prestashop.goods_check import check_goods
from tillbridge.platforms.prestashop.order_finding import Finder
from tillbridge.platforms.prestashop.order_mapping import map_order
from tillbridge.platforms.prestashop.order_writing import (
    Buyer,
    Place,
    Sold,
    amount_sent,
    cart_body,
    demand_total,
    order_body,
    price_body,
    sold_of,
)
from tillbridge.platforms.prestashop.reading import Row, id_of
from tillbridge.platforms.prestashop.refunding import Refunds
from tillbridge.platforms.prestashop.rules import codeless_rules
from tillbridge.platforms.prestashop.shop_facts import CARRIER, MAILS, QUIET, fact, module_of, tax_rates
from tillbridge.platforms.quarantine import sort_out

CART_HANDLE, ORDER_HANDLE = "cart", "order"
_SHORTEST_WAIT = 5.0


class PrestaShopOrderService:
    """A cart is kept before its order is placed: it makes one order, and by it the order is found.

    The shop's own check of that is not airtight, so this service places one order at a time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)
        self._finder = Finder(session, self._rest)
        self._finisher = Finisher(session, self._rest, self._finder)
        self._refunds = Refunds(self._rest, self._finder)
        self._one_at_a_time = asyncio.Lock()

    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale at the till's prices, without mails; then a fresh read.

        Raises TotalsDisagree when the shop does not arrive at the till's total; nothing is left behind then.
        """
        async with self._one_at_a_time:
            rates = await check_goods(self._rest, order, tax_rates(self._session))
            at = self._place()
            sold = sold_of(order, rates)
            demand_total(order, sold, at.rounding)
            buyer = await Buyers(self._session, self._rest).of(order)
            await self._check_rules(buyer)
            await self._check_mails()
            cart_id = await self._cart(sold, buyer, at)
            await checkpoint(Handle(CART_HANDLE, cart_id))
            await self._prices(sold, cart_id, at, order.currency)
            await self._order(order, sold, cart_id, buyer, at)
            return await self._after(order, cart_id, checkpoint)

    def _place(self) -> Place:
        session = self._session
        carrier = fact(session, CARRIER)
        if not carrier:
            raise PlatformRefused(field=spec.STEP_CARRIER, code="not_prepared", reason=words.NO_CARRIER)
        return Place(
            currency_id=fact(session, "currency_id"),
            language_id=fact(session, "language_id"),
            carrier_id=carrier,
            shop_id=fact(session, "shop_id"),
            shop_group_id=fact(session, "shop_group_id"),
            module=module_of(session),
            rounding=fact(session, "rounding"),
        )

    async def _check_rules(self, buyer: Buyer) -> None:
        """Raises PlatformRefused while a discount without a code would change the order's total by itself."""
        if names := await codeless_rules(self._rest, self._session, buyer.customer_id):
            reason = words.CODELESS.format(names=", ".join(names))
            raise PlatformRefused(field=spec.STEP_RULES, code="codeless_rule", reason=reason)

    async def _check_mails(self) -> None:
        """Raises PlatformRefused when somebody changed what the quiet way relies on: two states of the shop."""
        if fact(self._session, MAILS) != QUIET:
            return
        states = await self._finder.states()
        waiting, paid = (states.get(fact(self._session, name)) for name in ("state_error", "state_paid"))
        if waiting is None or waiting.send_email == "1":
            raise PlatformRefused(field=spec.STEP_MAILS, code="mail_is_on", reason=words.MAIL_IS_ON)
        if paid is None or paid.logable != "1" or paid.paid != "1":
            raise PlatformRefused(field=spec.STEP_MAILS, code="state_changed", reason=words.STATE_CHANGED)

    async def _cart(self, sold: Sequence[Sold], buyer: Buyer, at: Place) -> str:
        values, links = cart_body(sold, buyer, at)
        # a cart is nobody's order: a second one would only be left over
        made = await self._rest.post("carts", "cart", "order.cart", values, links, repeat=Repeat.SAFE)
        return id_of(made)

    async def _prices(self, sold: Sequence[Sold], cart_id: str, at: Place, currency: str) -> None:
        """The till's price of each article. Nothing is placed yet, so a failure only costs the cart."""
        try:
            for each in sold:
                body = price_body(each, cart_id, at, currency)
                await self._rest.post("specific_prices", "specific_price", "order.price", body)
        except TillbridgeError as error:
            await self._drop(cart_id)
            if isinstance(error, OutcomeUnknown):
                raise PlatformUnavailable(status=f"a price was not taken: {error.params['evidence']}") from error
            raise

    async def _order(self, order: Order, sold: Sequence[Sold], cart_id: str, buyer: Buyer, at: Place) -> None:
        paid = amount_sent(order, quiet=fact(self._session, MAILS) == QUIET)
        try:
            await self._rest.post("orders", "order", "order.create", order_body(order, sold, cart_id, buyer, at, paid))
        except OutcomeUnknown:
            raise
        except TillbridgeError:
            await self._drop(cart_id)
            raise

    async def _after(self, order: Order, cart_id: str, checkpoint: Checkpoint) -> PlacedOrder:
        """The answer only echoed what was sent; what the shop made of it is read by the cart."""
        with _placed_already(cart_id):
            rows = await self._finder.by_cart(cart_id)
        if not rows:
            raise OutcomeUnknown(evidence=f"the shop took the order of cart {cart_id} and does not list it")
        await checkpoint(Handle(ORDER_HANDLE, id_of(rows[0])))
        with _placed_already(cart_id):
            return await self._finisher.finish(order, rows[0])

    async def _drop(self, cart_id: str) -> bool:
        """Delete a cart that made no order, so that it never can; whether it is gone."""
        try:
            await self._rest.delete("carts", cart_id, "order.drop_cart")
        except NotFound:
            return True
        except TillbridgeError:
            # what stopped the sale is told instead; the next look-up tries again
            return False
        return True

    async def _closed(self, cart_id: str) -> bool:
        """Whether a cart can make no order any more: it has made its one, or it is deleted."""
        return bool(await self._finder.by_cart(cart_id)) or await self._drop(cart_id)

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """By the kept carts, then by the reference in the payment text; what a crash left undone is finished.

        "Not there" counts only after the waiting time, and once the carts are deleted.
        """
        async with self._one_at_a_time:
            carts = [each.external_id for each in handles if each.kind == CART_HANDLE]
            if found := await self._found(order, carts):
                return found
            wait = (sent_at + spec.LOOK_UP_WAIT - self._session.clock.now()).total_seconds()
            if wait > 0:
                evidence = f"no order of cart {', '.join(carts) or 'any kind'} so far"
                return LookUp(None, certain=False, evidence=evidence, ask_again_in=max(wait, _SHORTEST_WAIT))
            gone = [await self._closed(each) for each in carts]
            if found := await self._found(order, carts):
                return found
            if not all(gone):
                evidence = "no order yet, and a cart that could still become one is not deleted"
                return LookUp(None, certain=False, evidence=evidence, ask_again_in=_SHORTEST_WAIT)
            evidence = f"no order with reference {order.reference}, and no cart left that could become one"
            return LookUp(None, certain=True, evidence=evidence)

    async def _found(self, order: Order, carts: Sequence[str]) -> LookUp | None:
        rows = [row for cart_id in carts for row in await self._finder.by_cart(cart_id)]
        if all(_is_refused(row) for row in rows):
            rows += await self._finder.by_reference(order.reference)
        live = [row for row in rows if not _is_refused(row)]
        if not live:
            await self._withdraw(rows)
            return None
        placed = await self._finisher.finish(order, live[0])
        more = f"; {len(live) - 1} more of the same cart or reference" if len(live) > 1 else ""
        return LookUp(placed, certain=True, evidence=f"found as {placed.number} by {order.reference}{more}")

    async def _withdraw(self, rows: Sequence[Row]) -> None:
        """A crash may have come between the word that an order is wrong and its cancelling."""
        canceled = fact(self._session, "state_canceled")
        for row in rows:
            if id_of(row, "current_state") != canceled:
                await self._finisher.enter(id_of(row), canceled)

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        """A fresh read. Raises NotFound when the shop has no such order."""
        return await self._finisher.placed(platform_order_id)

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        """Orders by id, cancelled-for-their-total ones left out; own pushes come along with origin POS."""
        query = (("display", "full"), *since_query(self._session, changed_since))
        async for page in self._rest.pages("orders", "order.list", query, cursor):
            rows = [row for row in page.rows if not _is_refused(row)]
            around = await self._finder.around(rows, people=True)
            fine, refused = sort_out(rows, "$", partial(map_order, around=around))
            newest = max((each.updated_at for each in fine if each.updated_at), default=None)
            yield Page(fine, refused, newest, page.cursor)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Cancel without mail; the shop puts back what it took. Repeating changes nothing."""
        placed = await self.read_placed(platform_order_id, order.currency)
        if placed.cancelled:
            return placed
        await self._finisher.enter(platform_order_id, fact(self._session, "state_canceled"))
        return await self.read_placed(platform_order_id, order.currency)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """File money given back at the till as a credit slip. Goods are put back by stock jobs."""
        return await self._refunds.book(order, platform_order_id, refund)

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The credit slip of this reference; one whose answer was lost is claimed in the note."""
        return await self._refunds.look_up(order, platform_order_id, refund)


@contextmanager
def _placed_already(cart_id: str) -> Iterator[None]:
    """The order is there: any failure but its total is "unknown", or it would be sent again."""
    try:
        yield
    except (TotalsDisagree, OutcomeUnknown):
        raise
    except TillbridgeError as error:
        raise OutcomeUnknown(evidence=f"placed from cart {cart_id}, but not finished: {error}") from error


def _is_refused(row: Row) -> bool:
    """An order that was cancelled for its total is no record of the sale."""
    return bool(marks.read(str(row.get("note")), marks.REFUSED))
