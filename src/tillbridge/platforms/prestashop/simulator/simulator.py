"""The PrestaShop shop as the training kit serves it: its app, books and outages."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.kit import Simulator

from .building import build_shop
from .dispatch import respond
from .fields import Row, fixed, number, whole
from .outages import OUTAGES
from .state import CANCELED, Shop, Switches

HOME = "https://presta.example"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_AFTER = "_after_commit"
_REFERENCE = re.compile(r"TB[0-9A-Z]{24}")


class PrestaShopSimulator(Simulator):
    """A PrestaShop 8.2 shop. ``shop`` is its state; ``shop.switches`` and ``shop.version`` make it another one.

    Outages of its own, by ``break_once``: fatal_error, database_down, bad_gateway, webservice_off, too_many_requests,
    each also with "_after_commit".
    """

    name = "prestashop"
    places_order = "POST /api/orders"

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
        ]

    def credentials(self) -> dict[str, str]:
        """The address and the key with all rights."""
        return {"shop_url": self.base_url, "webservice_key": self.shop.keys[0].value}

    def revoke_tokens(self) -> None:
        """Somebody switched the keys off in the back office."""
        for key in self.shop.keys:
            key.active = False

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """The shop's and its web server's own way to fail."""
        if fault == "html":
            return super().failure(fault, scope)
        return OUTAGES["too_many_requests" if fault == "storm_429" else "fatal_error"]()

    def break_once(self, outage: str, match: str = "") -> None:
        """Let the next request whose "METHOD path" holds ``match`` meet an outage; ValueError for an unknown one."""
        if outage.removesuffix(_AFTER) not in OUTAGES:
            raise ValueError(f"unknown outage {outage}")
        self._outages.append((outage, match))

    def ledger_orders(self) -> Sequence[Row]:
        """All orders, those in payment error too."""
        return [self._book(order) for order in self.shop.rows["orders"].values()]

    def _book(self, order: Row) -> Row:
        slips = self.shop.matching("order_slip", id_order=order["id"])
        state = self.shop.rows["order_states"].get(whole(order["current_state"]))
        codes = [str(row["name"]) for row in self.shop.matching("order_cart_rules", id_order=order["id"])]
        found = _REFERENCE.search(f"{order['payment']} {order['note']}")
        currency = self.shop.rows["currencies"].get(whole(order["id_currency"]))
        return {
            "id": str(order["id"]),
            "reference": found[0] if found else "",
            "total": fixed(order["total_paid"], 2),
            "currency": str(currency["iso_code"]) if currency else "",
            "paid": order["valid"] == "1" and state is not None and state["paid"] == "1",
            "cancelled": whole(order["current_state"]) == CANCELED,
            "refunded": fixed(sum(number(row["amount"]) for row in slips), 2),
            "code": ",".join(codes),
            "status": self.shop.text(state, "name") if state else "",
        }

    def ledger_stock(self) -> dict[str, int]:
        """Every sellable row by its article number; a product with combinations is no row of its own."""
        found: dict[str, int] = {}
        parents = {whole(row["id_product"]) for row in self.shop.rows["combinations"].values()}
        for row in self.shop.rows["stock_availables"].values():
            product, attribute = whole(row["id_product"]), whole(row["id_product_attribute"])
            if not attribute and product in parents:
                continue
            goods = self.shop.rows["combinations" if attribute else "products"].get(attribute or product)
            if goods and goods["reference"]:
                found[str(goods["reference"])] = whole(row["quantity"])
        return found

    async def _serve(self, request: Request) -> Response:
        outage = self._take(f"{request.method} {request.url.path}")
        if outage in OUTAGES:
            return OUTAGES[outage]()
        if not request.url.path.startswith("/api"):
            return self._page(request)
        response = await respond(self.shop, request)
        plain = outage.removesuffix(_AFTER)
        return OUTAGES[plain]() if plain in OUTAGES else response

    def _page(self, request: Request) -> Response:
        """What is not the web service: no newer API on this shop, and the storefront."""
        if request.url.path.startswith("/admin-api"):
            return JSONResponse("The page you are looking for was not found.", 404)
        return Response("<!doctype html>\n<html><body><h1>Welcome</h1></body></html>", media_type="text/html")

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
        names = [one.name for one in fields(Switches) if one.name != "modules"]
        if request.method == "POST":
            for name, value in (await request.json()).items():
                if name not in names:
                    return JSONResponse({"error": f"unknown switch {name}"}, 400)
                setattr(self.shop.switches, name, bool(value))
        return JSONResponse({name: getattr(self.shop.switches, name) for name in names})


def prestashop_simulator(
    clock: Ticking | None = None, seed: int = 1, seed_shop: Mapping[str, Any] | None = None
) -> PrestaShopSimulator:
    """A shop with the demo goods, or with the rows of ``seed_shop`` by resource, in the shape of the API's answers."""
    return PrestaShopSimulator(clock, seed, seed_shop)
