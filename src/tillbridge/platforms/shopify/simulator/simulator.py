"""The Shopify simulator: the kit's shop with a token address, a GraphQL endpoint and the files of bulk reads."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.kit import Row, Simulator

from . import bulk, demo, webhooks
from .about import LIVE, served
from .costs import Bucket
from .graph import Graph
from .order_views import totals
from .shop import Shop, Switches
from .tokens import CLIENT_ID, CLIENT_SECRET, Tokens

_ORIGIN = "https://harbour-lane.myshopify.com"
_REJECTED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class ShopifySimulator(Simulator):
    """``shop`` holds its rows and ``shop.switches`` what differs between shops."""

    name: ClassVar[str] = "shopify"
    setup: ClassVar[str] = "own_app"
    places_order: ClassVar[str] = "orderCreate("

    def __init__(self, clock: Ticking | None = None, seed: int = 1) -> None:
        self._ticks = ShopClock(clock)
        self.shop = Shop(now=self._ticks.now, mail=self._mail)
        self.tokens = Tokens(self.shop)
        self.bucket = Bucket(self.shop.now)
        self._graph = Graph(self.shop, self.tokens, self.bucket, lambda: self.base_url)
        super().__init__(_ORIGIN, clock)
        self.clock = self._ticks
        demo.fill(self.shop, seed)
        self.shop.tell = partial(webhooks.happened, self.shop)

    def _mail(self, to: str, subject: str) -> None:
        self.outbox.send(to, subject)

    @property
    def switches(self) -> Switches:
        return self.shop.switches

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/admin/oauth/access_token", self._token, methods=["POST"]),
            Route("/admin/api/{version}/graphql.json", self._graphql, methods=["POST"]),
            Route("/bulk/{name}", self._bulk_file),
        ]

    def _control_routes(self) -> list[Route]:
        return [*super()._control_routes(), Route("/switches", self._switches, methods=["GET", "POST"])]

    def turn(self, **values: Any) -> None:
        """Turn switches by name. Raises ValueError for one that is not there, or a value of another kind."""
        kinds = {each.name: type(getattr(self.switches, each.name)) for each in fields(Switches)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"no switch {name}; there are {', '.join(kinds)}")
            if not isinstance(value, kinds[name]) and not (kinds[name] is float and type(value) is int):
                raise ValueError(f"{name} takes a {kinds[name].__name__}")
            setattr(self.switches, name, value)
        if self.switches.many_variants:
            demo.add_many_variants(self.shop)

    def credentials(self) -> dict[str, str]:
        return {"shop": self.shop.domain, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def ledger_orders(self) -> Sequence[Row]:
        self.shop.catch_up()
        return [_booked(row) for row in self.shop.orders.values()]

    def ledger_gift_cards(self) -> Sequence[Row]:
        return [
            {
                "code": row["code"], "balance": f"{row['balance']:.2f}",
                "moves": [{"amount": f"{move['amount']:.2f}", "note": move["note"] or ""} for move in row["moves"]],
            }
            for row in self.shop.gift_cards.values()
        ]  # fmt: skip

    def ledger_stock(self) -> dict[str, int]:
        self.shop.catch_up()
        return {row["sku"]: self.shop.available(row["item_id"]) for row in self.shop.variants.values()}

    def expire_tokens(self) -> None:
        self.tokens.expire()

    def revoke_tokens(self) -> None:
        self.tokens.revoked = True

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """Throttling comes as a 200 without Retry-After."""
        if fault == "storm_429" and scope["path"].endswith("/graphql.json"):
            return JSONResponse(self._graph.throttled(100.0), headers={"X-Shopify-API-Version": LIVE[-1]})
        return super().failure(fault, scope)

    async def deliver_webhooks(self, post: webhooks.Post, *, twice: bool = False, reverse: bool = False) -> int:
        """Send what waits to whoever ``post`` reaches."""
        return await webhooks.deliver(self.shop, post, twice=twice, reverse=reverse)

    async def _token(self, request: Request) -> Response:
        if "json" in request.headers.get("content-type", ""):
            return self.tokens.grant(await request.json())
        return self.tokens.grant(dict(parse_qsl((await request.body()).decode(), keep_blank_values=True)))

    async def _graphql(self, request: Request) -> Response:
        headers = {
            "X-Request-Id": f"req-{next(self.shop.ids)}",
            "X-Shopify-API-Version": served(request.path_params["version"]),
        }
        if not self.tokens.accepts(request.headers.get("x-shopify-access-token")):
            return JSONResponse({"errors": _REJECTED}, 401, headers)
        try:
            given = await request.json()
        except ValueError:
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
        return JSONResponse(self._graph.answer(given), headers=headers)

    async def _bulk_file(self, request: Request) -> Response:
        row = self.shop.bulk.get(f"gid://shopify/BulkOperation/{request.path_params['name'].removesuffix('.jsonl')}")
        return PlainTextResponse(bulk.file(row)) if row else PlainTextResponse("Not Found", 404)

    async def _switches(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.turn(**await request.json())
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(asdict(self.switches))


def _booked(row: Row) -> Row:
    sums = totals(row)
    return {
        "id": row["id"], "number": row["name"], "reference": row["sourceIdentifier"] or "",
        "total": f"{sums['total']:.2f}", "currency": row["currencyCode"],
        "paid": sums["paid"] >= sums["total"], "cancelled": bool(row["cancelledAt"]),
        "refunded": f"{sums['back']:.2f}", "code": row["discount_code"],
    }  # fmt: skip


def shopify_simulator(clock: Ticking | None = None, seed: int = 1) -> ShopifySimulator:
    """A pretended shop with the demo goods."""
    return ShopifySimulator(clock, seed)
