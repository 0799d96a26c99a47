"""The Sylius shop as the training kit serves it: its app, books, tokens and switches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.kit import Row, Simulator

from . import demo
from .order_views import sums_of
from .routing import respond
from .state import Shop, Switches
from .tokens import EMAIL, PASSWORD, TILL_EMAIL, Tokens

HOME = f"https://{demo.TILL_HOST}"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class SyliusSimulator(Simulator):
    """A Sylius 2.1 shop. ``shop`` is its state; ``shop.switches`` make it another one."""

    name: ClassVar[str] = "sylius"
    places_order: ClassVar[str] = '"notes"'

    def __init__(self, clock: Ticking | None = None, seed: int = 1, fill: Callable[[Shop], None] = demo.fill) -> None:
        self._ticks = ShopClock(clock)
        self.shop = Shop(now=self._ticks.now, origin=HOME)
        self.shop.chance.seed(seed)
        self.tokens = Tokens(self.shop)
        super().__init__(HOME, clock)
        self.clock = self._ticks
        fill(self.shop)
        self.shop.mail = self.outbox.send

    def routes(self) -> Sequence[BaseRoute]:
        """Everything below the root is the shop's."""
        return [Route("/{path:path}", self._serve, methods=_METHODS)]

    def _control_routes(self) -> list[Route]:
        return [*super()._control_routes(), Route("/switches", self._switches, methods=["GET", "POST"])]

    def credentials(self) -> dict[str, str]:
        """What the shop's owner would give the till."""
        return {
            "shop_url": self.base_url,
            "email": EMAIL,
            "password": PASSWORD,
            "till_email": TILL_EMAIL,
            "time_zone": self.shop.zone,
            "barcode_field": demo.BARCODE_FIELD,
        }

    def ledger_orders(self) -> Sequence[Row]:
        """All orders; carts are none."""
        return [self._book(each) for each in self.shop.orders.values() if each["state"] != "cart"]

    def _book(self, order: Row) -> Row:
        total = sums_of(self.shop, order).total
        back = total if order["paymentState"] == "refunded" else 0
        words = str(order["notes"] or "").split()
        return {
            "id": order["token"],
            "number": order["number"],
            "reference": words[0] if words and words[0].startswith("TB") else "",
            "total": f"{total / 100:.2f}",
            "currency": order["currency"],
            "paid": order["paymentState"] in ("paid", "refunded"),
            "cancelled": order["state"] == "cancelled",
            "refunded": f"{back / 100:.2f}",
            "code": order["coupon"] or "",
            "status": order["state"],
        }

    def ledger_stock(self) -> dict[str, int]:
        """What is on hand, of goods whose stock is kept."""
        return {each["code"]: each["onHand"] for each in self.shop.variants.values() if each["tracked"]}

    def open_carts(self) -> int:
        """Carts nobody placed, for tests of what is left behind."""
        return sum(1 for each in self.shop.orders.values() if each["state"] == "cart")

    def expire_tokens(self) -> None:
        self.tokens.expire()

    def revoke_tokens(self) -> None:
        self.tokens.revoke()

    async def _serve(self, request: Request) -> Response:
        return await respond(self.shop, self.tokens, request)

    async def _switches(self, request: Request) -> Response:
        names = {each.name for each in fields(Switches)}
        if request.method == "POST":
            wanted: dict[str, Any] = await request.json()
            if unknown := set(wanted) - names:
                return JSONResponse({"error": f"unknown switch {', '.join(sorted(unknown))}"}, 400)
            for name, value in wanted.items():
                setattr(self.shop.switches, name, tuple(value) if isinstance(value, list) else value)
        return JSONResponse(asdict(self.shop.switches))


def sylius_simulator(clock: Ticking | None = None, seed: int = 1) -> SyliusSimulator:
    """A pretended shop with the demo goods."""
    return SyliusSimulator(clock, seed)
