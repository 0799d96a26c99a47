"""Jobs added, claimed, marked "about to send" and settled, against raw sqlite3 with one transaction a step."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.ratios import Ratio, interleaved
from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.filling import connected, job, taken
from tillbridge.domain.jobs import Job, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.storage import Storage, open_storage

JOBS = 400
BODY = "x" * 2000
"""About the size of an order."""
FLOOR = "raw sqlite3, same rows, a transaction for each step of each job, WAL, synchronous=FULL"


def measure(runs: int) -> list[Ratio]:
    """Jobs a second, enqueued and worked in groups as a worker has them."""
    found = []
    for group, aim in ((8, ""), (20, ">= 1")):
        ours, theirs = interleaved(runs, _fresh(partial(_stored, group=group)), _fresh(_raw))
        found.append(Ratio(f"add, claim, mark and settle, groups of {group}", "jobs/s", ours, theirs, FLOOR, aim))
    return found


def _fresh(work: Callable[[Path], float]) -> Callable[[], float]:
    def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            copy_template(Path(folder))
            return work(Path(folder))

    return run


def _stored(folder: Path, group: int) -> float:
    return asyncio.run(_through_storage(folder, group))


async def _through_storage(folder: Path, group: int) -> float:
    clock = VirtualClock()
    async with open_storage(str(folder / "shop.sqlite3"), clock, keyring_path=folder / "keyring") as storage:
        shop = await connected(storage, "Shop", clock.now())
        jobs = [job(shop.id, clock.now()) for _ in range(JOBS)]
        began = time.perf_counter()
        for at in range(0, JOBS, group):
            await storage.jobs.add(jobs[at : at + group])
        lane = await taken(storage, "bench", clock.now())
        while claimed := await storage.jobs.claim(lane, group, clock.now()):
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


_ADD = (
    "INSERT INTO job (id, connection_id, kind, state, payload, priority, run_at, attempts, fence, phase, cause, "
    "cause_params, created_at) VALUES (?, 'c', 'push_order', 'waiting', '{}', 50, ?, 0, 0, 'not_sent', '', '{}', ?)"
)
_CLAIM = (
    "UPDATE job SET state = 'running', attempts = attempts + 1, fence = fence + 1 WHERE id IN (SELECT id FROM job "
    "WHERE connection_id = 'c' AND state = 'waiting' AND run_at <= ? ORDER BY priority, run_at, id LIMIT 1) "
    "RETURNING id, kind, payload, fence"
)
_ATTEMPT = (
    "INSERT INTO attempt (job_id, number, fence, began_at, phase, action, outcome, request_id, idempotency_key, body) "
    "VALUES (?, 1, ?, ?, 'not_sent', '', '', '', '', '')"
)
_MARK = "UPDATE job SET phase = 'sending' WHERE id = ? AND fence = ? AND state = 'running'"
_SENDING = (
    "UPDATE attempt SET phase = 'sending', sent_at = ?, action = 'order.create', idempotency_key = 'k', body = ? "
    "WHERE job_id = ? AND fence = ?"
)
_SETTLE = (
    "UPDATE job SET state = 'succeeded', phase = 'answered', settled_at = ? "
    "WHERE id = ? AND fence = ? AND state = 'running'"
)
_ENDED = "UPDATE attempt SET phase = 'answered', ended_at = ?, outcome = 'done' WHERE job_id = ? AND fence = ?"


def _raw(folder: Path) -> float:
    """The same job and attempt rows and nothing else: no lease, no change feed, no counters."""
    connection = sqlite3.connect(folder / "shop.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    now = "2026-11-24 09:00:00+00:00"
    began = time.perf_counter()
    for number in range(JOBS):
        _commit(connection, [(_ADD, (f"{number:032x}", now, now))])
    for _ in range(JOBS):
        connection.execute("BEGIN IMMEDIATE")
        [(job_id, _, _, fence)] = connection.execute(_CLAIM, (now,)).fetchall()
        connection.execute(_ATTEMPT, (job_id, fence, now))
        connection.execute("COMMIT")
        _commit(connection, [(_MARK, (job_id, fence)), (_SENDING, (now, BODY, job_id, fence))])
        _commit(connection, [(_SETTLE, (now, job_id, fence)), (_ENDED, (now, job_id, fence))])
    seconds = time.perf_counter() - began
    [(done,)] = connection.execute("SELECT count(*) FROM job WHERE state = 'succeeded'")
    connection.close()
    assert done == JOBS
    return JOBS / seconds


def _commit(connection: sqlite3.Connection, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql, values in statements:
        connection.execute(sql, values)
    connection.execute("COMMIT")
