"""The Wix simulator: the kit's shop behind one origin, with apps and keys, and its own ways to fail."""

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

from . import about, access, billing, catalog, contacts, demo, gift_cards, hooks, offers, orders, stock
from .order_view import ledger_row
from .speech import Call, Refusal, error
from .state import Site, Switches

_ORIGIN = "https://www.wixapis.com"
_METHODS = ["GET", "POST", "PATCH", "DELETE"]
_OLD_CATALOGUE = re.compile(r"/stores-reader/v[12]/.*|/stores/v1/.*|/stores/v2/inventoryItems.*")
Handler = Callable[[Site, Call], Response]

_PRODUCTS, _EDIT = "SCOPE.STORES.PRODUCT_READ", "SCOPE.STORES.PRODUCT_WRITE"
_STOCK, _SET = "SCOPE.STORES.INVENTORY_ITEM_READ", "SCOPE.STORES.INVENTORY_ITEM_WRITE"
_READ, _SELL = "SCOPE.DC-STORES.READ-ORDERS", "SCOPE.DC-STORES.MANAGE-ORDERS"
_PEOPLE, _COUPONS = "CONTACTS.CONTACT_READ", "SCOPE.DC-COUPONS.MANAGE-COUPONS"
_NEW_PERSON, _EDIT_PERSON = "CONTACTS.CONTACT_CREATE", "CONTACTS.CONTACT_UPDATE"
_V3, _CARD, _BULK = "stores/v3", "gift-cards/v1/gift-cards", "stores/v3/bulk/inventory-items"
ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("GET", "site-properties/v4/properties", "SITE_SETTINGS.VIEW", about.properties),
    ("GET", "apps/v1/instance", "", about.instance),
    ("GET", f"{_V3}/provision/version", "", about.version),
    ("GET", "ecom/v1/orders-settings", _READ, about.settings),
    ("POST", f"{_V3}/locations/query", _STOCK, about.locations),
    ("GET", f"{_V3}/locations/default", _STOCK, about.default_location),
    ("POST", f"{_V3}/products/query", _PRODUCTS, catalog.list_products),
    ("POST", f"{_V3}/products/query-variants", _PRODUCTS, catalog.query_variants),
    ("POST", f"{_V3}/products/search-variants", _PRODUCTS, catalog.search_variants),
    ("GET", f"{_V3}/products/*", _PRODUCTS, catalog.get_product),
    ("PATCH", f"{_V3}/products/*", _EDIT, catalog.edit_product),
    ("POST", f"{_V3}/inventory-items/query", _STOCK, stock.list_items),
    ("GET", f"{_V3}/inventory-items/*", _STOCK, stock.get_item),
    ("PATCH", f"{_V3}/inventory-items/*", _SET, stock.edit_item),
    ("POST", f"{_BULK}/update", _SET, stock.bulk_update),
    ("POST", f"{_BULK}/increment", _SET, stock.bulk_increment),
    ("POST", f"{_BULK}/decrement", _SET, stock.bulk_decrement),
    ("POST", "contacts/v5/contacts/query", _PEOPLE, contacts.list_contacts),
    ("POST", "contacts/v5/contacts/upsert", _EDIT_PERSON, contacts.upsert_contact),
    ("POST", "contacts/v5/contacts", _NEW_PERSON, contacts.add_contact),
    ("GET", "contacts/v5/contacts/*", _PEOPLE, contacts.get_contact),
    ("PATCH", "contacts/v5/contacts/*", _EDIT_PERSON, contacts.edit_contact),
    ("POST", "email-marketing/v1/email-subscriptions", "EMAIL_SUBSCRIPTIONS.MODIFY", contacts.subscribe),
    ("POST", "ecom/v1/orders", _SELL, orders.create),
    ("POST", "ecom/v1/orders/search", _READ, orders.search),
    ("POST", "ecom/v1/orders/import", "SCOPE.ECOM.IMPORT-ORDERS", orders.import_order),
    ("GET", "ecom/v1/orders/*", _READ, orders.get_order),
    ("POST", "ecom/v1/orders/*/cancel", _SELL, orders.cancel),
    ("POST", "ecom/v1/payments/orders/*/add-payment", _SELL, billing.add_payments),
    ("GET", "ecom/v1/payments/orders/*", _READ, billing.list_transactions),
    ("POST", "ecom/v1/payments-collector/orders/*/mark-as-paid", _SELL, billing.mark_as_paid),
    ("POST", "ecom/v1/order-billing/refund-payments", _SELL, billing.refund),
    ("POST", "ecom/v1/fulfillments/orders/*/create-fulfillment", _SELL, orders.hand_over),
    ("POST", "stores/v2/coupons/query", _COUPONS, offers.list_coupons),
    ("POST", "ecom/v1/calculate-totals", _READ, offers.calculate),
    ("POST", f"{_CARD}/query", "", gift_cards.list_cards),
    ("GET", f"{_CARD}/*", "", gift_cards.get_card),
    ("POST", f"{_CARD}/*/decrease-balance", "", gift_cards.decrease),
    ("POST", f"{_CARD}/*/increase-balance", "", gift_cards.increase),
    ("POST", f"{_CARD}/*/transactions/query", "", gift_cards.list_journal),
    ("POST", "ecom/v1/gift-cards/redeem", "", gift_cards.provider_redeem),
    ("POST", "ecom/v1/gift-cards/void", "", gift_cards.provider_void),
    ("POST", "ecom/v1/gift-cards/*", "", gift_cards.provider_balance),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/" + re.escape(path).replace(r"\*", "([^/]+)"))


