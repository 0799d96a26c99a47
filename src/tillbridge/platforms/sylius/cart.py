"""A shopper's cart on Sylius, from its first line to the order it becomes. Used by orders and discounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import NotFound, TillbridgeError
from tillbridge.net.client import Repeat
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import SHOP, Rest, key

_CARTS = f"{SHOP}/orders"
COMPLETED = "completed"


class Cart:
    """Known by its token alone, which the shop makes and nobody may choose."""

    def __init__(self, rest: Rest, token: str) -> None:
        self._rest, self.token = rest, token
        self._path = f"{_CARTS}/{key(token)}"

    @classmethod
    async def open(cls, rest: Rest) -> Cart:
        """An empty cart; one whose answer was lost is harmless, so the call may be repeated."""
        node = parse(wire.Cart, await rest.post(_CARTS, "cart.open", {}, repeat=Repeat.SAFE), "$")
        return cls(rest, node.tokenValue)

    async def read(self, action: str = "cart.read") -> wire.Cart:
        """As it is now, cart or order. Raises NotFound for a token the shop does not know."""
        return parse(wire.Cart, await self._rest.get(self._path, action), "$")

    async def add(self, variant: str, quantity: int) -> wire.Cart:
        """Add goods; twice would add twice, so it is never repeated."""
        body = {"productVariant": f"{SHOP}/product-variants/{variant}", "quantity": quantity}
        return parse(wire.Cart, await self._rest.post(f"{self._path}/items", "cart.add", body), "$")

    async def fill_in(self, body: Mapping[str, Any], code: str = "") -> wire.Cart:
        """E-mail, addresses and code. A write without the code takes it off, so it goes along each time."""
        whole = {**body, "couponCode": code} if code else dict(body)
        return parse(wire.Cart, await self._rest.put(self._path, "cart.fill_in", whole), "$")

    async def choose_shipping(self, cart: wire.Cart, method: str) -> wire.Cart:
        """For every shipment; goods that are not shipped have none."""
        return await self._choose(cart, cart.shipments, "shipments", "shippingMethod", f"shipping-methods/{method}")

    async def choose_payment(self, cart: wire.Cart, method: str) -> wire.Cart:
        """For the payment; a cart that costs nothing has none."""
        return await self._choose(cart, cart.payments, "payments", "paymentMethod", f"payment-methods/{method}")

    async def _choose(self, cart: wire.Cart, parts: list[wire.Choice], noun: str, name: str, method: str) -> wire.Cart:
        for each in parts:
            path = f"{self._path}/{noun}/{each.id}"
            cart = parse(wire.Cart, await self._rest.patch(path, "cart.choose", {name: f"{SHOP}/{method}"}), "$")
        return cart

    async def complete(self, notes: str) -> wire.Cart:
        """Make it an order. Never repeated by itself; a lost answer raises OutcomeUnknown."""
        body = {"notes": notes}
        answer = await self._rest.patch(f"{self._path}/complete", "order.place", body, repeat=Repeat.NEVER)
        return parse(wire.Cart, answer, "$")

    async def delete(self) -> None:
        """Throw it away; one that is gone, or an order by now, stays as it is."""
        try:
            await self._rest.delete(self._path, "cart.delete")
        except NotFound:
            return

    async def let_go(self) -> None:
        """Throw it away if the shop can be reached; it takes no stock and ends by itself otherwise."""
        try:
            await self.delete()
        except TillbridgeError:
            return
