"""The fast clock of training and tests: all processes agree on it, limits and leases keep their length."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.stage import Town
from tests.support.processes import COMMAND
from tillbridge.domain.clock import ScaledClock, SystemClock, on_clock

CLOSE = timedelta(seconds=60)
"""On the fast clock; the door takes its time to answer."""


def test_processes_given_the_same_clock_agree_on_the_time(stores: Town) -> None:
    ours = ScaledClock.parse(stores.clock).now()
    for door in stores.doors.values():
        theirs = datetime.fromisoformat(door.get("clock")["now"])
        assert abs(theirs - ours) < CLOSE, door.platform


def test_time_passes_as_often_as_was_said_since_then() -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    clock = ScaledClock.parse(f"20@{since.isoformat()}")
    assert abs(clock.now() - since - timedelta(hours=20)) < CLOSE


def test_a_lease_is_as_long_as_on_a_plain_clock() -> None:
    """Ten times as fast, thirty real seconds are three hundred on the clock."""
    assert on_clock(ScaledClock(10), 30.0) == 300.0
    assert on_clock(SystemClock(), 30.0) == 30.0


@pytest.mark.parametrize("wrong", ["fast", "0", "20@yesterday", "20@2026-11-24T09:00:00", "2000"])
def test_a_clock_that_cannot_be_is_refused_by_name(wrong: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TILLBRIDGE_CLOCK": wrong, "TILLBRIDGE_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [*COMMAND, "doctor"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "TILLBRIDGE_CLOCK" in done.stderr
    assert "Traceback" not in done.stderr
