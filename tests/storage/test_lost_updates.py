"""Two who change the same row at the same moment: both changes are there afterwards, on both kinds of database."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, sale_for
from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import NotFound, UnknownConnection
from tillbridge.domain.ids import new_id
from tillbridge.domain.orders import OrderStatus
from tillbridge.storage import Storage

AT_ONCE = 8


async def test_changes_of_one_connection_at_the_same_moment_are_all_kept(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())

    async def learn(number: int) -> None:
        def change(now: Connection) -> Connection:
            return replace(now, facts={**now.facts, f"fact {number}": "known"})

        async with storage.transaction():
            await storage.shop.get()
            await storage.connections.change(shop.id, change)

    await asyncio.gather(*map(learn, range(AT_ONCE)))
    assert len((await storage.connections.get(shop.id)).facts) == AT_ONCE


async def test_a_pause_is_not_undone_by_a_worker_that_holds_the_connection(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    paused = storage.connections.change(shop.id, lambda now: replace(now, paused=True))
    held = storage.connections.change(
        shop.id, lambda now: replace(now, state=ConnectionState.NEEDS_REAUTHENTICATION, zone="Europe/Dublin")
    )
    await asyncio.gather(paused, held)
    now = await storage.connections.get(shop.id)
    assert (now.paused, now.state) == (True, ConnectionState.NEEDS_REAUTHENTICATION)


async def test_changes_of_one_delivery_at_the_same_moment_are_all_kept(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    order = await sale_for(storage, shop.id, "R-1", clock.now())

    async def learn(number: int) -> None:
        def change(now: Delivery) -> Delivery:
            facts = {**now.reason_params, f"fact {number}": "known"}
            return replace(now, reason_params=facts, status=OrderStatus.SYNCING)

        async with storage.transaction():
            await storage.sales.get(order.id)
            await storage.sales.change_delivery(order.id, shop.id, change)

    await asyncio.gather(*map(learn, range(AT_ONCE)))
    [delivery] = await storage.sales.deliveries(order.id)
    assert len(delivery.reason_params) == AT_ONCE


async def test_an_equal_row_is_not_written_and_an_unknown_one_is_refused(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    order = await sale_for(storage, shop.id, "R-1", clock.now())
    before = await storage.changes.newest()
    assert await storage.connections.change(shop.id, lambda now: now) == shop
    await storage.sales.change_delivery(order.id, shop.id, lambda now: now)
    assert await storage.changes.newest() == before
    with pytest.raises(UnknownConnection):
        await storage.connections.change(new_id(), lambda now: now)
    with pytest.raises(NotFound):
        await storage.sales.change_delivery(new_id(), shop.id, lambda now: replace(now, updated_at=now.updated_at))
