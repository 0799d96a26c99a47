"""The queue as a window: walking it page by page shows what sorting everything would, whatever is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, job, sale_for, taken
from tests.support.sales import goods, sold
from tillbridge.domain.connections import Connection
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput, NotFound
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.queue import JobKey, QueueFilter, QueueRow
from tillbridge.storage import Storage

_STATES = tuple(JobState)
_KINDS = (JobKind.PUSH_ORDER, JobKind.PULL_STOCK, JobKind.CANCEL_ORDER)
_CAUSES = ("", "error.rate_limited", "error.disk_full")


async def _filled(storage: Storage, clock: VirtualClock, many: int = 60) -> list[Job]:
    """Jobs of two connections in all states, kinds and causes, added in a random order."""
    shops = [await connected(storage, name, clock.now()) for name in ("Ä", "B")]
    chance = Random(7)
    jobs = [
        job(
            shops[at % 2].id, clock.now() + timedelta(seconds=at), state=chance.choice(_STATES),
            kind=chance.choice(_KINDS), cause=chance.choice(_CAUSES), priority=chance.randint(1, 99),
        )
        for at in range(many)
    ]  # fmt: skip
    chance.shuffle(jobs)
    await storage.jobs.add(jobs)
    return jobs


def _filters(jobs: Sequence[Job]) -> tuple[QueueFilter, ...]:
    one = jobs[0].connection_id
    return (
        QueueFilter(),
        QueueFilter(states=(JobState.PARKED,)),
        QueueFilter(states=(JobState.WAITING, JobState.RUNNING), connection_ids=(one,)),
        QueueFilter(kinds=(JobKind.PULL_STOCK, JobKind.CANCEL_ORDER)),
        QueueFilter(cause="error.disk_full", states=(JobState.PARKED,)),
        QueueFilter(connection_ids=(new_id(),)),
    )


def _expected(jobs: Sequence[Job], wanted: QueueFilter) -> list[JobKey]:
    """What a full sort shows."""
    kept = [
        each.id
        for each in jobs
        if (not wanted.states or each.state in wanted.states)
        and (not wanted.kinds or each.kind in wanted.kinds)
        and (not wanted.connection_ids or each.connection_id in wanted.connection_ids)
        and (not wanted.cause or each.cause == wanted.cause)
    ]
    return [JobKey(each) for each in sorted(kept, reverse=True)]


async def _walk(storage: Storage, wanted: QueueFilter, limit: int, *, backward: bool) -> list[QueueRow]:
    """Page after page from one end, each starting where the last one ended."""
    seen: list[QueueRow] = []
    anchor = JobKey(new_id().__class__(int=0)) if backward else None
    while page := await storage.queue.page(wanted, anchor=anchor, backward=backward, limit=limit):
        assert len(page) <= limit
        seen = [*page, *seen] if backward else [*seen, *page]
        anchor = (page[0] if backward else page[-1]).key
    return seen


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_pages_in_both_directions_show_what_a_full_sort_shows(
    storage: Storage, clock: VirtualClock, limit: int
) -> None:
    jobs = await _filled(storage, clock)
    for wanted in _filters(jobs):
        expected = _expected(jobs, wanted)
        assert [each.key for each in await _walk(storage, wanted, limit, backward=False)] == expected
        assert [each.key for each in await _walk(storage, wanted, limit, backward=True)] == expected


async def test_counts_and_ranks_agree_with_the_rows(storage: Storage, clock: VirtualClock) -> None:
    jobs = await _filled(storage, clock)
    for wanted in _filters(jobs):
        expected = _expected(jobs, wanted)
        assert await storage.queue.count(wanted) == len(expected)
        assert [await storage.queue.rank(wanted, each) for each in expected] == list(range(len(expected)))


async def test_jumping_by_rank_lands_on_the_row_of_that_rank(storage: Storage, clock: VirtualClock) -> None:
    jobs = await _filled(storage, clock)
    wanted = QueueFilter(kinds=_KINDS[:2])
    expected = _expected(jobs, wanted)
    page = await storage.queue.page(wanted, offset=11, limit=3)
    assert [each.key for each in page] == expected[11:14]
    assert await storage.queue.rank(wanted, page[0].key) == 11


async def test_a_row_tells_of_its_sale(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Häfen", clock.now())
    order = await sale_for(storage, shop.id, "R-1", clock.now())
    [row] = await storage.queue.page(QueueFilter())
    assert (row.receipt, row.reference, row.connection) == ("R-1", order.reference, "Häfen")
    assert (row.order_status, row.run_at, row.created_at) == ("local", clock.now(), clock.now())
    assert await storage.queue.row(row.id) == row
    assert await storage.queue.row(new_id()) is None


async def test_the_jobs_of_one_sale_are_those_and_no_others(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    one, _ = [await sale_for(storage, shop.id, each, clock.now()) for each in ("1", "10")]
    wanted = QueueFilter(sale_id=one.id)
    rows = await storage.queue.page(wanted)
    assert [each.receipt for each in rows] == ["1"]
    assert await storage.queue.count(wanted) == 1
    assert await storage.queue.rank(wanted, rows[0].key) == 0


async def test_text_is_taken_as_typed(storage: Storage, clock: VirtualClock) -> None:
    """Signs that mean something to a database are only signs here, and case is as typed on both databases."""
    shop = await connected(storage, "Shop", clock.now())
    for receipt in ("A%1", "AB1", "A_1", "A!1", "ab1"):
        await sale_for(storage, shop.id, receipt, clock.now())
    other = await sale_for(storage, shop.id, "Z", clock.now())

    async def found(text: str) -> list[str]:
        wanted = QueueFilter(text=text)
        rows = await storage.queue.page(wanted)
        assert await storage.queue.count(wanted) == len(rows)
        return sorted(each.receipt for each in rows)

    assert await found("A%") == ["A%1"]
    assert await found("A_") == ["A_1"]
    assert await found("A!") == ["A!1"]
    assert await found("B1") == []
    assert await found(other.reference[:12]) == ["Z"]
    assert await found("ab") == await found("AB") == ["AB1", "ab1"]


async def test_counters_follow_every_move(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    jobs = [job(shop.id, clock.now()) for _ in range(4)]
    await storage.jobs.add(jobs)

    async def counts() -> dict[str, int]:
        counted = {state.value: count for (_, state), count in (await storage.queue.counts()).items()}
        for state in JobState:
            rows = await storage.queue.page(QueueFilter(states=(state,)))
            assert counted.get(state.value, 0) == len(rows)
        return counted

    assert await counts() == {"waiting": 4}
    lane = await taken(storage, "a", clock.now(), 10)
    parked, done, _left = await storage.jobs.claim(lane, 3, clock.now())
    assert await counts() == {"waiting": 1, "running": 3}
    settled = {"phase": Phase.ANSWERED, "spent": True, "now": clock.now(), "outcome": "x"}
    await storage.jobs.settle(parked, lane, state=JobState.PARKED, cause="error.x", **settled)  # type: ignore[arg-type]
    await storage.jobs.settle(done, lane, state=JobState.SUCCEEDED, **settled)  # type: ignore[arg-type]
    assert await counts() == {"waiting": 1, "running": 1, "parked": 1, "succeeded": 1}
    clock.advance(11)
    await taken(storage, "b", clock.now(), 10)
    assert await counts() == {"waiting": 2, "parked": 1, "succeeded": 1}
    await storage.jobs.cancel(parked.id, clock.now())
    assert await counts() == {"waiting": 2, "cancelled": 1, "succeeded": 1}


async def test_a_retry_starts_over_at_once(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    stuck = job(shop.id, clock.now(), state=JobState.PARKED, attempts=5, cause="error.x")
    done = job(shop.id, clock.now(), state=JobState.SUCCEEDED)
    await storage.jobs.add([stuck, done])
    clock.advance(60)
    await storage.jobs.retry(stuck.id, clock.now())
    again = await storage.jobs.get(stuck.id)
    assert again is not None
    assert (again.state, again.attempts, again.run_at) == (JobState.WAITING, 0, clock.now())
    with pytest.raises(InvalidInput, match="succeeded"):
        await storage.jobs.retry(done.id, clock.now())
    with pytest.raises(NotFound):
        await storage.jobs.retry(new_id(), clock.now())
    with pytest.raises(InvalidInput, match="succeeded"):
        await storage.jobs.cancel(done.id, clock.now())


async def test_all_like_this_is_one_cause_on_one_connection_or_all(storage: Storage, clock: VirtualClock) -> None:
    one, two = await connected(storage, "One", clock.now()), await connected(storage, "Two", clock.now())
    parked = {"state": JobState.PARKED, "cause": "error.x"}
    mine, theirs = job(one.id, clock.now(), **parked), job(two.id, clock.now(), **parked)
    other = job(one.id, clock.now(), state=JobState.PARKED, cause="error.y")
    await storage.jobs.add([mine, theirs, other])
    assert await storage.queue.causes() == {"error.x": 2, "error.y": 1}
    assert await storage.jobs.retry_alike("error.x", one.id, clock.now()) == 1
    assert await storage.queue.causes() == {"error.x": 1, "error.y": 1}
    assert await storage.jobs.retry_alike("error.x", two.id, clock.now()) == 1
    assert await storage.jobs.retry_alike("error.x", two.id, clock.now()) == 0
    assert [each.key for each in await storage.queue.page(QueueFilter(states=(JobState.PARKED,)))] == [JobKey(other.id)]
    assert await storage.queue.count(QueueFilter(states=(JobState.WAITING,))) == 2


async def test_sales_of_one_cause_are_on_their_way_again_and_unknown_ones_stay_so(
    storage: Storage, clock: VirtualClock
) -> None:
    one, two = await connected(storage, "One", clock.now()), await connected(storage, "Two", clock.now())
    statuses = {"F": OrderStatus.FAILED, "U": OrderStatus.UNKNOWN, "S": OrderStatus.SYNCED, "other": OrderStatus.FAILED}
    sales = {}
    for name, status in statuses.items():
        sales[name] = sold([goods("1")], receipt=name)
        await storage.sales.add(
            sales[name],
            [Delivery(sale_id=sales[name].id, connection_id=each.id, status=status, updated_at=clock.now())
             for each in (one, two)],
        )  # fmt: skip
        cause = "error.y" if name == "other" else "error.x"
        parked = {"state": JobState.PARKED, "cause": cause, "subject_id": sales[name].id}
        await storage.jobs.add([job(one.id, clock.now(), **parked), job(two.id, clock.now(), **parked)])
    clock.advance(60)
    assert await storage.jobs.retry_alike("error.x", one.id, clock.now()) == 3

    async def seen(shop: Connection) -> dict[str, OrderStatus]:
        return {name: (await storage.sales.delivery(each.id, shop.id)).status for name, each in sales.items()}

    assert await seen(one) == {**statuses, "F": OrderStatus.SYNCING}
    assert await seen(two) == statuses
    assert (await storage.sales.delivery(sales["F"].id, one.id)).updated_at == clock.now()


async def test_a_running_job_cannot_be_cancelled(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now()), job(shop.id, clock.now(), priority=99)])
    lane = await taken(storage, "a", clock.now())
    [running] = await storage.jobs.claim(lane, 1, clock.now())
    with pytest.raises(InvalidInput, match="running"):
        await storage.jobs.cancel(running.id, clock.now())
    [waiting] = await storage.queue.page(QueueFilter(states=(JobState.WAITING,)))
    before = await storage.jobs.cancel(waiting.id, clock.now())
    assert (before.id, before.state) == (waiting.id, JobState.WAITING)
    given_up = await storage.jobs.get(waiting.id)
    assert given_up is not None
    assert (given_up.state, given_up.settled_at) == (JobState.CANCELLED, clock.now())
