"""A Squarespace connection on its simulator, prepared or not, for the adapter's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tests.support.till import basket_lines
from tillbridge.domain.basket import BasketLine, Discount, Payment, SaleFacts, price, to_order
from tillbridge.domain.customers import Customer
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle, Order, TenderKind
from tillbridge.platforms.contract import Session
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.simulator import (
    SquarespaceSimulator,
    squarespace_oauth_simulator,
    squarespace_simulator,
)
from tillbridge.training.server import transport

CREATE = "POST /1.0/commerce/orders"
REFERENCE = "TB0123456789ABCDEFGHJKMNPQ"
SOLD_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Bench:
    """The connection, the site behind it, and the handles its checkpoints kept."""

    shop: SquarespaceSimulator
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

    def orders(self) -> list[dict[str, Any]]:
        """The site's own rows of imported orders."""
        return [row for row in self.shop.store.orders.values() if row["channel"] == "external"]

    def variant(self, sku: str) -> dict[str, Any]:
        """The site's own row of a variant."""
        rows = [each for row in self.shop.store.products.values() for each in row["variants"]]
        return next(each for each in rows if each["sku"] == sku)

    @property
    def mails(self) -> list[Any]:
        return list(self.shop.outbox.mails)


class Tapped(httpx.AsyncBaseTransport):
    """Lets a test look at a request before it goes on, and act after its answer."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        before: Callable[[httpx.Request], None] = lambda request: None,
        after: Callable[[httpx.Request], None] = lambda request: None,
    ) -> None:
        self._inner, self._before, self._after = inner, before, after

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._before(request)
        response = await self._inner.handle_async_request(request)
        self._after(request)
        return response


Tap = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


@asynccontextmanager
async def bench(
    *,
    oauth: bool = False,
    prepare: bool = True,
    tap: Tap | None = None,
    values: Mapping[str, str] | None = None,
    **switches: Any,
) -> AsyncIterator[Bench]:
    """An open bench by key or by extension. ``switches`` turn the site's, ``tap`` stands between us and it."""
    clock = VirtualClock()
    shop = squarespace_oauth_simulator(clock) if oauth else squarespace_simulator(clock)
    for name, value in switches.items():
        assert hasattr(shop.switches, name), name
        setattr(shop.switches, name, value)
    wire = transport([shop])
    wire = tap(wire) if tap else wire
    form = {**shop.credentials(), **(values or {})}
    async with open_session(PLATFORM, form, wire, clock, setup=shop.setup, base_url=shop.base_url) as session:
        facts = dict((await PLATFORM.shop(session).test()).facts) if prepare else {}
        ready = replace(session, connection=replace(session.connection, facts=facts))
        yield Bench(shop, clock, ready)


def order_of(
    lines: Sequence[BasketLine],
    discounts: Sequence[Discount] = (),
    *,
    included: bool = True,
    customer: Customer | None = None,
    reference: str = REFERENCE,
    sold_at: datetime = SOLD_AT,
) -> Order:
    """The sale, paid by card."""
    currency = lines[0].unit_price.currency
    due = price(lines, currency=currency, prices_include_tax=included, discounts=discounts).due
    payments = [Payment(TenderKind.CARD, "Card", due)] if due else []
    basket = price(lines, currency=currency, prices_include_tax=included, discounts=discounts, payments=payments)
    facts = SaleFacts(
        id=UUID(int=7),
        reference=reference,
        receipt="R-7",
        sold_at=sold_at,
        business_date=date(2026, 11, 24),
        till="T1",
        location="Main",
        customer=customer,
    )
    return to_order(basket, facts)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
