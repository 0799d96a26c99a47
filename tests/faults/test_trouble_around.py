"""Trouble around the shop's processes: a database that goes away or is full, stops and lost lines, a clock set back."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.books import opened_books, wrongs
from tests.faults.crew import crew
from tests.faults.matrix import database_held
from tests.faults.stage import FASTER, Stage, Town, opened, until
from tests.faults.trade import Trade
from tests.support.databases import Cluster
from tests.support.processes import COMMAND
from tests.support.records import sale
from tests.support.terminal import needs
from tillbridge.domain.errors import DatabaseUnreachable, DataReadOnly, DiskFull
from tillbridge.domain.jobs import JobState
from tillbridge.domain.queue import QueueFilter

RUNNING = QueueFilter(states=(JobState.RUNNING,))


async def test_postgresql_restarts_while_workers_record(
    stores: Town, postgresql: Cluster, tmp_path: Path, seed: int
) -> None:
    async with opened(stores, tmp_path / "shop", postgresql.fresh()) as stage:
        before, trade = opened_books(stage), Trade(stage, random.Random(seed), f"R{seed}")
        with crew(stage, 2) as workers:
            await until(lambda: _follow(stage, 2))
            await _sell(trade, 5)
            await until(workers.at_work)
            await asyncio.to_thread(postgresql.stop)
            await asyncio.to_thread(postgresql.start)
            await until(lambda: _opens_again(stage))
            await _sell(trade, 3)
            await stage.done()
        assert await wrongs(stage, trade, before) == [], f"seed {seed}"


async def test_a_worker_with_nothing_to_do_outlives_a_restart(
    stores: Town, postgresql: Cluster, tmp_path: Path
) -> None:
    async with opened(stores, tmp_path / "shop", postgresql.fresh()) as stage:
        with crew(stage, 1):
            await stage.done()
            await until(lambda: _follow(stage, 1))
            await asyncio.to_thread(postgresql.stop)
            # long enough that who waits for changes has asked for them in vain
            await asyncio.sleep(2)
            await asyncio.to_thread(postgresql.start)
            await until(lambda: _opens_again(stage))
            [reference] = await stage.take_in(sale("I-1"))
            await stage.done()
            assert await _once_everywhere(stage, reference)


async def _follow(stage: Stage, count: int) -> bool:
    """So many workers are up and told of changes; one that is still starting would rightly say there is no server."""
    sql = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
    return bool((await stage.storage._database.rows(sql))[0]["n"] >= count)


async def _sell(trade: Trade, count: int) -> None:
    for _ in range(count):
        await trade.sell()


async def _opens_again(stage: Stage) -> bool:
    try:
        await stage.services.connections.list()
    except DatabaseUnreachable:
        return False
    return True


def _told_to_stop(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], Callable[[], None]]:
    worker = subprocess.Popen(
        [*COMMAND, "worker"], env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    return worker, worker.terminate


def _whose_line_is_lost(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], Callable[[], None]]:
    """Started in a terminal of its own, as a login over SSH is; when that ends the system hangs up on it."""
    master, slave = pty.openpty()
    take_terminal = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, "
    program = f"{take_terminal}{[sys.executable, *COMMAND[1:], 'worker']!r})"
    worker = subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    os.close(slave)
    return worker, lambda: os.close(master)


@pytest.mark.parametrize("begin", [_told_to_stop, _whose_line_is_lost])
async def test_a_worker_stopped_in_the_middle_of_a_sale_ends_in_order_and_loses_nothing(
    begin: Callable[[dict[str, str]], tuple[subprocess.Popen[bytes], Callable[[], None]]], stores: Town, tmp_path: Path
) -> None:
    async with opened(stores, tmp_path / "shop") as stage:
        for platform in stage.stores:
            door = stage.door(platform)
            door.arm("timeout_after_commit", match=door.places_order)
        [reference] = await stage.take_in(sale(f"S-{begin.__name__}"))
        worker, stop = begin({**stage.shop.environment(), "TILLBRIDGE_ANSWER_WITHIN_SECONDS": "60"})
        with worker:
            try:
                await until(lambda: _hangs(stage))
                stop()
                assert await asyncio.to_thread(worker.wait, 20) == 0
            finally:
                worker.kill()
            assert worker.stderr is not None
            assert worker.stderr.read() == b""
        with pytest.raises(ProcessLookupError):
            os.killpg(worker.pid, 0)
        assert await stage.services.queue.count(RUNNING) == 0
        await stage.calm()
        await stage.services.work()
        assert await _once_everywhere(stage, reference)


async def _hangs(stage: Stage) -> bool:
    """Every store has recorded the sale and keeps its answer to itself."""
    return all(stage.door(each).get("faults")["faults"][0]["fired"] for each in stage.stores)


async def _once_everywhere(stage: Stage, reference: str) -> bool:
    view = await stage.services.orders.show(reference)
    counts = {platform: len(stage.door(platform).orders(reference)) for platform in stage.stores}
    assert (view.status.value, set(counts.values())) == ("synced", {1}), counts
    return True


@contextmanager
def _writing_nothing(process_id: int) -> Iterator[None]:
    """As on a full disk: no file of that process may grow."""
    before = resource.prlimit(process_id, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, before)


async def test_a_worker_lives_through_a_full_disk(stores: Town, tmp_path: Path) -> None:
    async with opened(stores, tmp_path / "shop") as stage:
        with crew(stage, 1) as workers:
            [first] = await stage.take_in(sale("F-1"))
            await stage.done()
            with _writing_nothing(next(iter(workers.workers))):
                [second] = await stage.take_in(sale("F-2"))
                await asyncio.sleep(1.5)
                assert (await stage.services.orders.show(second)).status.value != "synced"
            await stage.done()
        assert await _once_everywhere(stage, first)
        assert await _once_everywhere(stage, second)


def _refused(stage: Stage, command: Sequence[str], line: str, limit: Callable[[], None] | None = None) -> str:
    """What a till is told whose sale cannot be kept."""
    done = subprocess.run(
        [*command, *COMMAND, "orders", "add", "-", "--json"],
        input=line,
        capture_output=True,
        text=True,
        env=stage.shop.environment(),
        preexec_fn=limit,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return str(json.loads(done.stderr.strip().splitlines()[-1])["title"])


async def test_a_till_is_told_in_words_that_its_sale_could_not_be_kept(stores: Town, tmp_path: Path) -> None:
    """Full or read-only: the sale is refused whole, those before are there, and it goes in once there is room."""
    needs("setpriv")
    async with opened(stores, tmp_path / "shop") as stage:
        await stage.take_in(sale("W-1"))
        line, folder = json.dumps(sale("W-2")), tmp_path / "shop"
        nothing = (1024, resource.RLIM_INFINITY)
        told = _refused(stage, [], line, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, nothing))
        assert told == DiskFull(path="").card().title
        # an administrator may write anywhere unless this right is taken away first
        as_anyone = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
        modes = {each: each.stat().st_mode for each in (*folder.iterdir(), folder)}
        for each in modes:
            each.chmod(0o500 if each.is_dir() else 0o400)
        try:
            assert _refused(stage, as_anyone, line) == DataReadOnly(path="").card().title
        finally:
            for each, mode in reversed(modes.items()):
                each.chmod(mode)
        receipts = [each.receipt for each in await stage.services.orders.window(limit=10)]
        assert receipts.count("W-2") == 0
        assert "W-1" in receipts
        assert stage.shop.add_sales([sale("W-2")])["added"] == 1


async def test_a_till_waits_while_somebody_else_holds_the_database(
    stores: Town, database_url: str, tmp_path: Path
) -> None:
    async with opened(stores, tmp_path / "shop", database_url) as stage:
        async with database_held(stage):
            adding = asyncio.create_task(asyncio.to_thread(stage.shop.add_sales, [sale("H-1")]))
            await asyncio.wait({adding}, timeout=3)
            assert not adding.done(), "nobody waited: the database was not held"
        assert (await adding)["added"] == 1


async def test_a_clock_set_back_an_hour_holds_up_no_store(stores: Town, tmp_path: Path) -> None:
    """A worker whose clock was an hour ahead dies in the middle of a sale; the next one goes by the right time."""
    async with opened(stores, tmp_path / "shop") as stage:
        for platform in stage.stores:
            door = stage.door(platform)
            door.arm("timeout_after_commit", match=door.places_order)
        [reference] = await stage.take_in(sale("B-1"))
        since = datetime.fromisoformat(stores.clock.partition("@")[2])
        ahead = since - timedelta(hours=1) / (FASTER - 1)
        with crew(stage, 1, answer_within=60, clock=f"{FASTER}@{ahead.isoformat()}") as workers:
            await until(lambda: _hangs(stage))
            workers.kill(next(iter(workers.workers)))
        await stage.calm()
        await asyncio.wait_for(stage.services.work(), 60)
        assert await _once_everywhere(stage, reference)
