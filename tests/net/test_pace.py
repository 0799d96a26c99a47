"""Budgets, breakers, back-off and pages: the arithmetic that keeps us welcome."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.net.conftest import LIMITS
from tests.support.clock import VirtualClock
from tillbridge.domain.connections import BreakerState
from tillbridge.domain.errors import Drift, PlatformUnavailable, RateLimited
from tillbridge.domain.pace import Breaker, Bucket, Pace, back_off
from tillbridge.net import paging
from tillbridge.net.gate import LocalGate, interactive
from tillbridge.net.limits import Turnstile

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


@given(st.lists(st.tuples(st.floats(0.1, 50), st.floats(0, 30)), max_size=40))
def test_a_bucket_never_lets_more_through_than_it_holds_and_refills(calls: list[tuple[float, float]]) -> None:
    bucket, now, spent = Bucket(100, 100, 10, START), START, 0.0
    for cost, pause in calls:
        now += timedelta(seconds=pause)
        bucket, wait = bucket.take(cost, now)
        if wait:
            again, rest = bucket.take(cost, now + timedelta(seconds=wait + 0.001))
            assert rest == 0
            assert again.level >= -0.001
        else:
            spent += cost
    assert spent <= 100 + 10 * (now - START).total_seconds() + 0.001


def test_a_clock_set_back_refills_nothing() -> None:
    bucket, _ = Bucket(100, 100, 10, START).take(100, START)
    assert bucket.refilled(START - timedelta(hours=1)).level == 0


def test_the_platforms_numbers_win() -> None:
    bucket = Bucket(100, 100, 10, START).learn(Pace(available=3, maximum=40, restore_per_second=2), START)
    _, wait = bucket.take(5, START)
    assert wait == 1


async def test_a_person_goes_before_the_background() -> None:
    clock = VirtualClock()
    gate = LocalGate(LIMITS, clock)
    await gate.learn(Pace(available=5))
    with interactive():
        async with Turnstile(gate, 1, clock).turn(1):
            pass
    assert clock.slept == []
    async with Turnstile(gate, 1, clock).turn(1):
        pass
    assert sum(clock.slept) > 0


async def test_a_person_is_told_rather_than_kept_waiting() -> None:
    clock = VirtualClock()
    gate = LocalGate(LIMITS, clock)
    await gate.cool_down(120)
    with interactive(), pytest.raises(RateLimited):
        async with Turnstile(gate, 1, clock).turn(1):
            pass


async def test_one_probe_at_a_time_when_half_open() -> None:
    clock = VirtualClock()
    gate = LocalGate(LIMITS, clock)
    for _ in range(5):
        await gate.report(well=False)
    assert gate.breaker.state is BreakerState.OPEN
    with pytest.raises(PlatformUnavailable):
        async with Turnstile(gate, 2, clock).turn(1):
            pass
    clock.advance(16)
    assert await gate.admit() == 0
    assert await gate.admit() > 0
    await gate.report(well=True)
    assert await gate.admit() == 0


def test_the_pause_of_a_breaker_grows_to_a_bound() -> None:
    breaker, pauses = Breaker(), []
    for _ in range(30):
        breaker = breaker.after_failure(START)
        pauses.append((breaker.until - START).total_seconds() if breaker.until else 0)
    assert pauses[3:7] == [0, 15, 30, 60]
    assert pauses[-1] == 600


@given(st.integers(1, 500), st.floats(0, 1), st.floats(0, 0.5))
def test_back_off_is_bounded_and_jittered(failures: int, draw: float, shortest: float) -> None:
    wait = back_off(failures, first=0.5, longest=8.0, shortest=shortest, draw=lambda: draw)
    bound = min(8.0, 0.5 * 2 ** min(failures - 1, 10))
    assert wait == pytest.approx(shortest + draw * (bound - shortest))
    assert shortest <= wait <= bound + 1e-9


async def test_a_cursor_that_repeats_is_drift_not_an_endless_loop() -> None:
    async def stuck(cursor: str | None) -> tuple[str, str | None]:
        return "page", "same"

    with pytest.raises(Drift):
        async for _ in paging.by_cursor(stuck):
            pass


async def test_pages_are_walked_to_the_last() -> None:
    async def fetch(cursor: str | None) -> tuple[str, str | None]:
        return cursor or "first", {None: "second", "second": "third"}.get(cursor)

    assert [page async for page in paging.by_cursor(fetch)] == ["first", "second", "third"]
