"""The BigCommerce simulator: the kit's shop with the two path roots of a store and its own ways to fail."""

from __future__ import annotations

import gzip
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
from tillbridge.training.middleware import page

from . import about, access, carts, catalog, customers, demo, hooks, inventory, offers, orders, refunds
from .order_view import ledger_row
from .speech import Call, Refusal, error
from .state import Store, Switches

_ORIGIN = "https://api.bigcommerce.com"
_METHODS = ["GET", "POST", "PUT", "DELETE"]
_ROOT = re.compile(r"/stores/([^/]+)/(v2|v3)(/.*)")
Handler = Callable[[Store, Call], Response]

_INFO, _PRODUCTS, _STOCK = "store_v2_information", "store_v2_products", "store_inventory"
_PEOPLE, _ORDERS, _MONEY = "store_v2_customers", "store_v2_orders", "store_v2_transactions"
_MARKETING = "store_v2_marketing"
ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("GET", "v2/store", _INFO, about.show_store),
    ("GET", "v2/time", "", about.show_time),
    ("GET", "v3/settings/inventory", _INFO, about.inventory_settings),
    ("GET", "v3/channels", _INFO, about.list_channels),
    ("POST", "v3/channels", "store_channel_settings", about.add_channel),
    ("GET", "v3/catalog/products", _PRODUCTS, catalog.list_products),
    ("PUT", "v3/catalog/products", _PRODUCTS, catalog.edit_products),
    ("GET", "v3/catalog/variants", _PRODUCTS, catalog.list_variants),
    ("PUT", "v3/catalog/variants", _PRODUCTS, catalog.edit_variants),
    ("GET", "v3/catalog/brands", _PRODUCTS, catalog.list_brands),
    ("GET", "v3/inventory/locations", _STOCK, about.list_locations),
    ("GET", "v3/inventory/items", _STOCK, inventory.list_items),
    ("PUT", "v3/inventory/adjustments/absolute", _STOCK, inventory.set_stock),
    ("POST", "v3/inventory/adjustments/relative", _STOCK, inventory.move_stock),
    ("GET", "v3/customers", _PEOPLE, customers.list_customers),
    ("POST", "v3/customers", _PEOPLE, customers.add_customers),
    ("PUT", "v3/customers", _PEOPLE, customers.edit_customers),
    ("GET", "v3/customers/subscribers", _PEOPLE, customers.list_subscribers),
    ("GET", "v2/orders", _ORDERS, orders.list_orders),
    ("POST", "v2/orders", _ORDERS, orders.add_order),
    ("GET", "v2/orders/count", _ORDERS, orders.count_orders),
    ("GET", "v2/orders/#", _ORDERS, orders.get_order),
    ("PUT", "v2/orders/#", _ORDERS, orders.edit_order),
    ("DELETE", "v2/orders/#", _ORDERS, orders.archive_order),
    ("GET", "v2/orders/#/products", _ORDERS, orders.get_lines),
    ("POST", "v3/orders/#/payment_actions/refund_quotes", _MONEY, refunds.quote),
    ("GET", "v3/orders/#/payment_actions/refunds", _MONEY, refunds.list_refunds),
    ("POST", "v3/orders/#/payment_actions/refunds", _MONEY, refunds.refund),
    ("GET", "v3/orders/payment_actions/refunds", _MONEY, refunds.list_all_refunds),
    ("GET", "v3/promotions", _MARKETING, offers.list_promotions),
    ("GET", "v3/promotions/codes", _MARKETING, offers.list_codes),
    ("GET", "v2/coupons", _MARKETING, offers.list_coupons),
    ("PUT", "v2/coupons/#", _MARKETING, offers.edit_coupon),
    ("GET", "v2/gift_certificates", _MARKETING, offers.list_certificates),
    ("POST", "v2/gift_certificates", _MARKETING, offers.add_certificate),
    ("GET", "v2/gift_certificates/#", _MARKETING, offers.get_certificate),
    ("PUT", "v2/gift_certificates/#", _MARKETING, offers.edit_certificate),
    ("POST", "v3/carts", "store_cart", carts.open_cart),
    ("DELETE", "v3/carts/*", "store_cart", carts.drop_cart),
    ("POST", "v3/checkouts/*/coupons", "store_checkout", carts.apply_code),
    ("GET", "v3/hooks", "", hooks.list_hooks),
    ("POST", "v3/hooks", "", hooks.add_hook),
    ("PUT", "v3/hooks/#", "", hooks.edit_hook),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(path.replace("#", r"(\d+)").replace("*", "([^/]+)") + "/?")


_COMPILED = tuple((method, _pattern(path), scope, handler) for method, path, scope, handler in ROUTES)


