"""The WooCommerce simulator."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import site, webhooks
from .building import build_shop, webhook_views
from .dispatch import respond, whole
from .outages import OUTAGES, PREFIXES


class WooCommerceSimulator:
    def __init__(self, clock: Any, seed: int, seed_shop: Any) -> None:
        self.shop = build_shop(clock.now, seed, seed_shop)
        self.pending: list[str] = []
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
        self.app = Starlette(routes=[Route("/{path:path}", self.serve, methods=methods)])
        self.shop.mail = lambda to, subject, text: self.mails.append((to, subject))
        self.mails: list[tuple[str, str]] = []

    @property
    def feed_path(self) -> str:
        return site.feed_path(self.shop)

    def break_once(self, name: str) -> None:
        self.pending.append(name)

    async def deliver_webhooks(self, post: webhooks.Post) -> int:
        return await webhooks.deliver(self.shop, post, webhook_views(self.shop))

    async def serve(self, request: Request) -> Response:
        fault = self.pending.pop(0) if self.pending else ""
        wants_json = "application/json" in request.headers.get("accept", "")
        if fault in OUTAGES:
            return whole(OUTAGES[fault](wants_json))
        response = await respond(self.shop, request)
        if fault == "gateway_timeout_after_commit":
            return whole(OUTAGES["gateway_timeout"](wants_json))
        if fault in PREFIXES:
            headers = {k: v for k, v in response.headers.items() if k != "content-length"}
            return Response(PREFIXES[fault] + bytes(response.body), response.status_code, headers)
        return response


def woocommerce_simulator(clock: Any = None, seed: int = 1, seed_shop: Any = None) -> WooCommerceSimulator:
    return WooCommerceSimulator(clock, seed, seed_shop)
