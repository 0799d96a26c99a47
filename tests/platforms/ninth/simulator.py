"""A pretended stall. It shares nothing with the adapter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import Ticking
from tillbridge.training.kit import Row, Simulator

KEY = "stall-key-2611"
GOODS = ({"sku": "TEE-M", "title": "Organic Tee", "price": "24.90"}, {"sku": "JAM-1", "title": "Jam", "price": "4.20"})


class StallSimulator(Simulator):
    name: ClassVar[str] = "corner_stall"
    places_order: ClassVar[str] = "POST /orders"

    def __init__(self, clock: Ticking | None = None, seed: int = 1) -> None:
        self.orders: list[dict[str, Any]] = []
        self.stock = {"TEE-M": 25, "JAM-1": 25}
        super().__init__("https://stall.example", clock)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/stall", self._stall),
            Route("/goods", self._goods),
            Route("/orders", self._list),
            Route("/orders", self._make, methods=["POST"]),
            Route("/orders/{id}", self._one),
        ]

    def credentials(self) -> dict[str, str]:
        return {"stall": "stall.example", "key": KEY}

    def ledger_orders(self) -> Sequence[Row]:
        more = {"currency": "EUR", "cancelled": False, "refunded": "0", "code": ""}
        return [{**each, **more} for each in self.orders]

    def ledger_stock(self) -> dict[str, int]:
        return dict(self.stock)

    async def _stall(self, request: Request) -> Response:
        return _known(request, {"name": "Stall at the corner", "currency": "EUR", "zone": "Europe/Dublin"})

    async def _goods(self, request: Request) -> Response:
        return _known(request, list(GOODS))

    async def _list(self, request: Request) -> Response:
        wanted = request.query_params.get("reference")
        return _known(request, [each for each in self.orders if each["reference"] == wanted])

    async def _one(self, request: Request) -> Response:
        return _known(request, next(each for each in self.orders if each["id"] == request.path_params["id"]))

    async def _make(self, request: Request) -> Response:
        body = await request.json()
        row = {"id": str(len(self.orders) + 1), "paid": True}
        row |= {name: body[name] for name in ("reference", "total", "tax")}
        self.orders.append(row)
        for each in body["lines"]:
            self.stock[each["sku"]] -= int(each["quantity"])
        return _known(request, row)


def _known(request: Request, body: Any) -> Response:
    if request.headers.get("X-Stall-Key") != KEY:
        return JSONResponse({"error": "who are you?"}, 401)
    return JSONResponse(body)
