"""Finding a sale again in a Sylius shop: by its cart's token, else in the notes of the orders since. Used by orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tillbridge.domain.errors import NotFound
from tillbridge.domain.orders import Handle
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import marks, wire
from tillbridge.platforms.sylius.calls import ADMIN, Query, Rest, stamp
from tillbridge.platforms.sylius.cart import COMPLETED, Cart
from tillbridge.platforms.sylius.shop_facts import zone
from tillbridge.platforms.sylius.wire import last_part

CART_HANDLE = "cart"
ORDERS = f"{ADMIN}/orders"
_PAYMENTS = f"{ADMIN}/payments"
_WINDOW = timedelta(days=30)
_MARGIN = timedelta(hours=26)
"""A wrongly set zone moves the shop's dates by up to this much."""


def since_query(since: datetime | None, shop_zone: str) -> Query:
    """The filter for what was placed after a moment, oldest first."""
    window = (("checkoutCompletedAt[after]", stamp(since, shop_zone)),) if since is not None else ()
    return (*window, ("order[number]", "asc"))


class Finder:
    """Asks as a shopper by token: staff get the same 404 for a cart and for nothing."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._rest, self._zone = rest, zone(session)

    async def placed(self, handles: Sequence[Handle]) -> tuple[str, list[Cart]]:
        """The token of the cart that became an order, or empty; and the carts that are still carts."""
        open_carts: list[Cart] = []
        for handle in reversed([each for each in handles if each.kind == CART_HANDLE]):
            cart = Cart(self._rest, handle.external_id)
            try:
                node = await cart.read("order.look_up")
            except NotFound:
                continue
            if node.checkoutState == COMPLETED:
                return cart.token, open_carts
            open_carts.append(cart)
        return "", open_carts

    async def by_notes(self, reference: str, sent_at: datetime) -> str:
        """The token of the order that carries the reference, out of all orders since; empty when none does."""
        query = since_query(sent_at - _MARGIN, self._zone)
        async for page in self._rest.pages(ORDERS, "order.look_up", query):
            for row in page.rows:
                if _reference(row) == reference:
                    return str(row.get("tokenValue", ""))
        return ""

    async def moved_since(self, since: datetime, now: datetime) -> dict[str, datetime]:
        """Orders whose payment moved since: token -> when. Orders themselves tell no date of change.

        Payments made longer ago than the window are not looked at.
        """
        found: dict[str, datetime] = {}
        async for page in self._rest.pages(_PAYMENTS, "order.moved", (("order[createdAt]", "desc"),)):
            rows = [parse(wire.Payment, row, f"$[{at}]") for at, row in enumerate(page.rows)]
            for each in rows:
                moved = wire.utc(each.updatedAt or each.createdAt, self._zone)
                if moved is not None and moved > since:
                    token = last_part(each.order)
                    found[token] = max(moved, found.get(token, moved))
            made = wire.utc(rows[-1].createdAt, self._zone) if rows else None
            if made is None or made < now - _WINDOW:
                break
        return found


def _reference(row: Any) -> str:
    return marks.reference_of(str(row.get("notes") or "")) if isinstance(row, dict) else ""
