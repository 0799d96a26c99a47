"""The whole queue on PostgreSQL against procrastinate: jobs that do nothing, put in and drained by worker processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.queue_worker import READY
from tests.benchmarks.ratios import Ratio, interleaved
from tests.support.databases import Cluster, durable_cluster
from tests.support.filling import connected, job
from tillbridge.domain.clock import Clock, SystemClock
from tillbridge.domain.connections import Connection
from tillbridge.domain.jobs import Job, JobKind, JobState
from tillbridge.storage import open_storage

JOBS, GROUP = 1800, 20
PEER = "procrastinate, 20 jobs at once in each worker, same server, fsync on"
_LOOK = 0.01


def measure(runs: int) -> list[Ratio]:
    """Jobs a second from the first put in to the last settled, with one and with three worker processes."""
    with durable_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        found = []
        for workers, words in ((1, "1 worker"), (3, "3 workers")):
            ours, theirs = interleaved(
                runs,
                partial(_run, partial(_ours, cluster, Path(folder), workers)),
                partial(_run, partial(_theirs, cluster, workers)),
            )  # fmt: skip
            found.append(Ratio(f"queue on PostgreSQL, {words}", "jobs/s", ours, theirs, PEER, ">= 5"))
        return found


def _run(work: Callable[[], Coroutine[Any, Any, float]]) -> float:
    return asyncio.run(work())


async def _ours(cluster: Cluster, folder: Path, workers: int) -> float:
    address, clock, keyring = cluster.fresh(), SystemClock(), folder / f"keyring-{time.monotonic_ns()}"
    async with open_storage(address, clock, keyring_path=keyring) as storage:
        shops = [await connected(storage, f"Shop {number}", clock.now()) for number in range(workers)]
        numbered = [f"worker {number}" for number in range(workers)]

        async def put_in(first: int, count: int) -> None:
            for at in range(first, first + count, GROUP):
                await storage.jobs.add([_job(shops[each % workers], clock) for each in range(at, at + GROUP)])

        with _working("ours", [[address, str(keyring), each] for each in numbered]):
            return await _measured(put_in, lambda: _done(storage), workers)


def _job(shop: Connection, clock: Clock) -> Job:
    return job(shop.id, clock.now(), kind=JobKind.GIVE_BACK_GIFT_CARD)


async def _measured(
    put_in: Callable[[int, int], Awaitable[None]], done: Callable[[], Awaitable[int]], workers: int
) -> float:
    """Jobs a second, after a group for each worker has warmed all up."""
    first = GROUP * workers
    await put_in(0, first)
    await _until(done, first)
    began = time.perf_counter()
    await put_in(first, JOBS)
    await _until(done, first + JOBS)
    return JOBS / (time.perf_counter() - began)


async def _until(done: Callable[[], Awaitable[int]], jobs: int) -> None:
    while await done() < jobs:  # noqa: ASYNC110  the work is done in other processes
        await asyncio.sleep(_LOOK)


async def _done(storage: Any) -> int:
    counts = await storage.queue.counts()
    return sum(jobs for (_, state), jobs in counts.items() if state is JobState.SUCCEEDED)


def procrastinate_app(address: str) -> tuple[Any, Any]:
    """An app on a database and its task that does nothing."""
    from procrastinate import App, PsycopgConnector

    async def nothing(number: int) -> None:
        """Done at once."""

    app = App(connector=PsycopgConnector(conninfo=address))
    return app, app.task(name="nothing")(nothing)


async def _theirs(cluster: Cluster, workers: int) -> float:
    address = cluster.fresh("template0")
    app, nothing = procrastinate_app(address)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()

        async def put_in(first: int, count: int) -> None:
            for at in range(first, first + count, GROUP):
                await nothing.batch_defer_async(*({"number": each} for each in range(at, at + GROUP)))

        async def done() -> int:
            counted = "SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'succeeded'"
            return int((await app.connector.execute_query_one_async(counted))["n"])

        with _working("theirs", [[address]] * workers):
            return await _measured(put_in, done, workers)


@contextmanager
def _working(which: str, arguments: list[list[str]]) -> Iterator[None]:
    """Worker processes that are up before the first job comes."""
    command = [sys.executable, "-m", "tests.benchmarks.queue_worker", which]
    started = [
        subprocess.Popen([*command, *each], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for each in arguments
    ]
    try:
        for each in started:
            assert each.stdout is not None
            assert each.stdout.readline().strip() == READY
        yield
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.communicate(timeout=30)
