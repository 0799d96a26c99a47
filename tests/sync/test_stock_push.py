"""A connection that only follows a sale gets its stock lowered by exactly that much, once."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.memory_shop import Killed, lost
from tests.support.pulled_shop import PulledShop, product
from tests.support.sales import line, record
from tests.support.stock_shop import StockShop
from tillbridge.domain.connections import Route
from tillbridge.domain.errors import NetworkFailure, RateLimited
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.queue import QueueFilter
from tillbridge.domain.specs import Capability, Noun
from tillbridge.domain.stock import StockEffect


@pytest.fixture
async def outlet(office: BackOffice) -> StockShop:
    """A linked connection without a route, holding seven tees."""
    await office.connect("outlet", Route())
    shop = StockShop(office.clock, {"i1": Decimal(7)})
    office.pulls = PulledShop(shop)
    connection = await office.connection("outlet")
    await office.storage.catalogue.upsert_products(connection.id, [product(1, "TEE-M")])
    return shop


async def _stock_jobs(office: BackOffice) -> list[tuple[JobState, str]]:
    rows = await office.storage.queue.page(QueueFilter(kinds=(JobKind.PUSH_STOCK,)))
    return [(each.state, each.cause) for each in rows]


async def test_a_sale_elsewhere_lowers_the_stock_by_what_was_sold(office: BackOffice, outlet: StockShop) -> None:
    await office.orders.add([record("1", lines=[line(quantity="2"), line("UNLISTED")])], TILL)
    await office.work()
    assert outlet.levels["i1"] == Decimal(5)
    assert len(await _stock_jobs(office)) == 1


async def test_a_return_raises_it_again(office: BackOffice, outlet: StockShop) -> None:
    await office.orders.add([record("1", lines=[line(quantity="2")])], TILL)
    await office.orders.add([record("2", lines=[line(quantity="-1", return_of="1")])], TILL)
    await office.work()
    assert outlet.levels["i1"] == Decimal(6)


@pytest.fixture(params=["compare and set, keys known", "compare and set", "neither"])
def any_outlet(request: pytest.FixtureRequest, office: BackOffice, outlet: StockShop) -> StockShop:
    """The outlet on each kind of platform."""
    outlet.remembers = request.param == "compare and set, keys known"
    if request.param == "neither":
        outlet.compares = False
        absent = Capability(Noun.INVENTORY, "compare_and_set", present=False, reason="the API cannot")
        office.spec = replace(office.spec, capabilities=(*office.spec.capabilities, absent))
    return outlet


@pytest.mark.parametrize("error", [lost(), Killed("power"), NetworkFailure(reason="reset")])
@pytest.mark.parametrize("effect", ["before", "lose"])
async def test_a_lost_answer_lowers_it_neither_twice_nor_never(
    office: BackOffice, any_outlet: StockShop, error: BaseException, effect: str
) -> None:
    waiting: deque[BaseException] = getattr(any_outlet, effect)
    waiting.append(error)
    await office.orders.add([record("1")], TILL)
    await office.work()
    await office.work()
    assert any_outlet.levels["i1"] == Decimal(6)
    assert any_outlet.writes == 1


async def test_sales_of_the_same_goods_at_once_are_all_taken_off(office: BackOffice, any_outlet: StockShop) -> None:
    any_outlet.levels["i1"] = Decimal(25)
    await office.orders.add([record(each) for each in ("1", "2", "3")], TILL)
    await office.work()
    assert any_outlet.levels["i1"] == Decimal(22)
    assert any_outlet.writes == 3


@pytest.mark.parametrize("effect", ["before", "lose"])
async def test_a_number_in_doubt_is_settled_before_the_next_sale_is_taken_off(
    office: BackOffice, any_outlet: StockShop, effect: str
) -> None:
    getattr(any_outlet, effect).append(Killed("power"))
    await office.orders.add([record("1")], TILL)
    await office.work()
    await office.orders.add([record("2"), record("3")], TILL)
    getattr(any_outlet, effect).append(lost())
    await office.work()
    assert any_outlet.levels["i1"] == Decimal(4)
    assert {state for state, _ in await _stock_jobs(office)} == {JobState.SUCCEEDED}


@pytest.mark.parametrize("effect", ["before", "lose"])
async def test_a_reading_of_the_stock_in_between_does_not_make_a_lost_answer_count_twice(
    office: BackOffice, any_outlet: StockShop, effect: str
) -> None:
    getattr(any_outlet, effect).append(Killed("power"))
    await office.orders.add([record("1")], TILL)
    await office.work()
    connection = await office.connection("outlet")
    listings = await office.storage.catalogue.listings(connection.id)
    await office.storage.stock.record_read(connection.id, await any_outlet.read_levels(listings))
    await office.work()
    assert any_outlet.levels["i1"] == Decimal(6)


@pytest.mark.parametrize("after", [False, True])
async def test_a_power_cut_at_every_single_step_of_a_change_counts_it_once(
    office: BackOffice, any_outlet: StockShop, after: bool
) -> None:
    """Ends with the first change that needs fewer steps than the fuse has: by then each of them was cut once."""
    any_outlet.levels["i1"] = Decimal(100)
    for steps in itertools.count():
        await office.orders.add([record(str(steps))], TILL)
        office.fuse.set(steps, after=after)
        whole = await office.work()
        office.fuse.set(None)
        await office.work()
        assert any_outlet.levels["i1"] == Decimal(99 - steps), steps
        if whole:
            break
    assert steps > 10, "a change makes more steps than that"


async def test_a_number_neither_explains_is_shown_to_a_person(office: BackOffice, any_outlet: StockShop) -> None:
    any_outlet.lose.append(Killed("power"))
    await office.orders.add([record("1")], TILL)
    await office.work()
    any_outlet.levels["i1"] = Decimal(3)
    await office.work()
    told = (
        [(JobState.SUCCEEDED, "")]
        if any_outlet.remembers and any_outlet.compares
        else [(JobState.PARKED, "queue.stock_unclear")]
    )
    assert await _stock_jobs(office) == told
    assert any_outlet.levels["i1"] == Decimal(3)


async def test_a_doubt_a_person_looks_at_holds_no_later_sale(office: BackOffice, outlet: StockShop) -> None:
    outlet.remembers = False
    outlet.lose.append(Killed("power"))
    await office.orders.add([record("1")], TILL)
    await office.work()
    outlet.levels["i1"] = Decimal(3)
    await office.orders.add([record("2")], TILL)
    await office.work()
    assert sorted(state for state, _ in await _stock_jobs(office)) == [JobState.PARKED, JobState.SUCCEEDED]
    assert outlet.levels["i1"] == Decimal(2)


async def test_an_online_sale_between_reading_and_writing_is_counted_too(office: BackOffice, outlet: StockShop) -> None:
    outlet.sold_meanwhile.append(Decimal(2))
    await office.orders.add([record("1")], TILL)
    await office.work()
    assert outlet.levels["i1"] == Decimal(4)
    assert await _stock_jobs(office) == [(JobState.SUCCEEDED, "")]


async def test_stock_that_moved_meanwhile_is_read_again(office: BackOffice, outlet: StockShop) -> None:
    outlet.before.append(RateLimited(retry_after=1.0))
    await office.orders.add([record("1")], TILL)
    outlet.levels["i1"] = Decimal(4)
    await office.work()
    assert outlet.levels["i1"] == Decimal(3)


async def test_stock_that_is_not_counted_there_is_left_alone(office: BackOffice, outlet: StockShop) -> None:
    outlet.levels["i1"] = None
    await office.orders.add([record("1")], TILL)
    await office.work()
    assert outlet.writes == 0
    assert [state for state, _ in await _stock_jobs(office)] == [JobState.SUCCEEDED]


async def test_a_platform_that_did_not_lower_stock_with_the_order_gets_it_lowered(office: BackOffice) -> None:
    shop = await office.connect()
    shop.stock = StockEffect.NOT_LOWERED
    levels = StockShop(office.clock, {"i1": Decimal(7)})
    office.pulls = PulledShop(levels)
    await office.storage.catalogue.upsert_products((await office.connection()).id, [product(1, "TEE-M")])
    await office.orders.add([record("1", lines=[line(quantity="3")])], TILL)
    await office.work()
    assert (await office.seen("1")).status is OrderStatus.SYNCED
    assert levels.levels["i1"] == Decimal(4)
