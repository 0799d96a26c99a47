"""Steering the queue: what stopped a job, trying again, giving up, accepting another total."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.support.counters import SPEC, TILL, BackOffice
from tests.support.memory_shop import lost
from tests.support.queries import counted
from tests.support.sales import record
from tillbridge.domain.errors import InvalidInput, NotFound, PlatformRefused, TotalsDisagree
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import JobState
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.queue import QueueFilter
from tillbridge.services.queue import QueueService


@pytest.fixture
def queue(office: BackOffice) -> QueueService:
    return QueueService(office.storage, office.clock, lambda _: SPEC)


async def _job_of(office: BackOffice, receipt: str) -> UUID:
    sale = await office.orders.find(receipt)
    (job,) = await office.storage.jobs.of_sale(sale.id)
    return job.id


async def test_a_parked_job_shows_its_card_its_tries_and_what_may_be_done(
    office: BackOffice, queue: QueueService
) -> None:
    shop = await office.connect()
    shop.fail("create.before", PlatformRefused(field="email", code="INVALID", reason="is not an address"))
    await office.orders.add([record("1")], TILL)
    await office.work()
    detail = await queue.detail(await _job_of(office, "1"))
    assert detail.card is not None
    assert "is not an address" in detail.card.explanation
    assert [each.outcome for each in detail.attempts] == ["parked"]
    assert detail.choices == ("retry", "cancel")
    assert detail.row.subject == "1"


async def test_a_job_parked_before_any_try_has_a_card_too(office: BackOffice, queue: QueueService) -> None:
    await office.connect(currency="CHF")
    await office.orders.add([record("1")], TILL)
    detail = await queue.detail(await _job_of(office, "1"))
    assert detail.card is not None
    assert "CHF" in detail.card.explanation


async def test_all_jobs_of_one_cause_are_tried_again_together(office: BackOffice, queue: QueueService) -> None:
    shop = await office.connect()
    shop.fail("create.before", *[PlatformRefused(field="tax", code="X", reason="unknown rate")] * 3)
    await office.orders.add([record(str(number)) for number in range(5)], TILL)
    await office.work()
    assert (await queue.summary()).parked == 3
    (parked, *_) = (await queue.window(QueueFilter(states=(JobState.PARKED,)), None)).rows
    assert await queue.retry_alike(parked.id, TILL) == 3
    await office.work()
    assert (await queue.summary()).parked == 0
    assert len(shop.orders) == 5


async def test_trying_thirty_alike_again_asks_the_database_as_often_as_for_three(
    office: BackOffice, queue: QueueService
) -> None:
    shop = await office.connect()
    asked = []
    for count in (3, 30):
        shop.fail("create.before", *[PlatformRefused(field="tax", code="X", reason="unknown rate")] * count)
        await office.orders.add([record(f"{count}-{number}") for number in range(count)], TILL)
        await office.work()
        (parked, *_) = (await queue.window(QueueFilter(states=(JobState.PARKED,)), None)).rows
        with counted() as statements:
            assert await queue.retry_alike(parked.id, TILL) == count
        asked.append(len(statements))
        assert (await office.seen(f"{count}-0")).status is OrderStatus.SYNCING
        await office.work()
    assert asked[0] == asked[1]


async def test_trying_again_after_a_lost_answer_asks_first(office: BackOffice, queue: QueueService) -> None:
    shop = await office.connect()
    shop.total_off_by = "0.02"
    shop.fail("create.read", lost())
    await office.orders.add([record("1")], TILL)
    await office.work()
    job = await _job_of(office, "1")
    await queue.retry(job, TILL)
    assert (await office.seen("1")).status is OrderStatus.SYNCING
    await office.work()
    assert len(shop.orders) == 1
    assert (await office.seen("1")).reason == "error.totals_disagree"


async def test_another_total_may_be_accepted_by_a_person(office: BackOffice, queue: QueueService) -> None:
    shop = await office.connect()
    shop.total_off_by = "0.02"
    await office.orders.add([record("1")], TILL)
    await office.work()
    job = await _job_of(office, "1")
    assert "accept" in (await queue.detail(job)).choices
    await queue.accept(job, TILL)
    seen = await office.seen("1")
    assert (seen.status, seen.reason) == (OrderStatus.SYNCED, "queue.total_accepted")
    newest = (await office.storage.audit.list())[0]
    assert (newest.message_id, newest.params["theirs"]) == ("queue.audit.accepted", "24.92 EUR")


async def test_a_total_the_store_would_not_place_is_not_there_to_be_accepted(
    office: BackOffice, queue: QueueService
) -> None:
    shop = await office.connect()
    shop.fail("create.before", TotalsDisagree(ours="24.90 EUR", theirs="19.90 EUR"))
    await office.orders.add([record("1")], TILL)
    await office.work()
    job = await _job_of(office, "1")
    detail = await queue.detail(job)
    assert detail.card is not None
    assert "19.90 EUR" in detail.card.explanation
    assert "Nothing was placed" in detail.card.explanation
    assert detail.choices == ("retry", "cancel")
    with pytest.raises(InvalidInput):
        await queue.accept(job, TILL)
    assert (await office.seen("1")).status is OrderStatus.FAILED


async def test_a_sale_given_up_stays_failed_and_is_never_sent(office: BackOffice, queue: QueueService) -> None:
    shop = await office.connect()
    await office.orders.add([record("1")], TILL)
    job = await _job_of(office, "1")
    await queue.cancel(job, TILL)
    await office.work()
    assert shop.orders == []
    assert (await office.seen("1")).status is OrderStatus.FAILED
    with pytest.raises(InvalidInput):
        await queue.cancel(job, TILL)
    with pytest.raises(InvalidInput):
        await queue.accept(job, TILL)


async def test_giving_up_what_was_sent_leaves_its_outcome_unknown(office: BackOffice, queue: QueueService) -> None:
    shop = await office.connect()
    shop.fail("create.committed", lost())
    shop.fail("look_up", *[lost()] * 500)
    await office.orders.add([record("1")], TILL)
    await office.work()
    await queue.cancel(await _job_of(office, "1"), TILL)
    assert (await office.seen("1")).status is OrderStatus.UNKNOWN


async def test_the_summary_counts_and_says_when_it_is_done(office: BackOffice, queue: QueueService) -> None:
    await office.connect()
    await office.orders.add([record(str(number)) for number in range(4)], TILL)
    before = await queue.summary()
    assert (before.waiting, before.by_connection["web"][JobState.WAITING]) == (4, 4)
    assert before.finish_at is not None
    assert before.finish_at > office.clock.now()
    await office.work()
    after = await queue.summary()
    assert (after.waiting, after.succeeded, after.finish_at) == (0, 4, None)


async def test_an_unknown_job_is_told_as_such(queue: QueueService) -> None:
    with pytest.raises(NotFound):
        await queue.detail(new_id())