class BigCommerceSimulator(Simulator):
    """``store`` holds its rows and ``store.switches`` what differs between stores and days."""

    name: ClassVar[str] = "bigcommerce"
    places_order: ClassVar[str] = "POST /stores/g5cd38/v2/orders"

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
        """Everything below the root; what is not a store's is answered by the edge."""
        return [Route("/{path:path}", self._serve, methods=_METHODS)]

    def _control_routes(self) -> list[Route]:
        return [*super()._control_routes(), Route("/switches", self._switch, methods=["GET", "POST"])]

    def credentials(self) -> dict[str, str]:
        """What the account's text file holds."""
        return {"store_hash": self.store.hash, "access_token": demo.TOKEN, "client_secret": demo.CLIENT_SECRET}

    def revoke_tokens(self) -> None:
        """Somebody deleted the API accounts, and their webhooks went with them."""
        for account in self.store.accounts:
            account.deleted = True
        self.store.hooks.clear()

    def ledger_orders(self) -> Sequence[Row]:
        """All orders but carts that never became one."""
        return [ledger_row(self.store, row) for row in self.store.orders.values() if row["status_id"]]

    def ledger_gift_cards(self) -> Sequence[Row]:
        return [{"code": row["code"], "balance": f"{row['balance']:.2f}"} for row in self.store.certificates.values()]

    def ledger_stock(self) -> dict[str, int]:
        self.store.settle_stock()
        skus = {each["id"]: each["sku"] for row in self.store.products.values() for each in row["variants"]}
        found = dict.fromkeys(skus.values(), 0)
        for (variant_id, _), quantity in self.store.stock.items():
            found[skus[variant_id]] += quantity
        return found

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """Throttling with and without its headers; a gateway's page and the API's own 504 in turn."""
        self._failures += 1
        odd = bool(self._failures % 2)
        if fault == "storm_429":
            told = {"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Requests-Quota": "150"}
            told |= {"X-Rate-Limit-Time-Reset-Ms": "1500", "X-Rate-Limit-Time-Window-Ms": str(access.WINDOW_MS)}
            return Response(status_code=429, headers=told if odd else {})
        if fault == "error_5xx" and odd:
            return error(Refusal(504, "Gateway Timeout"), "v3")
        return super().failure(fault, scope)

    async def deliver_webhooks(self, post: hooks.Post, *, twice: bool = False, reverse: bool = False) -> int:
        """Send what is due to whoever ``post`` reaches."""
        return await hooks.deliver(self.store, post, twice=twice, reverse=reverse)

    async def _serve(self, request: Request) -> Response:
        root = _ROOT.fullmatch(request.url.path)
        if root is None or root[1] != self.store.hash:
            return page(404, "Not Found", "There is no store at this address.")
        version = root[2]
        if self.switches.maintenance:
            return page(503, "Maintenance", "The store is down for maintenance.")
        told, too_many = access.count(self.store)
        if too_many:
            return Response(status_code=429, headers={} if self.switches.shed_load else told)
        try:
            answer = await self._answer(request, f"{version}{root[3]}")
        except Refusal as refusal:
            answer = self._packed(error(refusal, version))
        answer.headers.update(told)
        return answer

    async def _answer(self, request: Request, path: str) -> Response:
        account = access.account_of(self.store, request.headers.get("x-auth-token"))
        for method, pattern, scope, handler in _COMPILED:
            if method == request.method and (found := pattern.fullmatch(path)):
                access.demand(account, scope, method)
                raw = await request.body()
                try:
                    body = json.loads(raw) if raw else None
                except ValueError as fault:
                    raise Refusal(400, "The request body is not valid JSON.") from fault
                query = dict(request.query_params)
                return handler(self.store, Call(found.groups(), query, body, account.client_id, path))
        raise Refusal(404, "The requested resource was not found.")

    def _packed(self, answer: Response) -> Response:
        """Errors can come compressed although nobody expected it."""
        if not self.switches.gzip_errors:
            return answer
        body = gzip.compress(bytes(answer.body))
        headers = {"content-encoding": "gzip", "content-type": "application/json"}
        return Response(body, answer.status_code, headers)

    async def _switch(self, request: Request) -> Response:
        names = {each.name: type(getattr(self.switches, each.name)) for each in fields(Switches)}
        if request.method == "POST":
            for name, value in (await request.json()).items():
                if name not in names:
                    return JSONResponse({"error": f"unknown switch {name}"}, 400)
                setattr(self.switches, name, names[name](value))
        return JSONResponse(asdict(self.switches))


def bigcommerce_simulator(clock: Ticking | None = None, seed: int = 1) -> BigCommerceSimulator:
    """A pretended store with the demo goods."""
    return BigCommerceSimulator(clock, seed)
