"""The queue under leases: who may claim, who may write, and what is left when a worker dies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, job, taken
from tests.support.sales import goods, sold
from tillbridge.domain.errors import LeaseLost
from tillbridge.domain.jobs import JobKind, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.domain.queue import QueueFilter
from tillbridge.storage import Storage

pytestmark = pytest.mark.asyncio


async def test_the_most_urgent_due_jobs_are_claimed_first(storage: Storage, clock: VirtualClock) -> None:
    shop, now = await connected(storage, "Shop", clock.now()), clock.now()
    slow, urgent, plain = (job(shop.id, now, priority=each) for each in (90, 10, 50))
    later = job(shop.id, now.replace(hour=23))
    await storage.jobs.add([slow, urgent, plain, later])
    lane = await taken(storage, "a", now)
    first = await storage.jobs.claim(lane, 2, now)
    assert [each.id for each in first] == [urgent.id, plain.id]
    assert [(each.state, each.attempts, each.fence) for each in first] == [(JobState.RUNNING, 1, 1)] * 2
    assert [each.id for each in await storage.jobs.claim(lane, 9, now)] == [slow.id]
    assert await storage.jobs.next_due() == later.run_at


async def test_a_lane_is_driven_by_one_worker_at_a_time(storage: Storage, clock: VirtualClock) -> None:
    shop, other = await connected(storage, "Shop", clock.now()), await connected(storage, "Other", clock.now())
    await storage.jobs.add([job(shop.id, clock.now()), job(other.id, clock.now())])
    lanes = await asyncio.gather(*(storage.lanes.take(f"w{n}", clock.now(), 30) for n in range(4)))
    held = [each for each in lanes if each is not None]
    assert {each.connection_id for each in held} == {shop.id, other.id}
    assert len(held) == 2


async def test_a_lane_without_due_work_is_not_taken(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    assert await storage.lanes.take("a", clock.now(), 30) is None
    await storage.jobs.add([job(shop.id, clock.now())])
    assert await storage.lanes.take("a", clock.now(), 30, exclude=[shop.id]) is None
    assert await storage.lanes.take("a", clock.now(), 30) is not None


async def test_a_lease_of_a_clock_that_was_set_back_since_holds_nobody_up(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    await taken(storage, "a", clock.now() + timedelta(hours=1), 30)
    assert await storage.lanes.take("b", clock.now(), 30) is not None
    assert await storage.lanes.take("c", clock.now(), 30) is None, "a lease of the right time holds"


async def test_orders_without_an_answer_are_known_by_their_goods(storage: Storage, clock: VirtualClock) -> None:
    shop, order = await connected(storage, "Shop", clock.now()), sold([goods("1")])
    await storage.sales.add(order, [])
    await storage.jobs.add([job(shop.id, clock.now(), kind=JobKind.PUSH_ORDER, subject_id=order.id)])
    lane = await taken(storage, "a", clock.now())
    [mine] = await storage.jobs.claim(lane, 1, clock.now())
    assert await storage.stock.orders_in_doubt(shop.id, "TEE-M") == ()
    await storage.jobs.mark_sending(mine, lane, action="order.create", idempotency_key="k", body="{}", now=clock.now())
    assert await storage.stock.orders_in_doubt(shop.id, "TEE-M") == (mine.run_at,)
    assert await storage.stock.orders_in_doubt(shop.id, "TEE-L") == ()
    assert await storage.stock.in_doubt(shop.id, {"TEE-M"}) == ()


async def _expired(storage: Storage, clock: VirtualClock, owner: str = "a", next_owner: str = "b") -> tuple[Lane, Lane]:
    """A lane whose lease ran out and that the next owner has taken."""
    lost = await taken(storage, owner, clock.now(), 10)
    clock.advance(11)
    return lost, await taken(storage, next_owner, clock.now(), 10)


async def test_the_loser_of_an_expired_lease_writes_nothing(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    lost = await taken(storage, "a", clock.now(), 10)
    [mine] = await storage.jobs.claim(lost, 5, clock.now())
    clock.advance(11)
    won = await taken(storage, "b", clock.now(), 10)
    [theirs] = await storage.jobs.claim(won, 5, clock.now())
    assert theirs.id == mine.id
    before = (await storage.jobs.get(mine.id), await storage.jobs.attempts(mine.id), await storage.queue.counts())

    settled = {"state": JobState.SUCCEEDED, "phase": Phase.ANSWERED, "spent": True, "outcome": "done"}
    with pytest.raises(LeaseLost):
        await storage.jobs.settle(mine, lost, now=clock.now(), **settled)  # type: ignore[arg-type]
    with pytest.raises(LeaseLost):
        await storage.jobs.mark_sending(
            mine, lost, action="order.create", idempotency_key="k", body="{}", now=clock.now()
        )
    with pytest.raises(LeaseLost):
        await storage.jobs.claim(lost, 5, clock.now())
    with pytest.raises(LeaseLost):
        await storage.lanes.renew(lost, clock.now(), 10)
    await storage.lanes.release(lost)

    after = (await storage.jobs.get(mine.id), await storage.jobs.attempts(mine.id), await storage.queue.counts())
    assert after == before
    await storage.jobs.settle(theirs, won, now=clock.now(), **settled)  # type: ignore[arg-type]


async def test_an_old_fence_is_refused_even_to_the_same_owner(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    lost, won = await _expired(storage, clock, "a", "a")
    assert won.fence > lost.fence
    with pytest.raises(LeaseLost):
        await storage.jobs.claim(lost, 1, clock.now())


async def test_what_a_dead_worker_left_runs_again_and_keeps_how_far_it_got(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now()), job(shop.id, clock.now())])
    lane = await taken(storage, "a", clock.now(), 10)
    sending, claimed = await storage.jobs.claim(lane, 5, clock.now())
    await storage.jobs.mark_sending(
        sending, lane, action="order.create", idempotency_key="key", body='{"a": 1}', now=clock.now()
    )
    clock.advance(11)
    won = await taken(storage, "b", clock.now(), 10)
    again = {each.id: each for each in await storage.jobs.claim(won, 5, clock.now())}
    assert again[sending.id].phase is Phase.SENDING
    assert again[claimed.id].phase is Phase.NOT_SENT
    first, second = await storage.jobs.attempts(sending.id)
    assert (first.phase, first.idempotency_key, first.sent_at) == (Phase.SENDING, "key", VirtualClock().now())
    assert first.ended_at == clock.now()
    assert first.outcome == "interrupted"
    assert (second.number, second.phase, second.ended_at) == (2, Phase.NOT_SENT, None)


async def test_a_failed_transaction_leaves_the_queue_as_it_was(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    lane = await taken(storage, "a", clock.now())

    async def claims_and_fails() -> None:
        async with storage.transaction():
            await storage.jobs.claim(lane, 1, clock.now())
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await claims_and_fails()
    assert await storage.queue.count(QueueFilter(states=(JobState.RUNNING,))) == 0
    assert len(await storage.jobs.claim(lane, 1, clock.now())) == 1


async def test_an_attempt_not_spent_is_given_back(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.jobs.add([job(shop.id, clock.now())])
    lane = await taken(storage, "a", clock.now())
    [mine] = await storage.jobs.claim(lane, 1, clock.now())
    later = clock.now().replace(hour=12)
    await storage.jobs.settle(
        mine, lane, state=JobState.WAITING, phase=Phase.NOT_SENT, spent=False, now=clock.now(), outcome="waiting",
        run_at=later, cause="error.rate_limited", cause_params={"a": "b"},
    )  # fmt: skip
    kept = await storage.jobs.get(mine.id)
    assert kept is not None
    assert (kept.attempts, kept.run_at, kept.cause, kept.cause_params) == (0, later, "error.rate_limited", {"a": "b"})
    assert await storage.jobs.claim(lane, 1, clock.now()) == []
