"""What is kept how long: old and surplus rows go, the shop's books stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, job, sale_for, taken
from tillbridge.domain.audit import Actor, ActorKind, AuditEntry
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.domain.notifications import Severity
from tillbridge.domain.queue import QueueFilter
from tillbridge.storage import Storage, retention

_YEARS = timedelta(days=900).total_seconds()


async def _audited(storage: Storage, clock: VirtualClock, words: str) -> None:
    await storage.audit.add(AuditEntry(clock.now(), Actor(ActorKind.WORKER, "w"), words, {}, ""))


async def test_old_things_go_and_the_books_stay(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    order = await sale_for(storage, shop.id, "1001", clock.now())
    await _audited(storage, clock, "old")
    await storage.notifications.push("x", Severity.INFO, "error.storage", {}, "")
    lane = await taken(storage, "a", clock.now())
    [claimed] = await storage.jobs.claim(lane, 1, clock.now())
    await storage.jobs.settle(
        claimed, lane, state=JobState.SUCCEEDED, phase=Phase.ANSWERED, spent=True, now=clock.now(), outcome="done"
    )
    assert await storage.prune() == 0
    clock.advance(_YEARS)
    await _audited(storage, clock, "new")
    assert await storage.prune() >= 3
    assert [each.message_id for each in await storage.audit.list()] == ["new"]
    assert await storage.notifications.list() == ()
    assert await storage.jobs.attempts(claimed.id) == ()
    assert await storage.sales.get(order.id) == order
    assert len(await storage.sales.deliveries(order.id)) == 1
    assert await storage.prune() == 0


async def test_work_that_is_not_done_stays_however_old(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    open_jobs = [job(shop.id, clock.now(), state=each) for each in (JobState.WAITING, JobState.PARKED)]
    await storage.jobs.add(open_jobs)
    clock.advance(_YEARS)
    await storage.prune()
    rows = await storage.queue.page(QueueFilter())
    assert {each.id for each in rows} == {each.id for each in open_jobs}
    assert await storage.queue.count(QueueFilter()) == 2


async def test_when_something_was_sent_is_known_as_long_as_its_job_is_open(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await sale_for(storage, shop.id, "1001", clock.now())
    lane = await taken(storage, "a", clock.now())
    [claimed] = await storage.jobs.claim(lane, 1, clock.now())
    await storage.jobs.mark_sending(
        claimed, lane, action="order.create", idempotency_key="k", body="{}", now=clock.now()
    )
    sent_at = clock.now()
    await storage.jobs.settle(
        claimed, lane, state=JobState.PARKED, phase=Phase.SENDING, spent=True, now=clock.now(), outcome="parked"
    )
    clock.advance(_YEARS)
    await storage.prune()
    assert [each.sent_at for each in await storage.jobs.attempts(claimed.id)] == [sent_at]


async def test_of_too_many_the_oldest_go(
    storage: Storage, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tuple((table, column, age, 3) for table, column, age, _ in retention._KINDS)
    monkeypatch.setattr(retention, "_KINDS", small)
    for number in range(7):
        await _audited(storage, clock, str(number))
    assert await storage.prune() == 4
    assert [each.message_id for each in await storage.audit.list()] == ["6", "5", "4"]
