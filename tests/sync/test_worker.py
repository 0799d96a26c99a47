"""Workers share a shop: one drives a connection at a time, a dead one is replaced, a stopped one ends cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.support.counters import LEASE, SPEC, TILL, BackOffice
from tests.support.memory_shop import MemoryShop, lost
from tests.support.sales import record
from tillbridge.domain.connections import Connection
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import NetworkFailure, NotFound, UnknownPlatform
from tillbridge.domain.jobs import Job, JobState, Phase
from tillbridge.domain.orders import Handle, OrderStatus
from tillbridge.domain.specs import PlatformSpec
from tillbridge.storage import Lane


async def _until(done: Callable[[], bool]) -> None:
    """Let the loop, and the database's thread, go on until it is so."""
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  the condition lies behind the database's thread
            await asyncio.sleep(0.001)


async def _job(office: BackOffice, receipt: str) -> Job:
    (job,) = await office.storage.jobs.of_sale((await office.orders.find(receipt)).id)
    return job


async def _blocked(office: BackOffice, sales: int = 1) -> MemoryShop:
    """A shop that lets no create through yet, with sales waiting for it."""
    shop = await office.connect()
    shop.gate = asyncio.Event()
    await office.orders.add([record(str(1001 + at)) for at in range(sales)], TILL)
    return shop


async def _steal(office: BackOffice) -> Lane:
    """Another machine takes the lane over once its lease has run out."""
    office.clock.advance(LEASE + 1)
    lane = await office.storage.lanes.take("elsewhere", office.clock.now(), LEASE)
    assert lane is not None
    return lane


