"""The queue when somebody comes in between: a person who cancels, an answer that is lost, a statement written twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import Cluster
from tests.support.filling import connected, job, taken
from tillbridge.domain.clock import SystemClock
from tillbridge.domain.errors import DatabaseUnreachable, LeaseLost
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.storage import Storage, open_storage

DONE: Any = {"state": JobState.SUCCEEDED, "phase": Phase.ANSWERED, "spent": True, "outcome": "done"}


async def test_a_job_cancelled_at_the_moment_of_the_claim_is_not_run(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    given_up, other = job(shop.id, clock.now()), job(shop.id, clock.now())
    await storage.jobs.add([given_up, other])
    lane = await taken(storage, "a", clock.now())
    outside = copy_context()
    async with storage.transaction():
        await storage.jobs.cancel(given_up.id, clock.now())
        claiming = asyncio.create_task(storage.jobs.claim(lane, 5, clock.now()), context=outside)
        if not storage._database.is_sqlite:
            await _waiting_for_a_lock(storage)
    assert [each.id for each in await claiming] == [other.id]
    assert await storage.queue.counts() == {(shop.id, JobState.CANCELLED): 1, (shop.id, JobState.RUNNING): 1}


async def test_the_same_ending_written_twice_is_as_written_once(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    lane = await taken(storage, "a", clock.now())
    [mine] = await storage.jobs.claim(lane, 1, clock.now())
    await storage.jobs.settle(mine, lane, now=clock.now(), **DONE)
    place = await storage.changes.newest()
    await storage.jobs.settle(mine, lane, now=clock.now(), **DONE)
    assert await storage.queue.counts() == {(shop.id, JobState.SUCCEEDED): 1}
    assert await storage.changes.newest() == place, "nothing changed"
    with pytest.raises(LeaseLost):
        await storage.jobs.settle(mine, lane, now=clock.now(), **{**DONE, "outcome": "another"})


@pytest.fixture
async def served(postgresql: Cluster, tmp_path: Path) -> AsyncIterator[Storage]:
    """A storage on a server, in real time."""
    async with open_storage(postgresql.fresh(), SystemClock(), keyring_path=tmp_path / "keyring") as storage:
        yield storage


async def _waiting_for_a_lock(storage: Storage) -> int:
    """The process number of the server's end that waits, once there is one."""
    while True:
        rows = await storage._database.rows("SELECT pid FROM pg_locks WHERE NOT granted")
        if rows:
            return int(rows[0]["pid"])


@asynccontextmanager
async def _cut_off(storage: Storage, job_id: UUID) -> AsyncIterator[None]:
    """What is begun inside waits for the job, and its line to the server is cut."""
    other = await asyncpg.connect(storage._database.address)
    try:
        async with other.transaction():
            await other.execute("SELECT id FROM job WHERE id = $1 FOR UPDATE", job_id)
            yield
            await other.execute("SELECT pg_terminate_backend($1, 5000)", await _waiting_for_a_lock(storage))
    finally:
        await other.close()


async def test_a_result_whose_line_was_cut_is_written_all_the_same(served: Storage) -> None:
    now = SystemClock().now()
    shop = await connected(served, "Shop", now)
    await served.jobs.add([job(shop.id, now)])
    lane = await taken(served, "a", now)
    [mine] = await served.jobs.claim(lane, 1, now)
    async with _cut_off(served, mine.id):
        settling = asyncio.create_task(served.jobs.settle(mine, lane, now=now, **DONE))
    await settling
    assert await served.queue.counts() == {(shop.id, JobState.SUCCEEDED): 1}
    assert [each.outcome for each in await served.jobs.attempts(mine.id)] == ["done"]


async def test_a_claim_whose_line_was_cut_is_not_repeated_and_the_lanes_next_owner_runs_it(served: Storage) -> None:
    now = SystemClock().now()
    shop = await connected(served, "Shop", now)
    waiting = job(shop.id, now)
    await served.jobs.add([waiting])
    lane = await taken(served, "a", now)
    async with _cut_off(served, waiting.id):
        claiming = asyncio.create_task(served.jobs.claim(lane, 1, now))
    with pytest.raises(DatabaseUnreachable):
        await claiming
    await served.lanes.release(lane)
    again = await taken(served, "b", now)
    assert [each.id for each in await served.jobs.claim(again, 1, now)] == [waiting.id]
