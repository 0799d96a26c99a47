"""A shop in the middle of its day, for pictures and tests of panels: real services and simulators, a frozen clock."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from tests.support.clock import VirtualClock
from tests.support.house import MAYA, House, new_shops, open_house_of
from tests.support.pulled_shop import product
from tests.support.sales import line, record
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.jobs import JobKind

ONLINE, OUTLET = "Harbour online", "Outlet"
NOW = datetime(2026, 11, 24, 16, 45, tzinfo=UTC)


@contextmanager
def same_every_time() -> Iterator[None]:
    """Receipts of the console's till are drawn at random; pictures need the same ones each time."""
    random.seed(7)
    draw = random.Random(7)
    with patch("tillbridge.services.till.secrets.choice", draw.choice):
        yield


@asynccontextmanager
async def empty_shop(folder: Path) -> AsyncIterator[House]:
    """Nothing is connected yet."""
    clock = VirtualClock()
    with same_every_time():
        async with open_house_of(folder, clock, new_shops(clock)) as house:
            yield house


@asynccontextmanager
async def open_shop(folder: Path) -> AsyncIterator[House]:
    """Both stores are connected and stocked; nothing was sold yet."""
    async with empty_shop(folder) as house:
        await house.connect("shopify", ONLINE)
        await house.connect("woocommerce", OUTLET)
        await house.stock_up(ONLINE, OUTLET)
        yield house


@asynccontextmanager
async def quarrelling_shop(folder: Path) -> AsyncIterator[House]:
    """The outlet sells some goods at another price than the till, which learnt its prices from the other store."""
    async with empty_shop(folder) as house:
        await house.connect("shopify", ONLINE)
        await house.connect("woocommerce", OUTLET)
        goods = house.shops["woocommerce"].shop.products.values()
        for sku, price in (("TEE-M", "19.90"), ("MUG-BLU", "9.90"), ("SOAP-1", "5.40")):
            [row] = [each for each in goods if each["sku"] == sku]
            row["regular_price"], row["sale_price"] = price, ""
        for store in (ONLINE, OUTLET):
            await house.stock_up(store)
        house.clock.set_wall(NOW)
        yield house


@asynccontextmanager
async def busy_shop(folder: Path) -> AsyncIterator[House]:
    """Sales that arrived, one whose outcome nobody knows, one refused, and a store whose key was withdrawn."""
    async with open_shop(folder) as house:
        outlet = house.services.connections
        await outlet.set_route(OUTLET, Route(RouteKind.TILLS, ("Till 1",)), MAYA)
        await sell(house, *range(1041, 1045))
        await house.services.work()
        house.shops["shopify"].faults.arm("html", 8, "orderCreate")
        await sell(house, 1045, sku="MUG-BLU", price="12.50")
        await house.services.work()
        house.shops["shopify"].faults.clear()
        await house.services.orders.add([record("D-88", currency="USD")], MAYA)
        await house.services.work()
        house.shops["shopify"].faults.arm("timeout_after_commit", 1, "orderCreate")
        house.shops["shopify"].faults.arm("html", 120, "query Order")
        await sell(house, 1052, sku="MUG-BLU", price="12.50")
        await house.services.work()
        house.clock.advance(45 * 60)
        await house.services.work()
        house.shops["shopify"].faults.clear()
        house.shops["woocommerce"].revoke_tokens()
        await sell(house, *range(1046, 1050))
        await house.services.work()
        house.clock.set_wall(NOW)
        yield house


@asynccontextmanager
async def stocked_shop(folder: Path) -> AsyncIterator[House]:
    """Stores told their stock, goods were sold and went back; a listing has no SKU, a SKU is used twice, one misfit."""
    async with open_shop(folder) as house:
        await house.stock_up(ONLINE, OUTLET)
        house.clock.advance(600)
        await sell(house, 1041, 1042)
        await house.services.work()
        await house.services.orders.refund("1042", MAYA, "too small")
        await house.services.work()
        house.clock.advance(600)
        await house.stock_up(ONLINE, OUTLET)
        outlet = await house.services.connections.find(OUTLET)
        loose = [product(901, ""), product(902, "TWICE"), product(903, "TWICE")]
        await house.storage.catalogue.upsert_products(outlet.id, loose)
        misfit = Misfit("1203", "variants[0].price", "an amount", "text “tba”", "{}")
        await house.storage.quarantine.add(outlet.id, JobKind.PULL_PRODUCTS.value, misfit)
        house.clock.set_wall(NOW)
        yield house


@dataclass(frozen=True, slots=True)
class Misfit:
    """A record that does not fit, as a pull sets it aside."""

    external_id: str
    path: str
    expected: str
    found: str
    raw: str


async def sell(house: House, *receipts: int, sku: str = "TEE-M", price: str = "24.90") -> None:
    """Sales as the shop's own till reports them."""
    records = [record(str(each), lines=[line(sku, unit_price=price)]) for each in receipts]
    report = await house.services.orders.add(records, MAYA)
    assert report.added == len(receipts), report
