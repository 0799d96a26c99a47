"""Decisions after a failure: who waits, who is parked, whose attempt is spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import (
    DatabaseBusy,
    KeyMissing,
    LeaseLost,
    MissingPermission,
    NetworkFailure,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    TillbridgeError,
)
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.domain.orders import OrderStatus
from tillbridge.sync.schedule import MAX_ATTEMPTS, asked, back_off
from tillbridge.sync.settle import UNKNOWN_FOR, Circumstances, after_failure, ask_again

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FIRST = Circumstances(now=NOW, attempts=1, phase=Phase.NOT_SENT, draw=lambda: 0.5)
SENT = replace(FIRST, phase=Phase.SENDING, sent_at=NOW - timedelta(seconds=5))


def test_being_asked_to_slow_down_waits_as_long_as_asked_and_costs_nothing() -> None:
    done = after_failure(RateLimited(retry_after=40.0), replace(FIRST, attempts=MAX_ATTEMPTS + 5))
    assert done.state is JobState.WAITING
    assert not done.spent
    assert done.run_at is not None
    assert timedelta(seconds=40) <= done.run_at - NOW <= timedelta(seconds=42)
    assert not done.tell


def test_slowing_down_without_a_time_backs_off_further_each_time() -> None:
    pauses = [after_failure(RateLimited(), replace(FIRST, waits=waits)).run_at for waits in range(6)]
    assert pauses == sorted(pauses, key=lambda at: at or NOW)
    assert len(set(pauses)) == 6


@pytest.mark.parametrize("error", [NetworkFailure(reason="reset"), PlatformUnavailable(status="503"), DatabaseBusy()])
def test_a_passing_trouble_is_tried_again_and_spends_an_attempt(error: TillbridgeError) -> None:
    done = after_failure(error, FIRST)
    assert (done.state, done.spent, done.status) == (JobState.WAITING, True, OrderStatus.SYNCING)
    assert done.run_at is not None
    assert done.run_at > NOW


def test_trouble_that_stays_is_parked_for_a_person_and_told() -> None:
    done = after_failure(NetworkFailure(reason="reset"), replace(FIRST, attempts=MAX_ATTEMPTS))
    assert (done.state, done.status, done.tell) == (JobState.PARKED, OrderStatus.FAILED, True)


def test_an_outage_of_the_whole_platform_blames_no_job() -> None:
    done = after_failure(NetworkFailure(reason="down"), replace(FIRST, attempts=MAX_ATTEMPTS * 9, unavailable=True))
    assert (done.state, done.spent) == (JobState.WAITING, False)


def test_a_refusal_is_parked_at_once_with_the_field_that_is_wrong() -> None:
    done = after_failure(PlatformRefused(field="email", code="INVALID", reason="is not an address"), FIRST)
    assert (done.state, done.status, done.tell) == (JobState.PARKED, OrderStatus.FAILED, True)
    assert done.params["field"] == "email"
    assert done.card is not None


def test_a_dead_grant_holds_the_connection_and_spends_nothing() -> None:
    done = after_failure(ReauthenticationNeeded(connection="web"), FIRST)
    assert (done.state, done.spent, done.tell) == (JobState.WAITING, False, True)
    assert done.connection is ConnectionState.NEEDS_REAUTHENTICATION


def test_a_secret_that_does_not_open_locks_the_connection() -> None:
    assert after_failure(KeyMissing(key_id="k1"), FIRST).connection is ConnectionState.LOCKED


def test_a_missing_permission_parks_the_job_and_leaves_the_connection_working() -> None:
    done = after_failure(MissingPermission(permission="write_orders"), FIRST)
    assert (done.state, done.connection) == (JobState.PARKED, None)
    assert done.params["permission"] == "write_orders"


def test_a_lost_answer_is_looked_up_next_and_shown_as_unknown() -> None:
    done = after_failure(OutcomeUnknown(evidence="no answer"), SENT)
    assert (done.state, done.status, done.phase, done.spent) == (
        JobState.WAITING,
        OrderStatus.UNKNOWN,
        Phase.SENDING,
        False,
    )


def test_what_nobody_could_settle_for_long_is_handed_over_with_the_evidence() -> None:
    late = replace(SENT, sent_at=NOW - UNKNOWN_FOR - timedelta(seconds=1))
    done = ask_again(late, "the index does not show it", 10)
    assert (done.state, done.status, done.tell) == (JobState.PARKED, OrderStatus.UNKNOWN, True)
    assert done.params["evidence"] == "the index does not show it"


def test_the_loser_of_a_lease_decides_nothing() -> None:
    with pytest.raises(LeaseLost):
        after_failure(LeaseLost(what="lane"), FIRST)


@given(failures=st.integers(1, 500), drawn=st.floats(0, 1, exclude_max=True))
def test_back_off_is_never_immediate_and_never_longer_than_ten_minutes(failures: int, drawn: float) -> None:
    pause = back_off(failures, lambda: drawn)
    assert timedelta(seconds=0.5) <= pause <= timedelta(minutes=10)


@given(seconds=st.floats(0, 3600), drawn=st.floats(0, 1, exclude_max=True))
def test_an_asked_wait_is_never_cut_short(seconds: float, drawn: float) -> None:
    assert asked(seconds, lambda: drawn).total_seconds() >= round(seconds, 5) - 1e-5
