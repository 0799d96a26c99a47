"""A Sylius connection on its simulator, prepared or not, for the adapter's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tests.support.till import basket_lines, paid
from tillbridge.domain.basket import BasketLine, Discount
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle, LookUp, Order
from tillbridge.platforms.contract import Session
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.simulator import SyliusSimulator, sylius_simulator
from tillbridge.training.server import transport


@dataclass
class Bench:
    """The connection, the shop behind it, and the handles its checkpoints kept."""

    shop: SyliusSimulator
    clock: VirtualClock
    session: Session
    handles: list[Handle] = field(default_factory=list)

    async def keep(self, handle: Handle) -> None:
        self.handles.append(handle)

    def with_facts(self, **facts: str) -> Session:
        """The session of a connection that was prepared otherwise."""
        connection = self.session.connection
        return replace(self.session, connection=replace(connection, facts={**connection.facts, **facts}))

    async def lines(self, **wanted: int) -> list[BasketLine]:
        """Basket lines by SKU; underscores stand for dashes."""
        named = {sku.replace("_", "-"): count for sku, count in wanted.items()}
        return await basket_lines(PLATFORM.product(self.session), named)

    async def sale(self, *, discounts: Sequence[Discount] = (), receipt: str = "R-1", **wanted: int) -> Order:
        return paid(await self.lines(**wanted), self.clock, receipt=receipt, discounts=discounts)

    async def settled(self, order: Order, sent_at: Any) -> LookUp:
        """Looked up as often as the adapter asks for."""
        orders = PLATFORM.order(self.session)
        found = await orders.look_up(order, self.handles, sent_at)
        while not found.certain:
            self.clock.advance(found.ask_again_in or 60)
            found = await orders.look_up(order, self.handles, sent_at)
        return found

    def booked(self, order: Order) -> list[dict[str, Any]]:
        """The shop's own rows of this sale."""
        return [each for each in self.shop.ledger.orders if each["reference"] == order.reference]

    @property
    def mails(self) -> list[tuple[str, str]]:
        return [(each.to, each.subject) for each in self.shop.outbox.mails]


class PowerCut(BaseException):
    """The machine is gone: nothing of ours runs any more."""


class Between(httpx.AsyncBaseTransport):
    """Stands between us and the shop once ``before`` was given to a bench as its tap."""

    _inner: httpx.AsyncBaseTransport

    def before(self, inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        self._inner = inner
        return self

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)


class CutAfter(Between):
    """Lets ``left`` requests through, then the power goes: after the shop got the last, before its answer came."""

    left = -1

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.left == 0:
            raise PowerCut
        response = await super().handle_async_request(request)
        self.left -= 1
        if self.left == 0:
            raise PowerCut
        return response


class Hooked(Between):
    """Does something in the shop just before a request arrives, once."""

    def __init__(self) -> None:
        self._hooks: list[tuple[str, Callable[[], object]]] = []

    def on(self, ending: str, hook: Callable[[], object]) -> None:
        """Before the next request whose path ends so."""
        self._hooks.append((ending, hook))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for pair in [each for each in self._hooks if request.url.path.endswith(each[0])]:
            self._hooks.remove(pair)
            pair[1]()
        return await super().handle_async_request(request)


@asynccontextmanager
async def bench(
    *,
    prepare: bool = True,
    switches: Mapping[str, Any] | None = None,
    values: Mapping[str, str] | None = None,
    tap: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda inner: inner,
    change: Callable[[SyliusSimulator], None] = lambda shop: None,
) -> AsyncIterator[Bench]:
    """An open bench. ``switches`` make the shop another one, ``tap`` stands between us and it."""
    clock = VirtualClock()
    shop = sylius_simulator(clock)
    for name, value in (switches or {}).items():
        setattr(shop.shop.switches, name, value)
    change(shop)
    given = {**shop.credentials(), **(values or {})}
    async with open_session(PLATFORM, given, tap(transport([shop])), clock, base_url=shop.base_url) as session:
        facts = await prepared(session) if prepare else {}
        yield Bench(shop, clock, replace(session, connection=replace(session.connection, facts=facts)))


async def prepared(session: Session) -> dict[str, str]:
    """The facts of a test and of every step, with the first of its choices."""
    facts = dict((await PLATFORM.shop(session).test()).facts)
    for step in PLATFORM.spec.preparation:
        service = PLATFORM.shop(replace(session, connection=replace(session.connection, facts=facts)))
        report = await service.check_step(step.name)
        choice = report.choices[0][0] if report.choices else None
        facts |= dict((await service.do_step(step.name, choice)).facts)
    return facts


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