async def test_a_worker_that_is_stopped_hands_its_job_back_as_sent_and_the_next_one_asks_first(
    office: BackOffice,
) -> None:
    shop = await _blocked(office)
    running = asyncio.create_task(office.worker().run())
    await _until(lambda: shop.inside == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    job = await _job(office, "1001")
    assert (job.state, job.phase, job.attempts) == (JobState.WAITING, Phase.SENDING, 0)
    shop.gate = None
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED
    assert len(shop.orders) == 1


async def test_a_worker_that_lost_its_lease_stops_sending_and_writes_nothing(office: BackOffice) -> None:
    shop = await _blocked(office)
    running = asyncio.create_task(office.worker().run_until_idle(patience=timedelta(0)))
    await _until(lambda: shop.inside == 1)
    await _steal(office)
    before = await _job(office, "1001")
    office.still.advance(LEASE / 3)
    await _until(lambda: shop.inside == 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await _job(office, "1001") == before
    assert shop.orders == []


async def test_an_answer_that_comes_after_the_lease_was_lost_is_left_to_the_new_owner(office: BackOffice) -> None:
    shop = await _blocked(office)
    running = asyncio.create_task(office.worker().run_until_idle())
    await _until(lambda: shop.inside == 1)
    lane = await _steal(office)
    assert shop.gate is not None
    shop.gate.set()
    await _until(lambda: len(shop.orders) == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await office.seen("1001")).status is OrderStatus.SYNCING
    await office.storage.lanes.release(lane)
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED
    assert len(shop.orders) == 1


async def test_until_idle_waits_for_work_that_another_worker_has_under_way(office: BackOffice) -> None:
    shop = await _blocked(office)
    first = asyncio.create_task(office.worker().run_until_idle())
    await _until(lambda: shop.inside == 1)
    second = asyncio.create_task(
        BackOffice(office.storage, office.still, office.shops).worker("second").run_until_idle()
    )
    await asyncio.sleep(0.05)
    assert not second.done()
    assert shop.gate is not None
    shop.gate.set()
    await first
    office.still.advance(1)
    await second
    assert len(shop.orders) == 1


async def test_a_long_send_keeps_its_lease(office: BackOffice) -> None:
    shop = await _blocked(office)
    running = asyncio.create_task(office.worker().run_until_idle())
    await _until(lambda: shop.inside == 1)
    fence = (await _job(office, "1001")).fence
    for _ in range(9):
        office.clock.advance(LEASE / 3)
        office.still.advance(LEASE / 3)
        await asyncio.sleep(0.02)
    assert await office.storage.lanes.take("elsewhere", office.clock.now(), LEASE) is None
    assert shop.gate is not None
    shop.gate.set()
    await running
    assert (await _job(office, "1001")).fence == fence
    assert (await office.seen("1001")).status is OrderStatus.SYNCED


async def test_no_more_sends_at_once_than_the_platform_permits(office: BackOffice) -> None:
    permitted = SPEC.limits.concurrency
    shop = await _blocked(office, sales=permitted * 2 + 1)
    running = asyncio.create_task(office.worker().run_until_idle())
    await _until(lambda: shop.inside == permitted)
    assert shop.gate is not None
    shop.gate.set()
    await running
    assert shop.most_inside == permitted
    assert len(shop.orders) == permitted * 2 + 1


async def test_a_slow_shop_keeps_no_other_waiting(office: BackOffice) -> None:
    slow = await _blocked(office)
    quick = await office.connect("outlet")
    await office.orders.add([record("2001")], TILL)
    running = asyncio.create_task(office.worker().run())
    await _until(lambda: slow.inside >= 1 and len(quick.orders) == 1)
    assert slow.orders == []
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_paused_connection_spends_nothing_and_goes_on_when_resumed(office: BackOffice) -> None:
    shop = await office.connect()
    paused = replace(await office.connection(), paused=True)
    await office.storage.connections.save(paused)
    await office.orders.add([record("1001")], TILL)
    await office.work()
    job = await _job(office, "1001")
    assert (job.state, job.attempts, len(shop.orders)) == (JobState.WAITING, 0, 0)
    await office.storage.connections.save(replace(paused, paused=False))
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED


async def test_an_open_breaker_holds_the_jobs_until_its_pause_is_over(office: BackOffice) -> None:
    shop = await office.connect()
    connection = await office.connection()
    for _ in range(5):
        await office.storage.budgets.report(connection.id, well=False, now=office.clock.now())
    await office.orders.add([record("1001")], TILL)
    await office.work()
    assert shop.orders == []
    assert (await _job(office, "1001")).attempts == 0
    office.clock.advance(60)
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED


async def test_a_bug_parks_its_own_job_and_stops_no_other(office: BackOffice) -> None:
    shop = await office.connect()
    shop.fail("create.before", ZeroDivisionError("a bug"))
    await office.orders.add([record("1001"), record("1002")], TILL)
    with capture_logs():  # drawing a traceback takes longer than all the rest
        await office.work()
    states = [(await _job(office, receipt)).state for receipt in ("1001", "1002")]
    assert sorted(states) == [JobState.PARKED, JobState.SUCCEEDED]


async def test_a_result_that_cannot_be_kept_parks_its_job_instead_of_sending_for_ever(office: BackOffice) -> None:
    shop = await office.connect()
    real = shop.create_order

    async def endless_number(order: object, checkpoint: object) -> object:
        placed = await real(order, checkpoint)  # type: ignore[arg-type]
        return replace(placed, platform_order_id="9" * 5000)

    shop.create_order = endless_number  # type: ignore[assignment,method-assign]
    await office.orders.add([record("1001")], TILL)
    with capture_logs():  # drawing a traceback takes longer than all the rest
        await office.work()
    job = await _job(office, "1001")
    assert (job.state, job.phase) == (JobState.PARKED, Phase.SENDING)
    assert len(shop.orders) == 1


async def test_a_job_from_before_a_restore_is_looked_up_before_anything_is_sent(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1001")], TILL)
    sale = await office.orders.find("1001")

    async def forgotten(handle: Handle) -> None:
        """The database that kept it is gone."""

    await shop.create_order(sale, forgotten)
    known = await office.storage.shop.get()
    await office.storage.shop.save(replace(known, epoch=known.epoch + 1))
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED
    assert len(shop.orders) == 1


@pytest.mark.parametrize("error", [None, NetworkFailure(reason="reset"), lost(), ZeroDivisionError("a bug")])
async def test_a_store_removed_while_its_sale_is_sent_stops_no_other(
    office: BackOffice, error: BaseException | None
) -> None:
    shop = await _blocked(office)
    if error is not None:
        shop.fail("create.before", error)
    await office.connect("outlet")
    running = asyncio.create_task(office.worker().run_until_idle(patience=timedelta(0)))
    await _until(lambda: shop.inside == 1)
    gone = await office.connection()
    await office.storage.jobs.give_up_all(gone.id, office.clock.now())
    await office.storage.connections.remove(gone.id)
    await office.orders.add([record("2001")], TILL)
    assert shop.gate is not None
    shop.gate.set()
    await running
    assert (await office.seen("2001", "outlet")).status is OrderStatus.SYNCED
    (job,) = [
        each
        for each in await office.storage.jobs.of_sale((await office.orders.find("1001")).id)
        if each.connection_id == gone.id
    ]
    assert job.state is JobState.CANCELLED


async def test_a_store_whose_platform_is_not_installed_any_more_stops_no_other(office: BackOffice) -> None:
    stray = await office.connect()
    await office.connect("outlet")
    lost_platform = await office.connection()

    def spec_of(connection: Connection) -> PlatformSpec:
        if connection.id == lost_platform.id:
            raise UnknownPlatform(platform="corner", known="others")
        return SPEC

    await office.orders.add([record("1001")], TILL)
    await office.worker(spec_of=spec_of).run_until_idle()
    assert (await office.seen("1001", "outlet")).status is OrderStatus.SYNCED
    assert stray.orders == []
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED


async def test_a_result_that_fits_nothing_here_parks_its_own_job(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.connect()
    real = office.storage.sales.save_delivery

    async def save(delivery: Delivery) -> None:
        if delivery.status is OrderStatus.SYNCED:
            raise NotFound(what="sale", name="1001")
        await real(delivery)

    await office.orders.add([record("1001")], TILL)
    with monkeypatch.context() as patched:
        patched.setattr(office.storage.sales, "save_delivery", save)
        await office.work()
    assert (await _job(office, "1001")).state is JobState.PARKED
    await office.orders.add([record("1002")], TILL)
    await office.work()
    assert (await office.seen("1002")).status is OrderStatus.SYNCED
