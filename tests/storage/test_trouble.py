"""Trouble with the database: what the operator is told, and that nothing is half written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import Cluster
from tests.support.filling import connected, job, sale_for, taken
from tillbridge.domain.audit import WORKER, AuditEntry
from tillbridge.domain.clock import SystemClock
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import DatabaseBusy, DatabaseUnreachable, DiskFull, StorageError
from tillbridge.domain.jobs import JobState
from tillbridge.domain.queue import QueueFilter
from tillbridge.storage import Storage, open_storage

WAITING = QueueFilter(states=(JobState.WAITING,))
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) AS n FROM n"


async def test_a_full_disk_is_named_and_nothing_is_half_written(sqlite_storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())
    client = sqlite_storage._database.client()
    pages = (await client.execute_query_dict("PRAGMA page_count"))[0]["page_count"]
    await client.execute_query(f"PRAGMA max_page_count = {pages}")
    kept: list[int] = []

    async def sell_until_it_fails() -> None:
        for number in range(2000):
            await sale_for(sqlite_storage, shop.id, f"{number}", clock.now())
            kept.append(number)

    with pytest.raises(DiskFull) as failed:
        await sell_until_it_fails()
    assert "shop.sqlite3" in str(failed.value)
    assert await sqlite_storage.sales.count() == await sqlite_storage.queue.count(WAITING) == len(kept)
    await client.execute_query("PRAGMA max_page_count = 1000000")
    await sale_for(sqlite_storage, shop.id, "room again", clock.now())


async def test_after_a_full_disk_nothing_more_slips_in(sqlite_storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())

    async def fill_the_disk() -> None:
        for _ in range(99):
            await sqlite_storage.audit.add(
                AuditEntry(clock.now(), WORKER, "queue.audit.retried", {"a": "b" * 4000}, "")
            )

    async def goes_on_after_the_failure() -> None:
        async with sqlite_storage.transaction():
            await sqlite_storage.jobs.add([job(shop.id, clock.now())])
            [page] = await sqlite_storage._database.rows("PRAGMA page_count")
            await sqlite_storage._database.run(f"PRAGMA max_page_count = {page['page_count']}")
            with pytest.raises(DiskFull):
                await fill_the_disk()
            await sqlite_storage.jobs.add([job(shop.id, clock.now())])

    with pytest.raises(StorageError, match="undone"):
        await goes_on_after_the_failure()
    assert await sqlite_storage._database.rows("SELECT count(*) AS n FROM job") == [{"n": 0}]


async def test_another_process_that_holds_the_database_is_named(
    sqlite_storage: Storage, sqlite_address: str, clock: VirtualClock
) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())
    await sqlite_storage._database.client().execute_query("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(sqlite_address, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            await sale_for(sqlite_storage, shop.id, "1001", clock.now())
        other.execute("ROLLBACK")
    await sale_for(sqlite_storage, shop.id, "1001", clock.now())


async def test_a_long_read_holds_up_no_writer(sqlite_storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())
    reading = asyncio.create_task(sqlite_storage._database.rows(SLOW, long=True))
    await asyncio.sleep(0)
    await sale_for(sqlite_storage, shop.id, "1001", clock.now())
    assert not reading.done()
    assert await reading == [{"n": 2000000}]


@pytest.fixture
async def served(postgresql: Cluster, tmp_path: Path) -> AsyncIterator[Storage]:
    """A storage on a server that may be stopped, in real time."""
    async with open_storage(postgresql.fresh(), SystemClock(), keyring_path=tmp_path / "keyring") as storage:
        yield storage


async def _sell(storage: Storage, shop: Connection, receipt: str) -> None:
    """As a till does it: when the outcome is not known, look before repeating."""
    while True:
        try:
            if await storage.sales.find("Till 1", receipt) is None:
                await storage.whole(lambda: sale_for(storage, shop.id, receipt, SystemClock().now()))
            return
        except DatabaseUnreachable:
            await asyncio.sleep(0.05)


async def test_a_server_that_restarts_loses_no_sale_and_doubles_none(served: Storage, postgresql: Cluster) -> None:
    shop = await connected(served, "Shop", SystemClock().now())
    selling = [asyncio.create_task(_sell(served, shop, f"{number}")) for number in range(60)]
    await asyncio.wait(selling, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.to_thread(postgresql.stop)
    assert not all(each.done() for each in selling)
    await asyncio.to_thread(postgresql.start)
    await asyncio.gather(*selling)
    assert await served.sales.count() == await served.queue.count(WAITING) == 60


async def test_a_server_that_went_away_is_named(served: Storage, postgresql: Cluster) -> None:
    await connected(served, "Shop", SystemClock().now())
    await asyncio.to_thread(postgresql.stop)
    try:
        with pytest.raises(DatabaseUnreachable):
            await served.connections.all()
    finally:
        await asyncio.to_thread(postgresql.start)
    assert len(await served.connections.all()) == 1


async def test_a_worker_goes_on_by_itself_after_a_restart(served: Storage, postgresql: Cluster) -> None:
    now = SystemClock().now()
    shop = await connected(served, "Shop", now)
    await sale_for(served, shop.id, "1001", now)
    lane = await taken(served, "a", now)
    await asyncio.to_thread(postgresql.stop)
    claiming = asyncio.create_task(served.jobs.claim(lane, 5, now))
    await asyncio.sleep(0)
    await asyncio.to_thread(postgresql.start)
    assert [each.state for each in await claiming] == [JobState.RUNNING]


@pytest.mark.parametrize("ends", ["release", "undo"])
async def test_a_savepoint_of_the_library_ends_in_our_words_when_the_server_goes_away(
    ends: str, postgresql: Cluster, tmp_path: Path
) -> None:
    """``update_or_create`` and its like open one inside our transaction."""
    async with open_storage(postgresql.fresh(), VirtualClock(), keyring_path=tmp_path / "keyring") as storage:

        async def cut_off() -> None:
            async with storage.transaction():
                inner = storage._database.client()._in_transaction()
                await inner.__aenter__()
                [mine] = await storage._database.rows("SELECT pg_backend_pid() AS id")
                other = await asyncpg.connect(storage._database.address)
                try:
                    await other.execute(f"SELECT pg_terminate_backend({mine['id']}, 5000)")
                finally:
                    await other.close()
                failed = RuntimeError() if ends == "undo" else None
                with pytest.raises(DatabaseUnreachable):
                    await inner.__aexit__(type(failed) if failed else None, failed, None)
                raise DatabaseUnreachable(reason="told")

        with pytest.raises(DatabaseUnreachable):
            await cut_off()
        assert await storage.sales.count() == 0, "the pool has another connection"
