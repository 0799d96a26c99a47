"""The Squarespace simulator: the kit's shop, the hosts of the APIs and of the login in one, and its own failures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import asdict, fields
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.kit import Row, Simulator

from . import access, demo, goods, hooks, login, offers, orders, people
from .speech import Call, Refusal, error
from .state import Pass, Store, Switches

_ORIGIN = "https://api.squarespace.com"
_LOGIN = "/api/1/login/oauth/provider"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[[Store, Call], Response]

_ORDERS, _STOCK, _PRODUCTS = "website.orders", "website.inventory", "website.products"
_PEOPLE, _CODES, _HOOKS = "website.contacts", "website.discounts", "1.0/webhook_subscriptions"
ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("GET", "1.0/authorization/website", "", goods.website),
    ("GET", "v2/commerce/products", _PRODUCTS, goods.list_products),
    ("GET", "v2/commerce/products/*", _PRODUCTS, goods.get_products),
    ("GET", "1.0/commerce/inventory", _STOCK, goods.list_stock),
    ("POST", "1.0/commerce/inventory/adjustments", _STOCK, goods.adjust),
    ("GET", "1.0/commerce/inventory/*", _STOCK, goods.get_stock),
    ("GET", "1.0/commerce/orders", _ORDERS, orders.list_orders),
    ("POST", "1.0/commerce/orders", _ORDERS, orders.add_order),
    ("GET", "1.0/commerce/orders/*", _ORDERS, orders.get_order),
    ("POST", "1.0/commerce/orders/*/fulfillments", _ORDERS, orders.fulfil),
    ("GET", "v1/contacts", _PEOPLE, people.list_contacts),
    ("POST", "v1/contacts", _PEOPLE, people.add_contact),
    ("POST", "v1/contacts/query", _PEOPLE, people.query),
    ("GET", "v1/contacts/*", _PEOPLE, people.get_contact),
    ("PATCH", "v1/contacts/*", _PEOPLE, people.edit_contact),
    ("GET", "v1/contacts/*/address-book", _PEOPLE, people.address_book),
    ("GET", "v1/commerce/discounts", _CODES, offers.list_discounts),
    ("GET", "v1/commerce/discounts/*", _CODES, offers.get_discount),
    ("GET", _HOOKS, "oauth", hooks.list_hooks),
    ("POST", _HOOKS, "oauth", hooks.add_hook),
    ("DELETE", f"{_HOOKS}/*", "oauth", hooks.drop_hook),
    ("POST", f"{_HOOKS}/*/actions/rotateSecret", "oauth", hooks.rotate),
    ("POST", f"{_HOOKS}/*/actions/sendTestNotification", "oauth", hooks.send_test),
)
_COMPILED = tuple(
    (method, re.compile(path.replace(".", r"\.").replace("*", "([^/]+)")), scope, handler)
    for method, path, scope, handler in ROUTES
)


class SquarespaceSimulator(Simulator):
    """``store`` holds its rows and ``store.switches`` what differs between sites and days. Speaks to an API key."""

    name: ClassVar[str] = "squarespace"
    setup: ClassVar[str] = "api_key"
    places_order: ClassVar[str] = "POST /1.0/commerce/orders"

    def __init__(self, clock: Ticking | None = None, seed: int = 1) -> None:
        ticks = ShopClock(clock)
        self.store = Store(now=ticks.now, mail=self._mail)
        self._failures = 0
        super().__init__(_ORIGIN, clock)
        self.clock = ticks
        demo.fill(self.store)

    def _mail(self, to: str, subject: str) -> None:
        self.outbox.send(to, subject)

    @property
    def switches(self) -> Switches:
        return self.store.switches

    def routes(self) -> Sequence[BaseRoute]:
        """Login, then everything else, which is the APIs'."""
        return [
            Route(f"{_LOGIN}/authorize", self._consent, methods=["GET"]),
            Route(f"{_LOGIN}/tokens", self._grant, methods=["POST"]),
            Route("/{path:path}", self._serve, methods=_METHODS),
        ]

    def _control_routes(self) -> list[Route]:
        return [*super()._control_routes(), Route("/switches", self._switch, methods=["GET", "POST"])]

    def credentials(self) -> dict[str, str]:
        """The key the merchant made."""
        return {"api_key": demo.API_KEY}

    def expire_tokens(self) -> None:
        """Access tokens end; keys do not."""
        now = self.store.now()
        for each in self.store.passes.values():
            each.ends = now if each.oauth else each.ends

    def revoke_tokens(self) -> None:
        """The merchant deleted the key and threw the extension out."""
        for rows in (self.store.passes, self.store.refreshes, self.store.codes):
            rows.clear()

    def ledger_orders(self) -> Sequence[Row]:
        return [orders.ledger_row(self.store, row) for row in self.store.orders.values()]

    def ledger_stock(self) -> dict[str, int]:
        counted = [row for row in self.store.products.values() if row["type"] == "PHYSICAL"]
        return {each["sku"]: each["quantity"] for row in counted for each in row["variants"]}

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """Throttling without any header; failures in the envelope and as the edge's pages in turn."""
        self._failures += 1
        if fault == "storm_429":
            return error(Refusal(429, "Too many requests."))
        if fault == "error_5xx" and self._failures % 2:
            return error(Refusal(503 if self._failures % 4 == 1 else 500, "Try again later."))
        return super().failure(fault, scope)

    async def deliver_webhooks(self, post: hooks.Post, *, twice: bool = False, reverse: bool = False) -> int:
        """Send what is due to whoever ``post`` reaches."""
        return await hooks.deliver(self.store, post, twice=twice, reverse=reverse)

    def panel(self, order_id: str, update: str, **changes: Any) -> None:
        """What the merchant does to an order by hand, since no call can."""
        orders.panel(self.store, order_id, update, **changes)

    async def _consent(self, request: Request) -> Response:
        return login.consent(self.store, request)

    async def _grant(self, request: Request) -> Response:
        return await login.grant(self.store, request)

    async def _serve(self, request: Request) -> Response:
        try:
            who = access.admit(self.store, request.headers)
            return await self._answer(request, who)
        except Refusal as refusal:
            return error(refusal)

    async def _answer(self, request: Request, who: Pass) -> Response:
        path = request.url.path.lstrip("/")
        known = [(method, found, scope, do) for method, form, scope, do in _COMPILED if (found := form.fullmatch(path))]
        for method, found, scope, handler in known:
            if method == request.method:
                access.demand(who, scope, method)
                raw = await request.body()
                call = Call(found.groups(), dict(request.query_params), request.headers, raw, _json(raw), who)
                return handler(self.store, call)
        raise Refusal(405 if known else 404, "There is nothing here.")

    async def _switch(self, request: Request) -> Response:
        names = {each.name: type(getattr(self.switches, each.name)) for each in fields(Switches)}
        if request.method == "POST":
            for name, value in (await request.json()).items():
                if name not in names:
                    return JSONResponse({"error": f"unknown switch {name}"}, 400)
                setattr(self.switches, name, names[name](value))
        return JSONResponse(asdict(self.switches))


class SquarespaceOauthSimulator(SquarespaceSimulator):
    """The same site, spoken to by a registered extension."""

    setup: ClassVar[str] = "oauth"

    def credentials(self) -> dict[str, str]:
        """The extension's registration and the answer of a consent given just now."""
        return {
            "client_id": login.CLIENT_ID, "client_secret": login.CLIENT_SECRET, "redirect_uri": login.REDIRECT,
            "authorization_code": f"{login.REDIRECT}?code={login.new_code(self.store)}&state=a-word",
        }  # fmt: skip


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError as fault:
        raise Refusal(400, "The request body is not valid JSON.", "INVALID_ARGUMENT") from fault


def squarespace_simulator(clock: Ticking | None = None, seed: int = 1) -> SquarespaceSimulator:
    """A pretended site with the demo goods, for an API key."""
    return SquarespaceSimulator(clock, seed)


def squarespace_oauth_simulator(clock: Ticking | None = None, seed: int = 1) -> SquarespaceOauthSimulator:
    """A pretended site with the demo goods, for an extension."""
    return SquarespaceOauthSimulator(clock, seed)
