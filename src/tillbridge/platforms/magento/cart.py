"""A guest's cart of the shop, in which a code is tried without an order. One per process, emptied before each use."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tillbridge.domain.errors import Drift, NotFound, PlatformRefused, TokenRejected
from tillbridge.domain.money import Money
from tillbridge.domain.offers import OfferLine
from tillbridge.net.client import Repeat, Request
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import wire_offers
from tillbridge.platforms.magento.calls import VIEW_FACT, number
from tillbridge.platforms.magento.dialect import BEARER
from tillbridge.platforms.reading import parse, whole_id


@dataclass(frozen=True, slots=True)
class Tried:
    """What the shop's cart made of a basket: ``accepted`` None when it takes the goods or the prices differently."""

    accepted: bool | None
    totals: wire_offers.CartTotals | None = None
    items: tuple[int, ...] = ()
    """The cart's item per basket line."""


class Cart:
    """Open to everybody, so no credential goes there. The shop forgets guests' carts by itself."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._id = ""
        self._lock = asyncio.Lock()

    async def attempt(self, lines: Sequence[OfferLine], code: str) -> Tried:
        """Try a code on a basket. Goods that the shop would not sell online leave the question open."""
        async with self._lock:
            try:
                await self._emptied()
                items = [await self._add(each) for each in lines]
            except (PlatformRefused, NotFound, TokenRejected):
                # goods sold out, or a shop that keeps guests out
                return Tried(None)
            try:
                await self._call("PUT", f"/coupons/{quote(code, safe='')}")
            except (PlatformRefused, NotFound):
                return Tried(False)
            totals = parse(wire_offers.CartTotals, await self._call("GET", "/totals"), "$")
            await self._call("DELETE", "/coupons")
            return Tried(True, totals, tuple(items))

    async def weigh(self, sku: str) -> wire_offers.TotalsItem | None:
        """What one piece costs in the cart, with and without tax; None when the shop would not sell it online."""
        async with self._lock:
            try:
                await self._emptied()
                await self._add(OfferLine("", "", sku, Decimal(1), Money.zero(self._session.connection.currency)))
                totals = parse(wire_offers.CartTotals, await self._call("GET", "/totals"), "$")
                await self._emptied()
            except (PlatformRefused, NotFound, TokenRejected):
                return None
            return totals.items[0] if totals.items else None

    async def _emptied(self) -> None:
        """The cart of this process without goods; a new one when the shop forgot it."""
        if self._id:
            try:
                for row in await self._rows():
                    await self._call("DELETE", f"/items/{whole_id(row, 'item_id')}")
                return
            except (PlatformRefused, NotFound):
                self._id = ""
        body = await self._send("POST", "/guest-carts")
        if not isinstance(body, str) or not body:
            raise Drift(path="$", expected="a cart id", found=type(body).__name__)
        self._id = body

    async def _rows(self) -> list[Any]:
        rows = await self._call("GET", "/items")
        if not isinstance(rows, list):
            raise Drift(path="$", expected="a list of items", found=type(rows).__name__)
        return rows

    async def _add(self, line: OfferLine) -> int:
        if line.quantity <= 0:
            raise PlatformRefused(field="quantity", code="quantity", reason="a return cannot be put into a cart")
        item = {"quote_id": self._id, "sku": line.sku, "qty": number(line.quantity)}
        body = await self._call("POST", "/items", {"cartItem": item})
        return whole_id(body, "item_id")

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        return await self._send(method, f"/guest-carts/{self._id}{path}", body)

    async def _send(self, method: str, path: str, body: Any = None) -> Any:
        view = self._session.connection.facts.get(VIEW_FACT, "")
        request = Request(
            method=method,
            path=f"/rest/{view}/V1{path}" if view else f"/rest/V1{path}",
            action="cart.try",
            # a cart is nobody's order; a repeated add makes it worth more than the basket, which is noticed
            repeat=Repeat.SAFE,
            role="storefront",
            json=body,
        )
        return (await self._session.api.send(request, BEARER)).body


def covered(tried: Tried, lines: Sequence[OfferLine]) -> tuple[int, ...]:
    """The basket lines the cart took something off."""
    if tried.totals is None:
        return ()
    reduced = {each.item_id for each in tried.totals.items if each.discount_amount}
    return tuple(at for at, item in enumerate(tried.items) if item in reduced and at < len(lines))


def is_worth(totals: wire_offers.CartTotals, amount: Decimal) -> bool:
    """Whether the cart is worth what the basket is, with tax or without: other prices would give another discount."""
    return amount in (totals.subtotal_incl_tax, totals.subtotal)
