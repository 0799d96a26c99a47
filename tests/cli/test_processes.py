"""The program as its users start it, in processes of its own: a worker that ends in order, files nobody else reads."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.processes import COMMAND, Shop, SimulatorDoor, eventually
from tests.support.records import sale

Doors = Mapping[str, SimulatorDoor]


@pytest.fixture
def shop(connected: Path, tmp_path: Path) -> Shop:
    shutil.copytree(connected, tmp_path / "shop")
    return Shop(tmp_path / "shop")


@pytest.mark.parametrize(
    "stop", [signal.SIGTERM, *(pytest.param(each, marks=pytest.mark.soak) for each in (signal.SIGINT, signal.SIGHUP))]
)
def test_a_worker_records_what_another_process_takes_in_and_ends_when_told(
    shop: Shop, doors: Doors, stop: signal.Signals
) -> None:
    with shop.process("worker") as worker:
        shop.add_sales([sale(f"P-{stop.name}")])
        reference = shop.ask("orders", "show", f"P-{stop.name}")["reference"]
        eventually(lambda: all(door.orders(reference) for door in doors.values()))
        worker.send_signal(stop)
        assert worker.wait(timeout=30) == 0
    assert [len(door.orders(reference)) for door in doors.values()] == [1, 1]


def test_what_lies_in_the_data_directory_is_its_owners_alone(shop: Shop) -> None:
    shop.run("backup")
    shop.run("doctor")
    open_to_others = [
        f"{each.name} {stat.S_IMODE(each.stat().st_mode):o}"
        for each in shop.data_dir.rglob("*")
        if each.is_file() and each.suffix != ".lock" and each.stat().st_mode & 0o077
    ]
    assert open_to_others == []


def test_the_version_is_said_at_once() -> None:
    said = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said.startswith("tillbridge ")


def test_a_reader_that_goes_away_leaves_no_traceback(shop: Shop) -> None:
    """``tillbridge audit list | head -1``, as people do; the reader here is gone before the first line."""
    command = f"{' '.join(COMMAND)} audit list --json | true"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=shop.environment(), timeout=60
    )
    assert done.stderr == ""
