"""Filling a cart with a paid sale until the shop's total is the till's. Used by orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tillbridge.domain.errors import PlatformRefused, TotalsDisagree
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order
from tillbridge.platforms.contract import Session
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.cart import Cart
from tillbridge.platforms.sylius.order_writing import codes_of, details, tagged
from tillbridge.platforms.sylius.shop_facts import PAYMENT, SHIPPING, carries_shoppers, own_address
from tillbridge.platforms.sylius.stock_room import Wanted

COUPON = "couponCode"


class Checkout:
    """Everything up to, and without, the completion."""

    def __init__(self, session: Session, cart: Cart, order: Order) -> None:
        self._session, self._cart, self._order = session, cart, order

    async def prepare(self, wanted: Wanted) -> bool:
        """Goods, people, code and methods. Answers whether the shop counts the code; raises TotalsDisagree."""
        for code, (_, quantity) in wanted.items():
            await self._cart.add(code, quantity)
        person = details(
            self._order,
            own_address(self._session),
            self._session.connection.settings.get("till_email", ""),
            shoppers=carries_shoppers(self._session),
        )
        seen: list[Money] = []
        for email, code in self._ways(str(person["email"])):
            if code and seen:
                continue
            node = await self._filled({**person, "email": email}, code)
            if node is None:
                continue
            seen.append(Money.of_minor((await self._chosen(node)).total, self._order.currency))
            if seen[-1] == self._order.totals.total:
                return bool(code)
        raise TotalsDisagree(ours=self._order.totals.total, theirs=seen[0])

    def _ways(self, email: str) -> Iterator[tuple[str, str]]:
        """With the code, with it as a shopper who never used it, and without: e-mail and code."""
        codes = codes_of(self._order)
        if len(codes) == 1:
            yield email, codes[0]
            yield tagged(email, self._order.reference), codes[0]
        yield email, ""

    async def _filled(self, body: Mapping[str, Any], code: str) -> wire.Cart | None:
        """None when the shop does not take the code."""
        try:
            return await self._cart.fill_in(body, code)
        except PlatformRefused as refusal:
            if not code or refusal.params.get("field") != COUPON:
                raise
            return None

    async def _chosen(self, node: wire.Cart) -> wire.Cart:
        """The methods preparation chose: taken along in store, paid at the till."""
        facts = self._session.connection.facts
        node = await self._cart.choose_shipping(node, facts.get(SHIPPING, ""))
        return await self._cart.choose_payment(node, facts.get(PAYMENT, ""))
