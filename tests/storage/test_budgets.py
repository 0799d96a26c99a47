"""Budgets and breakers shared by all processes: no more goes out than the platform allows, and one probe at a time."""

from __future__ import annotations

import asyncio

from tests.support.clock import VirtualClock
from tests.support.filling import connected
from tillbridge.domain.connections import BreakerState
from tillbridge.domain.pace import Pace
from tillbridge.domain.specs import Limits
from tillbridge.storage import Storage

_TEN = Limits(budget=10, restore_per_second=2, concurrency=4, page_size=50)


async def test_many_at_once_get_no_more_than_the_budget(storage: Storage, clock: VirtualClock) -> None:
    shop, other = await connected(storage, "Shop", clock.now()), await connected(storage, "Other", clock.now())

    async def permit(interactive: bool = True) -> float:
        return await storage.budgets.permit(shop.id, _TEN, 1, interactive=interactive, now=clock.now())

    waits = await asyncio.gather(*(permit() for _ in range(13)))
    assert sorted(waits)[:10] == [0.0] * 10
    assert all(each > 0 for each in sorted(waits)[10:])
    assert await storage.budgets.permit(other.id, _TEN, 1, interactive=True, now=clock.now()) == 0.0
    clock.advance(0.5)
    assert await permit(interactive=False) > 0
    assert await permit() == 0.0


async def test_the_platform_knows_better(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.budgets.permit(shop.id, _TEN, 1, interactive=True, now=clock.now())
    await storage.budgets.learn(shop.id, Pace(available=0, maximum=100, restore_per_second=50), clock.now())
    wait = await storage.budgets.permit(shop.id, _TEN, 100, interactive=True, now=clock.now())
    assert wait == 2.0
    clock.advance(wait)
    assert await storage.budgets.permit(shop.id, _TEN, 100, interactive=True, now=clock.now()) == 0.0
    await storage.budgets.cool_down(shop.id, 30, clock.now())
    clock.advance(29)
    assert await storage.budgets.permit(shop.id, _TEN, 1, interactive=True, now=clock.now()) > 0
    clock.advance(2)
    assert await storage.budgets.permit(shop.id, _TEN, 1, interactive=True, now=clock.now()) == 0.0


async def test_an_outage_opens_the_breaker_and_one_probe_closes_it(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())

    async def state() -> BreakerState:
        return (await storage.connections.get(shop.id)).breaker

    assert await storage.budgets.admit(shop.id, clock.now()) == 0.0
    while await state() is BreakerState.CLOSED:
        await storage.budgets.report(shop.id, False, clock.now())
    wait = await storage.budgets.admit(shop.id, clock.now())
    assert wait > 0
    clock.advance(wait)
    asked = await asyncio.gather(*(storage.budgets.admit(shop.id, clock.now()) for _ in range(5)))
    assert sorted(each == 0.0 for each in asked) == [False] * 4 + [True]
    assert await state() is BreakerState.HALF_OPEN
    await storage.budgets.report(shop.id, True, clock.now())
    assert await state() is BreakerState.CLOSED
    assert await storage.budgets.admit(shop.id, clock.now()) == 0.0


async def test_a_breaker_that_moves_is_told(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    place = await storage.changes.newest()
    for _ in range(8):
        await storage.budgets.report(shop.id, False, clock.now())
    [change] = await storage.changes.tail(place)
    assert (change.kind, change.subject) == ("connection", str(shop.id))
