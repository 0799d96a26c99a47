"""A Wix connection on its simulator, prepared or not, for the adapter's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
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
from tillbridge.domain.orders import Handle, LineKind, Order, PlacedOrder, TenderKind
from tillbridge.platforms.contract import Session
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.shop_facts import LOCATION
from tillbridge.platforms.wix.simulator import WixSimulator, wix_simulator
from tillbridge.training.server import transport

CREATE = "sendNotificationsToBusiness"
REFERENCE = "TB0123456789ABCDEFGHJKMNPQ"


@dataclass
class Bench:
    """The connection, the site behind it, and the handles its checkpoints kept."""

    shop: WixSimulator
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

    async def create(self, order: Order) -> PlacedOrder:
        return await PLATFORM.order(self.session).create_order(order, self.keep)

    def rows(self, reference: str = REFERENCE) -> list[dict[str, Any]]:
        """The site's own rows of till orders."""
        every = self.shop.site.orders.values()
        return [row for row in every if row["channel"].get("externalOrderId") == reference]

    def row(self) -> dict[str, Any]:
        """The one order of the till."""
        (found,) = self.rows()
        return found

    def stock(self, sku: str) -> int:
        return self.shop.ledger.stock[sku]

    def item(self, sku: str) -> dict[str, Any]:
        """The site's own row of a variant's stock."""
        products = self.shop.site.products.values()
        key = next(each["id"] for row in products for each in row["variants"] if each["sku"] == sku)
        return next(row for row in self.shop.site.items.values() if row["variantId"] == key)

    def product(self, title: str) -> dict[str, Any]:
        """The site's own row of a product."""
        return next(row for row in self.shop.site.products.values() if row["name"] == title)

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


Tap = Callable[[httpx.AsyncBaseTransport, WixSimulator], httpx.AsyncBaseTransport]


@asynccontextmanager
async def bench(
    *, prepare: bool = True, tap: Tap | None = None, setup: str = "app", **switches: Any
) -> AsyncIterator[Bench]:
    """An open bench. ``switches`` turn the site's, ``tap`` stands between us and it."""
    clock = VirtualClock()
    shop = wix_simulator(clock)
    for name, value in switches.items():
        assert hasattr(shop.switches, name), name
        setattr(shop.switches, name, value)
    wire = transport([shop])
    wire = tap(wire, shop) if tap else wire
    values = shop.credentials() if setup == "app" else shop.key_credentials()
    async with open_session(PLATFORM, values, wire, clock, setup=setup, base_url=shop.base_url) as session:
        facts = {LOCATION: shop.site.home} if prepare else {}
        ready = replace(session, connection=replace(session.connection, facts=facts))
        yield Bench(shop, clock, ready)


def order_of(
    lines: Sequence[BasketLine],
    discounts: Sequence[Discount] = (),
    *,
    included: bool = True,
    payments: Sequence[Payment] | None = None,
    cash_step: Money | None = None,
    customer: Customer | None = None,
    sold_at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
) -> Order:
    """The sale, paid by card unless payments are given."""
    currency = lines[0].unit_price.currency
    due = price(lines, currency=currency, prices_include_tax=included, discounts=discounts).due
    card = [Payment(TenderKind.CARD, "Card", due)] if due else []
    basket = price(
        lines,
        currency=currency,
        prices_include_tax=included,
        discounts=discounts,
        payments=card if payments is None else payments,
        cash_step=cash_step,
    )
    facts = SaleFacts(
        id=UUID(int=7),
        reference=REFERENCE,
        receipt="R-7",
        sold_at=sold_at,
        business_date=date(2026, 11, 24),
        till="T1",
        location="Main",
        customer=customer,
    )
    return to_order(basket, facts)


def by_name(title: str, amount: str, quantity: str = "1", unit: str = "piece") -> BasketLine:
    """A line typed in at the till."""
    return BasketLine(
        id=title,
        kind=LineKind.FREE_TEXT,
        title=title,
        quantity=Decimal(quantity),
        unit=unit,
        unit_price=eur(amount),
    )


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
