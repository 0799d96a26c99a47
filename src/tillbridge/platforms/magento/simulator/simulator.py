"""The Magento shop as the training kit serves it: its app, books and outages."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.kit import Simulator

from . import demo, outages
from .dispatch import respond
from .rest import Row, dec
from .rules import coupon_for
from .state import Shop, Switches

HOME = "https://magento.example"
ADMIN, INTEGRATION = "admin", "integration"
Fill = Callable[[Shop, str], None]
"""Puts rows, in the shape of the API's answers, into a shop at an address."""
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


class MagentoSimulator(Simulator):
    """A Magento Open Source 2.4.7 shop. ``shop`` is its state; ``shop.switches`` make it stricter or older."""

    name = "magento"
    setup: ClassVar[str] = ADMIN
    places_order = '"increment_id":"TB'

    def __init__(self, clock: Ticking | None, seed: int, fill: Fill) -> None:
        self.shop = Shop(ShopClock(clock).now, seed)
        fill(self.shop, HOME)
        super().__init__(HOME, clock)
        self.shop.now = self.clock.now
        self.shop.mail = self.outbox.send

    def routes(self) -> Sequence[BaseRoute]:
        """Everything below the root is the shop's."""
        return [Route("/{path:path}", self._serve, methods=_METHODS)]

    def _control_routes(self) -> list[Route]:
        return [
            *super()._control_routes(),
            Route("/switches", self._switch, methods=["GET", "POST"]),
            Route("/queue", self._run_queue, methods=["POST"]),
        ]

    def credentials(self) -> dict[str, str]:
        """The address and the till's admin account."""
        user = self.shop.accounts.users[0]
        return {"shop_url": self.base_url, "username": user.username, "password": user.password}

    def integration_credentials(self) -> dict[str, str]:
        """The address and the four keys of an integration."""
        keys = self.shop.accounts.integrations[0]
        return {
            "shop_url": self.base_url,
            "consumer_key": keys.consumer_key,
            "consumer_secret": keys.consumer_secret,
            "access_token": keys.token,
            "access_token_secret": keys.token_secret,
        }

    def expire_tokens(self) -> None:
        """All admin tokens are past their life; an integration's has none."""
        self.shop.accounts.end_all(self.clock.now())

    def revoke_tokens(self) -> None:
        """The password was changed and the integration withdrawn."""
        self.shop.accounts.revoke()

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """The shop's own way to fail, and that of what stands before it."""
        match fault:
            case "error_5xx":
                return outages.fatal_json()
            case "storm_429":
                return outages.too_many()
        return super().failure(fault, scope)

    def run_queue(self) -> None:
        """Let the queue's consumers do all that waits."""
        self.shop.run_queue()

    def ledger_orders(self) -> Sequence[Row]:
        """All orders, imported and online."""
        return [self._book(row) for row in self.shop.orders.values()]

    def _book(self, row: Row) -> Row:
        total, paid, refunded = (dec(row.get(name)) for name in ("grand_total", "total_paid", "total_refunded"))
        return {
            "id": str(row["entity_id"]),
            "reference": str(row.get("ext_order_id") or ""),
            "total": _two(total),
            "currency": row["order_currency_code"],
            "paid": paid >= total,
            "cancelled": row.get("state") == "canceled" or (row.get("state") == "closed" and refunded >= paid > 0),
            "refunded": _two(refunded),
            "code": str(row.get("coupon_code") or ""),
            "status": row.get("status"),
        }

    def ledger_stock(self) -> dict[str, int]:
        """What lies at all sources, by SKU."""
        return {sku: int(self.shop.on_hand(sku)) for sku in {kept for kept, _ in self.shop.source_items}}

    def times_used(self, code: str) -> int:
        """How often the shop counted a code."""
        coupon = coupon_for(self.shop, code)
        return int(coupon["times_used"]) if coupon else 0

    async def _serve(self, request: Request) -> Response:
        return await respond(self.shop, request)

    async def _switch(self, request: Request) -> Response:
        names = [one.name for one in fields(Switches)]
        if request.method == "POST":
            for name, value in (await request.json()).items():
                if name not in names:
                    return JSONResponse({"error": f"unknown switch {name}"}, 400)
                setattr(self.shop.switches, name, bool(value))
        return JSONResponse({name: getattr(self.shop.switches, name) for name in names})

    async def _run_queue(self, _request: Request) -> Response:
        self.run_queue()
        return JSONResponse({"waiting": len(self.shop.queue)})


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"


def magento_simulator(clock: Ticking | None = None, seed: int = 1, fill: Fill = demo.fill) -> MagentoSimulator:
    """A shop with the demo goods, or with what ``fill`` puts in; ``seed`` draws the texts that shops draw at random."""
    return MagentoSimulator(clock, seed, fill)
