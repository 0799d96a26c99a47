"""Transactions: all or nothing, also when cancelled, nested, or shared by many callers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, connection, job, sale_for, taken
from tests.support.sales import goods, sold
from tillbridge.domain.audit import WORKER, AuditEntry
from tillbridge.domain.errors import InvalidInput, LeaseLost
from tillbridge.domain.jobs import Job, JobState, Phase
from tillbridge.domain.queue import QueueFilter
from tillbridge.storage import Storage

WAITING = QueueFilter(states=(JobState.WAITING,))


async def test_a_sale_is_there_with_its_jobs_or_not_at_all(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())

    async def half_a_sale() -> None:
        async with storage.transaction():
            await storage.sales.add(sold([goods("1")]), [])
            await storage.jobs.add([job(shop.id, clock.now())])
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await half_a_sale()
    assert await storage.sales.count() == 0
    assert await storage.queue.count(WAITING) == 0
    order = await sale_for(storage, shop.id, "1001", clock.now())
    assert await storage.sales.get(order.id) == order
    assert await storage.queue.count(WAITING) == 1


async def test_a_refused_row_undoes_only_its_own_part(storage: Storage, clock: VirtualClock) -> None:
    await connected(storage, "Shop", clock.now())
    async with storage.transaction():
        with pytest.raises(InvalidInput):
            await storage.connections.add(connection("sHOP", clock.now()))
        await storage.connections.add(connection("Other", clock.now()))
    assert [each.name for each in await storage.connections.all()] == ["Shop", "Other"]


async def test_names_differ_by_more_than_case_in_any_alphabet(storage: Storage, clock: VirtualClock) -> None:
    await connected(storage, "Ünïcode", clock.now())
    with pytest.raises(InvalidInput):
        await storage.connections.add(connection("üNÏCODE", clock.now()))


@pytest.mark.parametrize("steps", range(1, 60, 6))
async def test_a_cancelled_transaction_leaves_nothing_locked(storage: Storage, clock: VirtualClock, steps: int) -> None:
    """Cancelled after any number of steps of the loop: what comes next is not held up and sees all or nothing."""
    shop = await connected(storage, "Shop", clock.now())
    running = asyncio.create_task(sale_for(storage, shop.id, "1001", clock.now()))
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    ended = (await asyncio.gather(running, return_exceptions=True))[0]
    kept, jobs = await storage.sales.count(), await storage.queue.count(WAITING)
    assert kept == jobs
    assert kept == 1 or isinstance(ended, asyncio.CancelledError)
    async with asyncio.timeout(20):
        await sale_for(storage, shop.id, "1002", clock.now())


async def test_many_cancelled_at_once_do_not_use_up_the_connections(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    for _ in range(5):
        tasks = [asyncio.create_task(sale_for(storage, shop.id, f"{n}", clock.now())) for n in range(12)]
        await asyncio.sleep(0)
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(20):
        await asyncio.gather(*(sale_for(storage, shop.id, f"new {n}", clock.now()) for n in range(12)))


async def test_what_many_hand_over_together_is_kept_and_one_failure_stays_alone(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now()) for _ in range(20)])
    lane = await taken(storage, "a", clock.now())
    jobs = await storage.jobs.claim(lane, 20, clock.now())

    async def settle(at: int) -> None:
        await storage.jobs.settle(
            jobs[at], lane, state=JobState.SUCCEEDED, phase=Phase.ANSWERED, spent=True, now=clock.now(), outcome="done"
        )
        if at % 5 == 0:
            raise LeaseLost(what="this one")

    ended = await asyncio.gather(*(storage.together(partial(settle, at)) for at in range(20)), return_exceptions=True)
    assert [at for at, each in enumerate(ended) if isinstance(each, LeaseLost)] == [0, 5, 10, 15]
    counts = {state: await storage.queue.count(QueueFilter(states=(state,))) for state in JobState}
    assert (counts[JobState.SUCCEEDED], counts[JobState.RUNNING]) == (16, 4)
    states = [(await storage.jobs.get(each.id)) for each in jobs]
    assert [each is not None and each.state is JobState.RUNNING for each in states] == [at % 5 == 0 for at in range(20)]


async def test_a_group_of_results_is_kept_without_the_one_whose_consequences_fail(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now()) for _ in range(6)])
    lane = await taken(storage, "a", clock.now())
    jobs = await storage.jobs.claim(lane, 6, clock.now())
    stale = replace(jobs[5], fence=jobs[5].fence - 1)

    async def settle(each: Job, name: str) -> None:
        async def also() -> None:
            await storage.audit.add(AuditEntry(clock.now(), WORKER, "queue.audit.retried", {}, name))
            if name == "place 2":
                raise RuntimeError("no room")

        await storage.jobs.settle(
            each, lane, state=JobState.SUCCEEDED, phase=Phase.ANSWERED, spent=True, now=clock.now(), outcome="done",
            also=also,
        )  # fmt: skip

    wanted = [settle(each, f"place {at}") for at, each in enumerate([*jobs[:5], stale])]
    ended = await asyncio.gather(*wanted, return_exceptions=True)
    assert [type(each) for each in ended] == [type(None), type(None), RuntimeError, type(None), type(None), LeaseLost]
    assert await storage.queue.counts() == {(shop.id, JobState.RUNNING): 2, (shop.id, JobState.SUCCEEDED): 4}
    kept = {each.subject for each in await storage.audit.list()}
    assert {name for name in kept if name.startswith("place")} == {"place 0", "place 1", "place 3", "place 4"}
    outcomes = [[(each.outcome, each.phase) for each in await storage.jobs.attempts(one.id)] for one in jobs]
    assert outcomes == [[("done" if at in (0, 1, 3, 4) else "", Phase.NOT_SENT)] for at in range(6)]


async def test_what_is_handed_over_inside_a_transaction_shares_its_fate(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())

    async def undone() -> None:
        async with storage.transaction():
            await storage.together(lambda: storage.jobs.add([job(shop.id, clock.now())]))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await undone()
    assert await storage.queue.count(WAITING) == 0


async def test_about_to_send_is_durable_when_it_returns(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now()) for _ in range(8)])
    lane = await taken(storage, "a", clock.now())
    jobs = await storage.jobs.claim(lane, 8, clock.now())

    async def mark(at: int) -> None:
        await storage.jobs.mark_sending(
            jobs[at], lane, action="order.create", idempotency_key=f"key {at}", body="{}", now=clock.now()
        )
        [attempt] = await storage.jobs.attempts(jobs[at].id)
        assert (attempt.phase, attempt.idempotency_key) == (Phase.SENDING, f"key {at}")

    await asyncio.gather(*(mark(at) for at in range(8)))


async def test_times_are_kept_as_moments_whatever_their_zone(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    dublin = timezone(timedelta(hours=5))
    early = datetime(2026, 11, 24, 13, 30, tzinfo=dublin)
    late = datetime(2026, 11, 24, 8, 45, 0, 1, tzinfo=clock.now().tzinfo)
    await storage.jobs.add([job(shop.id, clock.now(), run_at=late), job(shop.id, clock.now(), run_at=early)])
    lane = await taken(storage, "a", clock.now())
    claimed = await storage.jobs.claim(lane, 5, clock.now())
    assert [each.run_at for each in claimed] == [early, late]


async def test_a_time_without_zone_is_refused(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    lane = await taken(storage, "a", clock.now())
    with pytest.raises(ValueError, match="zone"):
        await storage.jobs.claim(lane, 1, clock.now().replace(tzinfo=None))
