"""A WooCommerce connection on its simulator, prepared or not, for the adapter's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import httpx

from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tests.support.till import basket_lines
from tillbridge.domain.basket import BasketLine
from tillbridge.domain.catalog import Listing
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Handle
from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce import PLATFORM
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator, woocommerce_simulator
from tillbridge.training.server import transport


@dataclass
class Bench:
    """The connection, the shop behind it, and the handles its checkpoints kept."""

    shop: WooCommerceSimulator
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
        """The shop's own rows of till orders, drafts included."""
        rows = self.shop.shop.orders.values()
        return [dict(each) for each in rows if each["created_via"] in ("pos-rest-api", "rest-api")]

    @property
    def mails(self) -> list[Any]:
        return list(self.shop.outbox.mails)


class Tapped(httpx.AsyncBaseTransport):
    """Lets a test look at or change a request before it goes on, and act after its answer."""

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
    prepare: bool = True,
    switches: Mapping[str, bool] | None = None,
    base_url: str = "",
    tap: Callable[[httpx.AsyncBaseTransport, WooCommerceSimulator], httpx.AsyncBaseTransport] | None = None,
    values: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Bench]:
    """An open bench. ``switches`` make the shop an older one, ``tap`` stands between us and it."""
    clock = VirtualClock()
    shop = woocommerce_simulator(clock)
    for name, on in (switches or {}).items():
        setattr(shop.shop.switches, name, on)
    for name, value in (settings or {}).items():
        shop.shop.settings[f"woocommerce_{name}"] = value
    if base_url:
        shop.base_url = shop.shop.home = base_url
    wire = transport([shop])
    wire = tap(wire, shop) if tap else wire
    given = {**shop.credentials(), **(values or {})}
    async with open_session(PLATFORM, given, wire, clock, base_url=shop.base_url) as session:
        facts = dict((await PLATFORM.shop(session).test()).facts) if prepare else {}
        ready = replace(session, connection=replace(session.connection, facts=facts))
        yield Bench(shop, clock, ready)


def linked(product: int, variant: int | None = None) -> Listing:
    """A listing by plain ids."""
    return Listing(str(product), str(variant or product), "", "")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
