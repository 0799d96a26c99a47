"""Jobs claimed, marked "about to send" and settled, against raw sqlite3 writing the same rows as durably."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.ratios import Ratio, interleaved
from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.filling import connected, job, taken
from tillbridge.domain.jobs import Job, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.storage import Storage, open_storage

JOBS = 240
BODY = "x" * 2000
"""About the size of an order."""


def measure(runs: int) -> list[Ratio]:
    """Jobs a second: one after the other, and eight in flight as a worker has them."""
    found = []
    for at_once, words in ((1, "one at a time"), (8, "eight in flight")):
        ours, theirs = interleaved(runs, _fresh(_stored, at_once), _fresh(_raw, at_once))
        floor = "raw sqlite3, same rows and commits, WAL, synchronous=FULL"
        found.append(Ratio(f"claim, mark and settle, {words}", "jobs/s", ours, theirs, floor, ""))
    return found


def _fresh(work: Callable[[Path, int], float], at_once: int) -> Callable[[], float]:
    def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            copy_template(Path(folder))
            return work(Path(folder), at_once)

    return run


def _stored(folder: Path, at_once: int) -> float:
    return asyncio.run(_through_storage(folder, at_once))


async def _through_storage(folder: Path, at_once: int) -> float:
    clock = VirtualClock()
    async with open_storage(str(folder / "shop.sqlite3"), clock, keyring_path=folder / "keyring") as storage:
        shop = await connected(storage, "Shop", clock.now())
        await storage.jobs.add([job(shop.id, clock.now()) for _ in range(JOBS)])
        lane = await taken(storage, "bench", clock.now())
        began = time.perf_counter()
        while claimed := await storage.jobs.claim(lane, at_once, clock.now()):
            await asyncio.gather(*(_one(storage, each, lane, clock) for each in claimed))
        seconds = time.perf_counter() - began
        done = await storage.queue.counts()
        assert done == {(shop.id, JobState.SUCCEEDED): JOBS}
        return JOBS / seconds


async def _one(storage: Storage, each: Job, lane: Lane, clock: VirtualClock) -> None:
    await storage.jobs.mark_sending(each, lane, action="order.create", idempotency_key="k", body=BODY, now=clock.now())
    await storage.jobs.settle(
        each, lane, state=JobState.SUCCEEDED, phase=Phase.ANSWERED, spent=True, now=clock.now(), outcome="done"
    )


def _raw(folder: Path, at_once: int) -> float:
    """The same table rows in as many commits, and nothing else: no lease, no change feed, no counters, no models."""
    connection = sqlite3.connect(folder / "shop.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    now = "2026-11-24 09:00:00+00:00"
    ids = [f"{number:032x}" for number in range(JOBS)]
    row = (
        "INSERT INTO job (id, connection_id, kind, state, payload, priority, run_at, attempts, fence, phase, cause, "
        "cause_params, created_at) VALUES (?, 'c', 'push_order', 'waiting', '{}', 50, ?, 0, 0, 'not_sent', '', '{}', ?)"
    )
    connection.executemany(row, [(each, now, now) for each in ids])
    began = time.perf_counter()
    for at in range(0, JOBS, at_once):
        _raw_group(connection, ids[at : at + at_once], now)
    seconds = time.perf_counter() - began
    [(done,)] = connection.execute("SELECT count(*) FROM job WHERE state = 'succeeded'")
    connection.close()
    assert done == JOBS
    return JOBS / seconds


def _raw_group(connection: sqlite3.Connection, ids: list[str], now: str) -> None:
    """One commit to claim all, one to mark all, one to settle each."""
    attempt = (
        "INSERT INTO attempt (job_id, number, fence, began_at, phase, action, outcome, request_id, idempotency_key, "
        "body) VALUES (?, 1, 1, ?, 'not_sent', '', '', '', '', '')"
    )
    claims: list[tuple[str, tuple[Any, ...]]] = []
    for each in ids:
        claims.append(("UPDATE job SET state = 'running', attempts = 1, fence = 1 WHERE id = ?", (each,)))
        claims.append((attempt, (each, now)))
    _commit(connection, claims)
    sending = (
        "UPDATE attempt SET phase = 'sending', sent_at = ?, action = 'order.create', idempotency_key = 'k', body = ? "
        "WHERE job_id = ?"
    )
    marks: list[tuple[str, tuple[Any, ...]]] = []
    for each in ids:
        marks.append(("UPDATE job SET phase = 'sending' WHERE id = ?", (each,)))
        marks.append((sending, (now, BODY, each)))
    _commit(connection, marks)
    for each in ids:
        settled = "UPDATE job SET state = 'succeeded', phase = 'answered', settled_at = ? WHERE id = ?"
        ended = "UPDATE attempt SET phase = 'answered', ended_at = ?, outcome = 'done' WHERE job_id = ?"
        _commit(connection, [(settled, (now, each)), (ended, (now, each))])


def _commit(connection: sqlite3.Connection, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql, values in statements:
        connection.execute(sql, values)
    connection.execute("COMMIT")