_COMPILED = tuple((method, _pattern(path), scope, handler) for method, path, scope, handler in ROUTES)


class WixSimulator(Simulator):
    """``site`` holds its rows and ``site.switches`` what differs between sites and days."""

    name: ClassVar[str] = "wix"
    setup: ClassVar[str] = "app"
    places_order: ClassVar[str] = "sendNotificationsToBusiness"

    def __init__(self, clock: Ticking | None = None, seed: int = 1) -> None:
        ticks = ShopClock(clock)
        self.site = Site(now=ticks.now, mail=self._mail)
        self._failures = 0
        super().__init__(_ORIGIN, clock)
        self.clock = ticks
        demo.fill(self.site)

    def _mail(self, to: str, subject: str) -> None:
        self.outbox.send(to, subject)

    @property
    def switches(self) -> Switches:
        return self.site.switches

    def routes(self) -> Sequence[BaseRoute]:
        """Tokens, and everything that needs one."""
        return [
            Route("/oauth2/token", self._token, methods=["POST"]),
            Route("/{path:path}", self._serve, methods=_METHODS),
        ]

    def _control_routes(self) -> list[Route]:
        return [*super()._control_routes(), Route("/switches", self._switch, methods=["GET", "POST"])]

    def credentials(self) -> dict[str, str]:
        """What the app's dashboard shows."""
        return {"app_id": access.APP_ID, "app_secret": access.APP_SECRET, "instance_id": access.INSTANCE_ID}

    def key_credentials(self) -> dict[str, str]:
        """The other way to connect: the account's key and the site's id."""
        return {"site_id": access.SITE_ID, "api_key": access.API_KEY}

    def expire_tokens(self) -> None:
        self.site.tokens.clear()

    def revoke_tokens(self) -> None:
        """The app was taken off the site, and the owner deleted the key."""
        self.site.revoked = True

    def ledger_orders(self) -> Sequence[Row]:
        """All orders but those a shopper has not finished."""
        rows = [row for row in self.site.orders.values() if row["status"] not in ("INITIALIZED", "PENDING")]
        return [ledger_row(self.site, row) for row in rows]

    def ledger_gift_cards(self) -> Sequence[Row]:
        return [{"code": row["code"], "balance": f"{row['balance']:.2f}"} for row in self.site.cards.values()]

    def ledger_stock(self) -> dict[str, int]:
        skus = {(key, each["id"]): each["sku"] for key, row in self.site.products.items() for each in row["variants"]}
        found = dict.fromkeys(skus.values(), 0)
        for row in self.site.items.values():
            found[skus[row["productId"], row["variantId"]]] += row["quantity"] or 0
        return found

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """Throttling tells no time; the API's own failure and a gateway's page come in turn."""
        self._failures += 1
        if fault == "storm_429":
            return error(Refusal(429, "too many requests", code="RESOURCE_EXHAUSTED"))
        if fault == "error_5xx" and self._failures % 2:
            return error(Refusal(503, "the service is unavailable", code="UNAVAILABLE"))
        return super().failure(fault, scope)

    async def deliver_webhooks(self, post: hooks.Post, *, twice: bool = False, reverse: bool = False) -> int:
        """Send what is due to whoever ``post`` reaches."""
        return await hooks.deliver(self.site, post, twice=twice, reverse=reverse)

    async def _token(self, request: Request) -> Response:
        try:
            access.count(self.site)
            return access.grant(self.site, await _body(request))
        except Refusal as refusal:
            return error(refusal)

    async def _serve(self, request: Request) -> Response:
        try:
            access.count(self.site)
            access.authenticate(self.site, request.headers)
            return await self._answer(request)
        except Refusal as refusal:
            return error(refusal)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self._need_catalogue(path)
        for method, pattern, scope, handler in _COMPILED:
            if method == request.method and (found := pattern.fullmatch(path)):
                access.demand(self.site, scope)
                return handler(self.site, Call(found.groups(), await _body(request)))
        raise Refusal(404, "there is no such address")

    def _need_catalogue(self, path: str) -> None:
        """Each catalogue refuses the other's calls."""
        new = path.startswith("/stores/v3/") and "/provision/" not in path
        wanted = "V3_CATALOG" if new else "V1_CATALOG" if _OLD_CATALOGUE.fullmatch(path) else ""
        if wanted and self.switches.catalog != wanted:
            code = "CATALOG_V1_SITE_CALLING_CATALOG_V3_API" if new else "CATALOG_V3_SITE_CALLING_CATALOG_V1_API"
            raise Refusal(428, "the site has the other catalogue", code=code)

    async def _switch(self, request: Request) -> Response:
        names = {each.name: type(getattr(self.switches, each.name)) for each in fields(Switches)}
        if request.method == "POST":
            for name, value in (await request.json()).items():
                if name not in names:
                    return JSONResponse({"error": f"unknown switch {name}"}, 400)
                setattr(self.switches, name, names[name](value))
        return JSONResponse(asdict(self.switches))


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as fault:
        raise Refusal(400, "the body is not valid JSON") from fault
    if not isinstance(body, dict):
        raise Refusal(400, "the body must be an object")
    return body


def wix_simulator(clock: Ticking | None = None, seed: int = 1) -> WixSimulator:
    """A pretended site with the demo goods."""
    return WixSimulator(clock, seed)
