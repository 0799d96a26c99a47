"""The smallest shop the kit can make: it counts sales. Tests of faults, door and servers ask it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tillbridge.training.clock import Ticking
from tillbridge.training.kit import Row, Simulator
from tillbridge.training.server import transport

HOME = "https://kiosk.example"


class Kiosk(Simulator):
    """POST /sales books a sale and answers with its number and a long receipt; GET /sales lists them."""

    name: ClassVar[str] = "kiosk"
    places_order: ClassVar[str] = "POST /sales"

    def __init__(self, clock: Ticking | None = None) -> None:
        self.sales: list[str] = []
        self.expired = self.revoked = 0
        super().__init__(HOME, clock)

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/sales", self._sell, methods=["POST"]), Route("/sales", self._list)]

    def credentials(self) -> dict[str, str]:
        return {"key": "k"}

    def ledger_orders(self) -> Sequence[Row]:
        return [{"id": str(at), "reference": each} for at, each in enumerate(self.sales, start=1)]

    def ledger_stock(self) -> dict[str, int]:
        return {"PAPER": 10 - len(self.sales)}

    def expire_tokens(self) -> None:
        self.expired += 1

    def revoke_tokens(self) -> None:
        self.revoked += 1

    async def _sell(self, request: Request) -> Response:
        self.sales.append((await request.json())["reference"])
        return JSONResponse({"number": len(self.sales), "receipt": "thank you " * 40}, 201)

    async def _list(self, request: Request) -> Response:
        return JSONResponse(self.sales)


def client(kiosk: Kiosk) -> httpx.AsyncClient:
    """A client that reaches the kiosk in this process."""
    return httpx.AsyncClient(transport=transport([kiosk]), base_url=HOME)


async def sell(shop: httpx.AsyncClient, reference: str = "A1") -> httpx.Response:
    return await shop.post("/sales", json={"reference": reference})
