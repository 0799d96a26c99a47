"""A shopper's cart in the Store API, in which a coupon is tried without an order. Its token is the SESSION token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.domain.tokens import Secret, TokenType
from tillbridge.net.client import Answer, Repeat, Request
from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce.dialect import DIALECT
from tillbridge.platforms.woocommerce.spec import CART_TOKEN_LIFE

_CART = "/wp-json/wc/store/v1/cart"
_HEADER = "Cart-Token"


class Cart:
    """One fresh cart. It is forgotten by the shop after two days and holds no stock."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._token: Secret | None = None

    async def open(self) -> None:
        """Begin a session and keep its token with its expiry."""
        answer = await self._send("GET", _CART, "cart.open", None)
        token = answer.headers.get(_HEADER.lower(), "")
        if not token:
            raise Drift(path="headers.Cart-Token", expected="a cart token", found="nothing")
        self._token = secret = Secret(token)
        self._session.api.redactor.learn(secret)
        await self._session.tokens.keep(TokenType.SESSION, secret, CART_TOKEN_LIFE.total_seconds())

    async def add(self, variant_id: int, quantity: int) -> None:
        """Put goods into the cart. Raises PlatformRefused when the shop does not sell them online, as when sold out."""
        await self._change("add-item", {"id": variant_id, "quantity": quantity})

    async def name_shopper(self, email: str) -> None:
        """Tell whose cart it is, for coupons that depend on it."""
        await self._change("update-customer", {"billing_address": {"email": email}})

    async def apply(self, code: str) -> Mapping[str, Any]:
        """The cart with the code applied. Raises PlatformRefused with the shop's words."""
        return await self._change("apply-coupon", {"code": code})

    async def _change(self, what: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        # another till may have opened a cart meanwhile: its token is the newest kept one, and its goods are not ours
        token = self._token or (await self._session.tokens.get_token(TokenType.SESSION)).value
        answer = await self._send("POST", f"{_CART}/{what}", f"cart.{what}", token, body)
        if not isinstance(answer.body, dict):
            raise Drift(path=what, expected="a cart", found=type(answer.body).__name__)
        return answer.body

    async def _send(
        self, method: str, path: str, action: str, token: Secret | None, body: Mapping[str, Any] | None = None
    ) -> Answer:
        headers = {_HEADER: token.reveal()} if token else {}
        request = Request(
            method=method,
            path=path,
            action=action,
            # a cart is nobody's order; at worst a repeated add makes the trial worth nothing, which is noticed
            repeat=Repeat.SAFE,
            role="storefront",
            headers=headers,
            json=body,
        )
        return await self._session.api.send(request, DIALECT)
