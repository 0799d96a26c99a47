"""The base of every simulator: a Starlette app with a clock, books, an outbox, faults and a control door."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tillbridge.training.clock import ShopClock, Ticking
from tillbridge.training.faults import FaultPlan
from tillbridge.training.ledger import Ledger, Row
from tillbridge.training.middleware import CONTROL, Faulty, page
from tillbridge.training.outbox import Outbox

__all__ = ["Ledger", "Outbox", "Row", "ShopClock", "Simulator"]


class Simulator:
    """A pretended shop. A platform's simulator gives it routes, credentials and books.

    ``base_url`` is where it answers in process; a real server serves it elsewhere. ``setup`` is the kind of setup its
    credentials are for.
    """

    name: ClassVar[str]
    setup: ClassVar[str] = ""
    places_order: ClassVar[str] = ""
    """What a fault must match to strike the call that places an order, and no other."""

    def __init__(self, base_url: str, clock: Ticking | None = None) -> None:
        self.base_url = base_url
        self.clock = ShopClock(clock)
        self.outbox = Outbox(self.clock)
        self.faults = FaultPlan()
        self.ledger = Ledger(self.ledger_orders, self.ledger_gift_cards, self.ledger_stock)
        control = Mount(CONTROL, routes=self._control_routes())
        self.app = Faulty(Starlette(routes=[control, *self.routes()]), self)

    def routes(self) -> Sequence[BaseRoute]:
        """The platform's API."""
        raise NotImplementedError

    def credentials(self) -> dict[str, str]:
        """What an operator would type into the setup form, by field name."""
        raise NotImplementedError

    def ledger_orders(self) -> Sequence[Row]:
        raise NotImplementedError

    def ledger_gift_cards(self) -> Sequence[Row]:
        return []

    def ledger_stock(self) -> dict[str, int]:
        raise NotImplementedError

    def expire_tokens(self) -> None:
        """All access tokens are past their life from now on; nothing for shops whose keys do not end."""

    def revoke_tokens(self) -> None:
        """The grant itself is gone: renewing fails too."""

    def failure(self, fault: str, scope: MutableMapping[str, Any]) -> Response:
        """The answer of a shop in trouble; a platform with its own way says it here."""
        match fault:
            case "storm_429":
                return page(429, "Too Many Requests", "Please slow down.")
            case "html":
                return page(200, "Welcome", "This page greets visitors.")
        return page(502, "Bad Gateway", "The shop does not answer.")

    async def pause(self, seconds: float) -> None:
        """Take as long as a slow shop does, on the clock the shop follows."""
        await self.clock.sleep(seconds)

    def _control_routes(self) -> list[Route]:
        return [
            Route("/ledger", self._ledger),
            Route("/outbox", self._outbox),
            Route("/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/clock", self._clock, methods=["GET", "POST"]),
        ]

    async def _ledger(self, request: Request) -> Response:
        return JSONResponse(self.ledger.as_json())

    async def _outbox(self, request: Request) -> Response:
        return JSONResponse({"mails": self.outbox.as_json()})

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            try:
                wanted = await request.json()
                self.faults.arm(
                    wanted["fault"], int(wanted.get("times", 1)), str(wanted.get("match", "")),
                    phase=wanted.get("phase"), seconds=float(wanted.get("seconds", 5)),
                    skip=int(wanted.get("skip", 0)),
                )  # fmt: skip
            except (ValueError, KeyError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"faults": self.faults.as_json(), "seen": self.faults.seen})

    async def _clock(self, request: Request) -> Response:
        if request.method == "POST":
            self.clock.advance(float((await request.json())["advance"]))
        return JSONResponse({"now": self.clock.now().isoformat()})
