"""Copies made while a worker writes, and copies carried away: put back on another machine, nothing is sent twice."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.house import MAYA, new_shops, open_house_of
from tests.support.records import record
from tillbridge.domain.errors import KeyMissing
from tillbridge.domain.jobs import JobState
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.queue import QueueFilter
from tillbridge.services.backup import put_back

ROUNDS = 12


async def test_a_copy_made_while_sales_are_written_and_sent_is_of_one_moment(tmp_path: Path) -> None:
    """Each sale in it has its delivery and its job, and a sale that says synced has its order's id."""
    clock, copies = VirtualClock(), [tmp_path / f"copy-{number}.db" for number in range(3)]
    async with open_house_of(tmp_path, clock, new_shops(clock)) as house:
        await house.connect("shopify", "Harbour")
        await house.stock_up("Harbour")

        async def sell() -> None:
            for number in range(ROUNDS):
                await house.services.orders.add([record(f"R-{number}")], MAYA)
                await house.services.work()

        async def copy() -> None:
            for each in copies:
                await house.services.backup.make(each, MAYA)

        await asyncio.gather(sell(), copy())
    for each in copies:
        with closing(sqlite3.connect(each)) as found:
            assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            [(alone,)] = found.execute(
                "SELECT count(*) FROM sale WHERE id NOT IN (SELECT sale_id FROM delivery) "
                "OR id NOT IN (SELECT subject_id FROM job WHERE subject_id IS NOT NULL)"
            )
            [(nameless,)] = found.execute(
                "SELECT count(*) FROM delivery WHERE status = 'synced' AND coalesce(platform_order_id, '') = ''"
            )
        assert (alone, nameless) == (0, 0)


@pytest.fixture
async def carried(tmp_path: Path) -> Path:
    """Another machine to which a copy was brought, without the keyring; that lies in ``home``."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    clock = VirtualClock()
    async with open_house_of(home, clock, new_shops(clock)) as house:
        await house.connect("woocommerce", "Own site")
        await house.services.backup.make(elsewhere / "copy.db", MAYA)
    return elsewhere


async def test_a_copy_and_the_keyring_open_every_store_on_another_machine(carried: Path) -> None:
    shutil.copy(carried.parent / "home" / "keyring", carried / "keyring")
    clock = VirtualClock()
    kept = await put_back(carried / "copy.db", carried / "shop.sqlite3", clock, MAYA, keyring=carried / "keyring")
    assert kept is None
    async with open_house_of(carried, clock, new_shops(clock)) as house:
        assert (await house.services.connections.test("Own site")).name
        assert (await house.services.shop.get()).epoch == 2


async def test_without_the_keyring_nothing_is_put_back_on_another_machine(carried: Path) -> None:
    with pytest.raises(KeyMissing) as caught:
        await put_back(carried / "copy.db", carried / "shop.sqlite3", VirtualClock(), MAYA, keyring=carried / "keyring")
    assert "keyring" in caught.value.card().next_step
    assert [each.name for each in carried.iterdir() if not each.name.endswith(".lock")] == ["copy.db"]


async def test_every_job_that_was_not_done_begins_with_a_look_up_after_a_restore(tmp_path: Path) -> None:
    """Waiting, given to a person, or under way when the copy was made: all three were sent meanwhile."""
    clock = VirtualClock()
    shops, copy, receipts = new_shops(clock), tmp_path / "copy.db", ("R-1", "R-2", "R-3")
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.connect("shopify", "Harbour")
        await house.stock_up("Harbour")
        await house.services.orders.add([record(each) for each in receipts], MAYA)
        await house.services.backup.make(copy, MAYA)
        await house.services.work()
    sold = len(shops["shopify"].ledger.orders)
    with closing(sqlite3.connect(copy)) as left:
        jobs = [row[0] for row in left.execute("SELECT id FROM job WHERE kind = 'push_order' ORDER BY created_at, id")]
        left.execute("UPDATE job SET state = 'parked' WHERE id = ?", [jobs[1]])
        left.execute("UPDATE job SET state = 'running', fence = 1 WHERE id = ?", [jobs[2]])
        left.commit()
    assert len(jobs) == len(receipts)
    await put_back(copy, tmp_path / "shop.sqlite3", clock, MAYA, keyring=tmp_path / "keyring")
    clock.advance(3600)
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.services.queue.retry(UUID(jobs[1]), MAYA)
        await house.services.work()
        assert {(await house.services.orders.show(each)).status for each in receipts} == {OrderStatus.SYNCED}
    assert len(shops["shopify"].ledger.orders) == sold


async def test_a_stock_change_that_waited_when_the_copy_was_made_is_not_booked_twice(tmp_path: Path) -> None:
    """It was sent after the copy; whether it was, a restored shop cannot know, so a person decides."""
    clock = VirtualClock()
    shops, copy = new_shops(clock), tmp_path / "copy.db"
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.connect("shopify", "Harbour")
        await house.connect("woocommerce", "Outlet")
        await house.stock_up("Harbour", "Outlet")
        await house.services.orders.add([record("R-1")], MAYA)
        await house.services.backup.make(copy, MAYA)
        before = shops["woocommerce"].ledger.stock["TEE-M"]
        await house.services.work()
        assert shops["woocommerce"].ledger.stock["TEE-M"] == before - 1
    await put_back(copy, tmp_path / "shop.sqlite3", clock, MAYA, keyring=tmp_path / "keyring")
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.services.work()
        assert shops["woocommerce"].ledger.stock["TEE-M"] == before - 1
        parked = await house.services.queue.window(QueueFilter(states=(JobState.PARKED,)), None)
        [job] = [each for each in parked.rows if each.cause == "queue.stock_restored"]
        detail = await house.services.queue.detail(job.id)
        assert detail.card is not None
        assert "TEE-M" in detail.card.explanation
        assert "Outlet" in detail.card.explanation
        await house.services.queue.retry(job.id, MAYA)
        await house.services.work()
        assert shops["woocommerce"].ledger.stock["TEE-M"] == before - 2, "told so, it is sent"
