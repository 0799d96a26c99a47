"""The WooCommerce shop as the training kit serves it: its app, books, outages and webhook deliveries."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.kit import Simulator

from . import site, webhooks
from .building import build_shop, webhook_views
from .dispatch import respond, whole
from .outages import OUTAGES, PREFIXES
from .php import ZERO, number, shown
from .state import Shop, Switches
from .wordpress import Row

HOME = "https://shop.example"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
_HIDDEN = ("checkout-draft", "auto-draft", "trash")
_AFTER = "_after_commit"


class WooCommerceSimulator(Simulator):
    """A WooCommerce 11 shop. ``shop`` is its state; ``shop.switches`` make it an older one.

    Outages of its own, by ``break_once``: maintenance, database_down, critical_error, bad_gateway, gateway_timeout and
    too_many_requests, each also with "_after_commit"; byte_order_mark and php_warning before a good answer.
    """

    name = "woocommerce"
    places_order = "POST /wp-json/wc/v3/orders"

    def __init__(self, clock: Ticking | None, seed: int, seed_shop: Mapping[str, Any] | None) -> None:
        self._outages: list[tuple[str, str]] = []
        self.shop: Shop = build_shop(ShopClock(clock).now, seed, seed_shop)
        super().__init__(HOME, clock)
        self.shop.now = self.clock.now
        self.shop.mail = self.outbox.send

    def routes(self) -> Sequence[BaseRoute]:
        """Everything below the root is the shop's."""
        return [Route("/{path:path}", self._serve, methods=_METHODS)]

    def _control_routes(self) -> list[Route]:
        return [
            *super()._control_routes(),
            Route("/outages", self._break, methods=["POST"]),
            Route("/switches", self._switch, methods=["GET", "POST"]),
            Route("/webhooks", self._deliver, methods=["POST"]),
        ]

    def credentials(self) -> dict[str, str]:
        """The address and the read/write key."""
        key = self.shop.keys[0]
        return {
            "shop_url": self.base_url,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
        }

    def revoke_tokens(self) -> None:
        """Somebody deleted the keys in the shop's settings."""
        for key in self.shop.keys:
            key.revoked = True

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """The shop's and its web server's own way to fail."""
        if fault == "html":
            return super().failure(fault, scope)
        outage = OUTAGES["too_many_requests" if fault == "storm_429" else "critical_error"]
        accepts = dict(scope["headers"]).get(b"accept", b"")
        return whole(outage(b"application/json" in accepts))

    def break_once(self, outage: str, match: str = "") -> None:
        """Let the next request whose "METHOD path" holds ``match`` meet an outage; ValueError for an unknown one."""
        if outage.removesuffix(_AFTER) not in {**OUTAGES, **PREFIXES}:
            raise ValueError(f"unknown outage {outage}")
        self._outages.append((outage, match))

    @property
    def feed_path(self) -> str:
        """Path of the exported POS catalogue."""
        return site.feed_path(self.shop)

    async def deliver_webhooks(self, post: webhooks.Post | None = None, *, twice: bool = False) -> int:
        """Send the webhooks that wait, in duplicate if ``twice``; without ``post`` they go over the network."""
        return await webhooks.deliver(self.shop, post or _post, webhook_views(self.shop), twice=twice)

    def ledger_orders(self) -> Sequence[Row]:
        """All orders but drafts and the trash."""
        return [self._book(order) for order in self.shop.orders.values() if order["status"] not in _HIDDEN]

    def _book(self, order: Row) -> Row:
        refunds = [row for row in self.shop.refunds.values() if row["parent_id"] == order["id"]]
        refunded = sum((number(row["amount"]) for row in refunds), ZERO)
        return {
            "id": str(order["id"]),
            "reference": _reference(order),
            "total": shown(order["total"], self.shop.decimals),
            "currency": order["currency"],
            "paid": order["date_paid_gmt"] is not None,
            "cancelled": order["status"] == "cancelled",
            "refunded": shown(refunded, self.shop.decimals),
            "code": ",".join(line["code"] for line in order["coupon_lines"]),
            "status": order["status"],
        }

    def ledger_gift_cards(self) -> Sequence[Row]:
        """The cards of the gift card plugin."""
        return [{"code": row["number"], "balance": _two(row["balance"])} for row in self.shop.cards.values()]

    def ledger_stock(self) -> dict[str, int]:
        """Every row that keeps its own stock."""
        rows = [row for row in self.shop.products.values() if row["sku"] and row["manage_stock"] is True]
        return {row["sku"]: int(row["stock_quantity"] or 0) for row in rows}

    async def _serve(self, request: Request) -> Response:
        outage = self._take(f"{request.method} {request.url.path}")
        plain = outage.removesuffix(_AFTER)
        wants_json = "application/json" in request.headers.get("accept", "")
        if outage in OUTAGES:
            return whole(OUTAGES[outage](wants_json))
        response = await respond(self.shop, request)
        if plain in OUTAGES:
            return whole(OUTAGES[plain](wants_json))
        if outage in PREFIXES:
            headers = {name: value for name, value in response.headers.items() if name != "content-length"}
            return Response(PREFIXES[outage] + bytes(response.body), response.status_code, headers)
        return response

    def _take(self, line: str) -> str:
        for armed in self._outages:
            if armed[1] in line:
                self._outages.remove(armed)
                return armed[0]
        return ""

    async def _break(self, request: Request) -> Response:
        wanted = await request.json()
        try:
            self.break_once(str(wanted["outage"]), str(wanted.get("match", "")))
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"outages": [name for name, _ in self._outages]})

    async def _switch(self, request: Request) -> Response:
        names = [one.name for one in fields(Switches)]
        if request.method == "POST":
            for name, value in (await request.json()).items():
                if name not in names:
                    return JSONResponse({"error": f"unknown switch {name}"}, 400)
                setattr(self.shop.switches, name, bool(value))
        return JSONResponse({name: getattr(self.shop.switches, name) for name in names})

    async def _deliver(self, _request: Request) -> Response:
        return JSONResponse({"sent": await self.deliver_webhooks()})


def _two(amount: Decimal) -> str:
    return shown(amount, 2)


def _reference(order: Row) -> str:
    own = [str(entry["value"]) for entry in order["meta_data"] if str(entry["key"]).endswith("_reference")]
    return str(order["transaction_id"]) or next(iter(own), "")


async def _post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    def send() -> int:
        request = urllib.request.Request(url, body, dict(headers), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    return await asyncio.to_thread(send)


def woocommerce_simulator(
    clock: Ticking | None = None, seed: int = 1, seed_shop: Mapping[str, Any] | None = None
) -> WooCommerceSimulator:
    """A shop with the demo goods, or with the rows of ``seed_shop`` in the shape of the API's answers."""
    return WooCommerceSimulator(clock, seed, seed_shop)
