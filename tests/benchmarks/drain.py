"""A backlog draining on eight connections at once: calls made against calls permitted, and refusals."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
import structlog

from tests.benchmarks.idle_clock import IdleClock
from tests.benchmarks.ratios import Figure
from tests.support.databases import copy_template
from tests.support.house import MAYA, House, new_shops
from tests.support.sales import record
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.events import Event
from tillbridge.domain.jobs import JobState
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.bus import EventBus
from tillbridge.settings import Settings
from tillbridge.storage import open_storage
from tillbridge.training.server import transport
from tillbridge.wiring import Ground, furnish

SALES = 200
RUN_IN, WINDOW = 5.0, 30.0
"""Seconds on a clock that counts waiting alone: until all go at their steady pace, and how long is measured then.

As long as the longest window in which a store refills its quota all at once, so that each counts one refill.
"""
REFUSED = 429


class Counting(httpx.AsyncBaseTransport):
    """Counts what goes out, by host: calls, or points where the answer tells its cost; and what is refused."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.spent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        cost = _cost(await answer.aread())
        self.spent[request.url.host] += cost
        self.refused[request.url.host] += answer.status_code == REFUSED
        return answer


def _cost(body: bytes) -> int:
    try:
        return int(json.loads(body)["extensions"]["cost"]["actualQueryCost"])
    except (ValueError, KeyError, TypeError):
        return 1


def measure(runs: int) -> list[Figure]:
    """The slowest connection's share of its permitted rate, and the refusals of all, in one window."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    shares, refused = asyncio.run(_drained())
    slowest = min(shares, key=lambda each: shares[each])
    how = f"{len(shares)} connections pushing sales, {WINDOW:.0f} s on a clock that counts waiting alone"
    return [
        Figure("drain, all together", "% of the permitted", [sum(shares.values()) / len(shares)], how, ">= 98 %"),
        Figure(f"drain, the slowest: {slowest}", "% of the permitted", [shares[slowest]], how, ">= 98 %"),
        Figure("refused for being too fast while draining", "answers", [refused], how, "0"),
    ]


async def _drained() -> tuple[dict[str, float], int]:
    clock = IdleClock()
    with tempfile.TemporaryDirectory() as name, clock.watched():
        copy_template(Path(name))
        moving = asyncio.ensure_future(clock.run())
        try:
            async with _open(Path(name), clock) as (house, counting):
                await _backlog(house)
                return await _watched(house, counting)
        finally:
            moving.cancel()


@asynccontextmanager
async def _open(folder: Path, clock: IdleClock) -> AsyncIterator[tuple[House, Counting]]:
    """A house whose calls are counted."""
    shops = new_shops(clock)
    counting = Counting(transport(tuple(shops.values())))
    database, keyring = str(folder / "shop.sqlite3"), folder / "keyring"
    settings = Settings(data_dir=folder, database_url=database, keyring=keyring, till="Till 1", tax_rate="0.23")
    registry, bus, heard = PlatformServiceRegistry(), EventBus(), list[Event]()
    async with open_storage(database, clock, keyring_path=keyring) as storage, AsyncExitStack() as stack:
        ground = Ground(settings, storage, registry, clock, bus, "bench")
        services, _ = await furnish(stack, ground, counting, ())
        yield House(services, storage, shops, clock, folder, heard), counting


async def _backlog(house: House) -> None:
    for platform in house.shops:
        await house.connect(platform)
        await house.services.connections.set_route(platform, Route(RouteKind.ALL), MAYA)
    await house.stock_up(*house.shops)
    records = [record(str(number)) for number in range(1, SALES + 1)]
    report = await house.services.orders.add(records, MAYA)
    assert report.added == SALES, report


async def _watched(house: House, counting: Counting) -> tuple[dict[str, float], int]:
    clock = house.clock
    for connection in await house.storage.connections.all():
        # what a burst may spend at once is gone, so that only the pace counts
        await house.storage.budgets.cool_down(connection.id, 0, clock.now())
    bucket, declared = house.shops["shopify"].bucket, house.services.connections.spec("shopify").limits
    # a shop of the plain plan, so that the backlog lasts; its answers tell the rate
    bucket.level, bucket.restore = 0.0, declared.restore_per_second
    work = asyncio.ensure_future(house.services.work())
    try:
        await clock.sleep(RUN_IN)
        before, refused, began = Counter(counting.spent), counting.refused.total(), clock.monotonic()
        await clock.sleep(WINDOW)
        seconds, spent = clock.monotonic() - began, counting.spent - before
        await _still_busy(house)
        rates = _rates(house)
        return (
            {each: 100 * spent[httpx.URL(shop.base_url).host] / (rates[each] * seconds)
             for each, shop in house.shops.items()},
            counting.refused.total() - refused,
        )  # fmt: skip
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def _rates(house: House) -> Mapping[str, float]:
    """What each store permits in a second: what its platform declares, which the simulators keep to."""
    spec = house.services.connections.spec
    return {each: spec(each).limits.restore_per_second for each in house.shops}


async def _still_busy(house: House) -> None:
    counts = await house.storage.queue.counts()
    idle = [
        each.platform for each in await house.storage.connections.all() if not counts.get((each.id, JobState.WAITING))
    ]
    assert not idle, f"these ran dry within the window: {idle}"
