"""A sale travels: it arrives once, and its status never says more than what was read back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.memory_shop import Killed, lost
from tests.support.sales import line, record
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import (
    NetworkFailure,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    TillbridgeError,
)
from tillbridge.domain.jobs import JobState
from tillbridge.domain.money import Money
from tillbridge.domain.orders import OrderStatus, TenderKind
from tillbridge.sync.schedule import MAX_ATTEMPTS


async def test_a_sale_is_synced_with_the_shops_id_and_total(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1001", lines=[line(quantity="2")])], TILL)
    assert (await office.seen("1001")).status is OrderStatus.LOCAL
    await office.work()
    seen = await office.seen("1001")
    assert (seen.status, seen.platform_order_id, seen.paid) == (OrderStatus.SYNCED, "shop-1000", True)
    assert seen.total == Money(Decimal("49.80"), "EUR")
    assert len(shop.orders) == 1


@pytest.mark.parametrize(
    "error", [RateLimited(retry_after=5.0), RateLimited(), NetworkFailure(reason="reset"), PlatformUnavailable()]
)
async def test_passing_trouble_is_outlasted(office: BackOffice, error: TillbridgeError) -> None:
    shop = await office.connect()
    shop.fail("create.before", *[error] * 4)
    await office.orders.add([record("1001")], TILL)
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED
    assert len(shop.orders) == 1


async def test_a_storm_of_slow_down_answers_never_parks_a_sale(office: BackOffice) -> None:
    shop = await office.connect()
    shop.fail("create.before", *[RateLimited(retry_after=3.0)] * (MAX_ATTEMPTS * 2))
    await office.orders.add([record("1001")], TILL)
    await office.work()
    assert (await office.seen("1001")).status is OrderStatus.SYNCED


@pytest.mark.parametrize("point", ["create.before", "create.committed", "create.read"])
async def test_a_lost_answer_is_looked_up_and_never_sent_twice(office: BackOffice, point: str) -> None:
    shop = await office.connect()
    shop.lag = timedelta(seconds=20)
    shop.fail(point, lost())
    await office.orders.add([record("1001")], TILL)
    await office.work()
    seen = await office.seen("1001")
    assert seen.status is OrderStatus.SYNCED
    assert len(shop.orders) == 1


@pytest.mark.parametrize("point", ["create.before", "create.committed", "create.read"])
async def test_a_sale_survives_a_power_cut_at_any_step(office: BackOffice, point: str) -> None:
    shop = await office.connect()
    shop.fail(point, Killed(point))
    await office.orders.add([record("1001"), record("1002")], TILL)
    assert not await office.work()
    assert await office.work()
    for receipt in ("1001", "1002"):
        sale = await office.orders.show(receipt)
        assert sale.status is OrderStatus.SYNCED
        assert len(shop.numbered(sale.reference)) == 1


async def test_while_nobody_can_tell_the_status_is_unknown_and_in_the_end_a_person_decides(office: BackOffice) -> None:
    shop = await office.connect()
    shop.lag = timedelta(hours=2)
    shop.fail("create.before", lost())
    await office.orders.add([record("1001")], TILL)
    worker = office.worker()
    await worker.run_until_idle(patience=timedelta(seconds=1))
    assert (await office.seen("1001")).status is OrderStatus.UNKNOWN
    await office.worker().run_until_idle(patience=timedelta(hours=1))
    seen = await office.seen("1001")
    assert (seen.status, seen.reason) == (OrderStatus.UNKNOWN, "queue.outcome_unknown")
    assert len(shop.sent) == 0
    assert [each.cause.split(":")[0] for each in await office.storage.notifications.unread()] == [
        "queue.outcome_unknown"
    ]


async def test_another_total_is_never_called_synced(office: BackOffice) -> None:
    shop = await office.connect()
    shop.total_off_by = "0.01"
    await office.orders.add([record("1001")], TILL)
    await office.work()
    seen = await office.seen("1001")
    assert (seen.status, seen.reason) == (OrderStatus.FAILED, "error.totals_disagree")
    assert (seen.reason_params["ours"], seen.reason_params["theirs"]) == ("24.90 EUR", "24.91 EUR")
    assert seen.platform_order_id == "shop-1000"


async def test_an_order_that_stays_unpaid_is_never_called_synced(office: BackOffice) -> None:
    shop = await office.connect()
    shop.pays = False
    await office.orders.add([record("1001")], TILL)
    await office.work()
    assert (await office.seen("1001")).reason == "queue.placed_unpaid"


async def test_a_refusal_parks_one_sale_with_its_field_while_others_go_on(office: BackOffice) -> None:
    shop = await office.connect()
    shop.fail("create.before", PlatformRefused(field="email", code="INVALID", reason="is not an address"))
    await office.orders.add([record("1001"), record("1002")], TILL)
    await office.work()
    failed, fine = sorted([await office.seen("1001"), await office.seen("1002")], key=lambda each: each.status)
    assert (failed.status, fine.status) == (OrderStatus.FAILED, OrderStatus.SYNCED)
    assert failed.reason_params["field"] == "email"
    (told,) = await office.storage.notifications.unread()
    assert told.count == 1


async def test_a_dead_login_holds_all_jobs_of_its_connection_and_only_those(office: BackOffice) -> None:
    shop = await office.connect()
    other = await office.connect("outlet")
    shop.fail("create.before", *[ReauthenticationNeeded(connection="web")] * 3)
    await office.orders.add([record(str(number)) for number in range(1001, 1004)], TILL)
    await office.work()
    assert (await office.connection()).state is ConnectionState.NEEDS_REAUTHENTICATION
    assert len(other.orders) == 3
    assert len(shop.orders) == 0
    jobs = [
        job
        for number in range(1001, 1004)
        for job in await office.storage.jobs.of_sale(
            (await office.orders.find(str(number))).id, (await office.connection()).id
        )
    ]
    assert {(job.state, job.attempts) for job in jobs} == {(JobState.WAITING, 0)}


async def test_a_sale_in_another_currency_is_shown_as_needing_a_person(office: BackOffice) -> None:
    shop = await office.connect(currency="CHF")
    await office.orders.add([record("1001")], TILL)
    await office.work()
    assert (await office.seen("1001")).reason == "orders.other_currency"
    assert shop.orders == []


async def test_an_exchange_becomes_a_refund_and_an_order_paid_by_it(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1001")], TILL)
    await office.work()
    swap = record("1002", lines=[line(quantity="-1", return_of="1001"), line("MUG-BLU", "3", "12.50")])
    await office.orders.add([swap], TILL)
    await office.work()
    assert (await office.orders.show("1002")).status is OrderStatus.SYNCED
    assert [(each[0], each[2]) for each in shop.refunds] == [("shop-1000", Money(Decimal("24.90"), "EUR"))]
    assert [each.kind for each in shop.sent[-1].tenders] == [TenderKind.CARD, TenderKind.EXCHANGE]
    assert (await office.orders.show("1001")).status is OrderStatus.SYNCED


@pytest.mark.parametrize("point", ["refund.before", "refund.committed"])
@pytest.mark.parametrize("error", [Killed("power"), lost()])
async def test_money_is_given_back_once_whatever_happens(office: BackOffice, point: str, error: BaseException) -> None:
    shop = await office.connect()
    await office.orders.add([record("1001")], TILL)
    await office.work()
    shop.fail(point, error)
    await office.orders.refund("1001", TILL, "broken")
    await office.work()
    await office.work()
    assert [each[2] for each in shop.refunds] == [Money(Decimal("24.90"), "EUR")]


async def test_a_return_without_a_known_sale_waits_for_a_person_with_its_stock_booked(office: BackOffice) -> None:
    shop = await office.connect()
    back = record(
        "1002",
        lines=[line(quantity="-1", return_of="77")],
        tenders=[{"kind": "cash", "amount": "-24.90"}],
    )
    await office.orders.add([back], TILL)
    await office.work()
    seen = await office.seen("1002")
    assert (seen.status, seen.reason) == (OrderStatus.FAILED, "orders.return_unknown")
    assert shop.refunds == []


async def test_a_cancelled_sale_that_was_not_sent_is_never_sent(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1001")], TILL)
    await office.orders.cancel("1001", TILL, "mistake")
    await office.work()
    assert shop.orders == []
    assert (await office.seen("1001")).reason == "orders.cancelled_before_sent"


async def test_a_cancelled_sale_is_cancelled_in_the_shop(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1001")], TILL)
    await office.work()
    await office.orders.cancel("1001", TILL, "mistake")
    await office.work()
    assert [placed.cancelled for _, placed, _ in shop.orders] == [True]
