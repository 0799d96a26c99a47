"""A prepared Shopify connection with its simulator behind it, for tests of what only Shopify does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.platforms.shopify.till import goods, sold
from tests.support.clock import VirtualClock
from tests.support.recorder import SENT
from tests.support.sessions import open_session
from tests.support.till import listed
from tillbridge.domain.basket import BasketLine, Discount, Payment
from tillbridge.domain.catalog import Listing
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle, Order, PlacedOrder
from tillbridge.platforms.contract import Session
from tillbridge.platforms.shopify import PLATFORM
from tillbridge.platforms.shopify.simulator import ShopifySimulator, shopify_simulator
from tillbridge.training.server import transport


@dataclass
class Bench:
    """``place`` is the location chosen at preparation."""

    shop: ShopifySimulator
    clock: VirtualClock
    session: Session
    place: str = ""
    handles: list[Handle] = field(default_factory=list)

    async def keep(self, handle: Handle) -> None:
        self.handles.append(handle)

    async def listing(self, sku: str) -> Listing:
        return (await listed(PLATFORM.product(self.session), sku))[0]

    async def line(self, number: int, sku: str, quantity: str = "1", **more: Any) -> BasketLine:
        listing, price, title = await listed(PLATFORM.product(self.session), sku)
        return goods(number, str(price.amount), quantity, title=title, sku=sku, listing=listing, **more)

    def sold(self, lines: Sequence[BasketLine], *, reference: str = "TB0123456789ABCDEFGHJKMNPQ", **more: Any) -> Order:
        return replace(sold(lines, **more), reference=reference, sold_at=self.clock.now())

    async def create(self, order: Order) -> PlacedOrder:
        return await PLATFORM.order(self.session).create_order(order, self.keep)

    def asked(self, operation: str) -> list[Any]:
        """The variables of each call of an operation so far."""
        return [sent.body["variables"] for sent in SENT if sent.body and sent.body.get("operationName") == operation]


@asynccontextmanager
async def connected(
    values: Mapping[str, str] | None = None, setup: str = "own_app", shop: ShopifySimulator | None = None
) -> AsyncIterator[Bench]:
    """A session that is not prepared yet."""
    clock = VirtualClock()
    shop = shop or shopify_simulator(clock)
    typed = {**shop.credentials(), **(values or {})}
    async with open_session(PLATFORM, typed, transport([shop]), clock, setup=setup, base_url=shop.base_url) as session:
        yield Bench(shop, clock, session)


@asynccontextmanager
async def prepared() -> AsyncIterator[Bench]:
    """A connection on which all steps were done, as services keep their facts."""
    async with connected() as bench:
        facts = dict((await PLATFORM.shop(bench.session).test()).facts)
        for step in PLATFORM.spec.preparation:
            session = replace(bench.session, connection=replace(bench.session.connection, facts=facts))
            facts |= (await PLATFORM.shop(session).do_step(step.name, None)).facts
        session = replace(bench.session, connection=replace(bench.session.connection, facts=facts))
        yield replace(bench, session=session, place=facts["location_id"])


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def paid(kind: Any, amount: str) -> Payment:
    return Payment(kind, str(kind), eur(amount))


__all__ = ["Bench", "Discount", "connected", "eur", "paid", "prepared"]
