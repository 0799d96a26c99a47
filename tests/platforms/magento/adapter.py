"""A Magento connection on its simulator, prepared or not, for the adapter's own tests."""

from __future__ import annotations

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
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle, Order
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import PLATFORM
from tillbridge.platforms.magento.simulator import MagentoSimulator, magento_simulator
from tillbridge.training.server import transport


@dataclass
class Bench:
    """The connection, the shop behind it, and the handles its checkpoints kept."""

    shop: MagentoSimulator
    clock: VirtualClock
    session: Session
    handles: list[Handle] = field(default_factory=list)

    async def keep(self, handle: Handle) -> None:
        self.handles.append(handle)

    def with_facts(self, **facts: str) -> Session:
        """The session of a connection that knows more."""
        connection = self.session.connection
        return replace(self.session, connection=replace(connection, facts={**connection.facts, **facts}))

    async def lines(self, **wanted: int) -> list[BasketLine]:
        """Basket lines by SKU; underscores stand for dashes."""
        named = {sku.replace("_", "-"): count for sku, count in wanted.items()}
        return await basket_lines(PLATFORM.product(self.session), named)

    async def sale(self, receipt: str = "R-1", *, wanted: Mapping[str, int] | None = None, **more: Any) -> Order:
        """A paid sale of two tees and a book, or of what is wanted."""
        lines = await self.lines(**(wanted or {"TEE_M": 2, "BOOK_1": 1}))
        return paid(lines, self.clock, receipt=receipt, **more)

    def row(self, reference: str) -> dict[str, Any]:
        """The shop's own row of a till's order."""
        (found,) = [each for each in self.shop.shop.orders.values() if each["increment_id"] == reference]
        return dict(found)

    def rows(self, reference: str) -> list[dict[str, Any]]:
        """All of them."""
        return [each for each in self.shop.ledger.orders if each["reference"] == reference]

    @property
    def mails(self) -> list[Any]:
        return list(self.shop.outbox.mails)


class Tapped(httpx.AsyncBaseTransport):
    """Lets a test count requests, change one before it goes on, and act after its answer."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        before: Callable[[httpx.Request], None] = lambda request: None,
        after: Callable[[httpx.Request], None] = lambda request: None,
    ) -> None:
        self._inner, self._before, self._after = inner, before, after
        self.seen: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(f"{request.method} {request.url.path}")
        self._before(request)
        response = await self._inner.handle_async_request(request)
        self._after(request)
        return response


@asynccontextmanager
async def bench(
    *,
    setup: str = "admin",
    prepare: bool = True,
    switches: Mapping[str, bool] | None = None,
    tap: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] | None = None,
    values: Mapping[str, str] | None = None,
    base_url: str = "",
    arrange: Callable[[MagentoSimulator], None] = lambda shop: None,
) -> AsyncIterator[Bench]:
    """An open bench. ``switches`` make the shop another one, ``tap`` stands between; ``base_url``: a path below it."""
    clock = VirtualClock()
    shop = magento_simulator(clock)
    for name, on in (switches or {}).items():
        setattr(shop.shop.switches, name, on)
    arrange(shop)
    wire = transport([shop])
    wire = tap(wire) if tap else wire
    given = shop.credentials() if setup == "admin" else shop.integration_credentials()
    given = {name: value for name, value in {**given, **(values or {})}.items() if value}
    async with open_session(PLATFORM, given, wire, clock, setup=setup, base_url=shop.base_url + base_url) as session:
        facts: dict[str, str] = {}
        if prepare:
            facts = dict((await PLATFORM.shop(session).test()).facts)
            for step in PLATFORM.spec.preparation:
                ready = replace(session, connection=replace(session.connection, facts=facts))
                report = await PLATFORM.shop(ready).check_step(step.name)
                choice = report.choices[0][0] if report.choices else None
                facts |= dict((await PLATFORM.shop(ready).do_step(step.name, choice)).facts)
        yield Bench(shop, clock, replace(session, connection=replace(session.connection, facts=facts)))


def without(shop: MagentoSimulator, *resources: str) -> None:
    """Everybody loses these permissions."""
    left = frozenset(PLATFORM.spec.scopes) - set(resources)
    for user in shop.shop.accounts.users:
        user.resources = left
    for integration in shop.shop.accounts.integrations:
        integration.resources = left


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
