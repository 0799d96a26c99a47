"""A PrestaShop connection on a simulator, prepared as an operator would, for tests of the adapter over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tests.support.till import basket_lines, paid
from tillbridge.domain.basket import BasketLine
from tillbridge.domain.connections import StepState
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle, Order
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import PLATFORM, PrestaShopOrderService
from tillbridge.platforms.prestashop.simulator import PrestaShopSimulator, prestashop_simulator
from tillbridge.platforms.prestashop.simulator.fields import Row
from tillbridge.training.server import transport


@dataclass(frozen=True)
class Seen:
    """One request as it went out."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    content: str
    cookie: str = ""

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


class Tapped(httpx.AsyncBaseTransport):
    """Notes every request, lets a test act before and after it, and may cut the power between two of them."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.seen: list[Seen] = []
        self.before: Callable[[Seen], None] = lambda seen: None
        self.after: Callable[[Seen], None] = lambda seen: None
        self.change: Callable[[Seen], bytes | None] = lambda seen: None
        """Another body for an answer, or None to leave it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = (await request.aread()).decode()
        asked = tuple(request.url.params.multi_items())
        seen = Seen(request.method, request.url.path, asked, content, request.headers.get("cookie", ""))
        self.before(seen)
        self.seen.append(seen)
        response = await self._inner.handle_async_request(request)
        self.after(seen)
        body = self.change(seen)
        return response if body is None else httpx.Response(response.status_code, json=json.loads(body))


@dataclass
class Bench:
    """The connection, the shop behind it, and the handles its checkpoints kept."""

    shop: PrestaShopSimulator
    clock: VirtualClock
    session: Session
    line: Tapped
    handles: list[Handle] = field(default_factory=list)

    async def keep(self, handle: Handle) -> None:
        self.handles.append(handle)

    @property
    def orders(self) -> PrestaShopOrderService:
        return PrestaShopOrderService(self.session)

    def with_facts(self, **facts: str) -> Session:
        """The session of a connection that knows something else."""
        connection = self.session.connection
        return replace(self.session, connection=replace(connection, facts={**connection.facts, **facts}))

    async def lines(self, **wanted: int) -> list[BasketLine]:
        """Basket lines by SKU; underscores stand for dashes."""
        named = {sku.replace("_", "-"): count for sku, count in wanted.items()}
        return await basket_lines(PLATFORM.product(self.session), named)

    async def sale(self, receipt: str = "R-1", **wanted: int) -> Order:
        return paid(await self.lines(**(wanted or {"TEE_M": 2, "BOOK_1": 1})), self.clock, receipt=receipt)

    def with_reference(self, reference: str) -> list[dict[str, Any]]:
        return [each for each in self.shop.ledger.orders if each["reference"] == reference]

    def row(self, order_id: str) -> Row:
        """The shop's own order row."""
        return self.shop.shop.rows["orders"][int(order_id)]

    @property
    def mails(self) -> list[Any]:
        return list(self.shop.outbox.mails)


async def prepare(session: Session, choices: Mapping[str, str] | None = None) -> Session:
    """The session after test and all steps, with the first of each choice unless one is named."""
    facts = dict((await PLATFORM.shop(session).test()).facts)
    for step in PLATFORM.spec.preparation:
        known = replace(session, connection=replace(session.connection, facts=facts))
        service = PLATFORM.shop(known)
        report = await service.do_step(step.name, (choices or {}).get(step.name))
        if report.state is StepState.OPEN and report.choices:
            report = await service.do_step(step.name, report.choices[0][0])
        facts |= dict(report.facts)
    return replace(session, connection=replace(session.connection, facts=facts))


@asynccontextmanager
async def bench(
    *,
    prepared: bool = True,
    choices: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    change: Callable[[PrestaShopSimulator], None] = lambda shop: None,
    values: Mapping[str, str] | None = None,
) -> AsyncIterator[Bench]:
    """An open bench. ``settings`` and ``change`` make the shop another one before anybody asks it anything."""
    clock = VirtualClock()
    shop = prestashop_simulator(clock)
    for name, value in (settings or {}).items():
        shop.shop.set_setting(name, value)
    change(shop)
    line = Tapped(transport([shop]))
    given = {**shop.credentials(), **(values or {})}
    async with open_session(PLATFORM, given, line, clock, base_url=shop.base_url) as session:
        ready = await prepare(session, choices) if prepared else session
        line.seen.clear()
        yield Bench(shop, clock, ready, line)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
