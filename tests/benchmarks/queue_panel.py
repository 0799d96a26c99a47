"""The sync queue panel over a million jobs on a real terminal, against a thousand and a DataTable of 100 rows."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from tests.benchmarks.ratios import Ratio
from tests.benchmarks.screen import Screen
from tests.support.filling import connection
from tillbridge.domain.clock import SystemClock
from tillbridge.places import DATABASE
from tillbridge.storage import open_storage

MANY, FEW = 1_000_000, 1_000
KEYS = 40
"""Down, then as many up; the table has 100 rows."""
F5, DOWN, UP, ENTER = b"\x1b[15~", b"\x1b[B", b"\x1b[A", b"\r"
WAITING, DONE, QUESTION = "○ waiting".encode(), "● done".encode(), b"Which jobs?"
NAME = "Quayside"
TABLE = [sys.executable, "-m", "tests.benchmarks.table"]

# seven of ten wait, two are done, one needs somebody; ids rise with their number as those of a shop do
_JOBS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :jobs)
INSERT INTO job (id, connection_id, kind, state, payload, priority, run_at, attempts, fence, phase, cause, cause_params,
 created_at, settled_at)
SELECT printf('01900000-0000-7000-8000-%012x', i), :shop, 'push_order',
 CASE i % 10 WHEN 0 THEN 'parked' WHEN 1 THEN 'succeeded' WHEN 2 THEN 'succeeded' ELSE 'waiting' END,
 '{}', 50, :now, 0, 0, 'not_sent', '', '{}', :now, CASE WHEN i % 10 IN (1, 2) THEN :now END FROM n
"""
_COUNTS = (
    "INSERT INTO job_count (connection_id, state, jobs) SELECT connection_id, state, count(*) FROM job GROUP BY 1, 2"
)


def measure(runs: int) -> list[Ratio]:
    """Seconds from a key to the frame with its answer, and resident megabytes. The first run warms up."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    with tempfile.TemporaryDirectory() as many, tempfile.TemporaryDirectory() as few:
        for folder, jobs in ((many, MANY), (few, FEW)):
            asyncio.run(filled(Path(folder), jobs))
        for turn in range(runs + 1):
            for name, pair in _turn(Path(many), Path(few), turn).items():
                if turn:
                    for kept, value in zip(found.setdefault(name, ([], [])), pair, strict=True):
                        kept.append(value)
    few_jobs, rows = f"the same panel with {FEW:,} jobs", "a DataTable of 100 rows"
    told = {
        "opened": ("s", few_jobs, "<= 1.1"), "filtered": ("s", few_jobs, "<= 1.4"), "a key": ("s", few_jobs, "<= 1.1"),
        "a key, table": ("s", rows, "<= 0.8"), "memory": ("MB", few_jobs, "<= +5 MB"),
    }  # fmt: skip
    return [
        Ratio(f"queue panel with {MANY:,} jobs: {name.partition(',')[0]}", unit, *found[name], peer, bound)
        for name, (unit, peer, bound) in told.items()
    ]


async def filled(folder: Path, jobs: int) -> None:
    """A data directory with one connection, paused so that nobody works its jobs."""
    clock = SystemClock()
    path = folder / DATABASE
    async with open_storage(str(path), clock, keyring_path=folder / "keyring.json") as storage:
        shop = connection(NAME, clock.now(), platform="shopify", paused=True)
        await storage.connections.add(shop)
    _fill(path, shop.id, jobs)


def _fill(path: Path, shop: UUID, jobs: int) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute(_JOBS, {"jobs": jobs, "shop": str(shop), "now": datetime.now(UTC).isoformat(" ")})
        database.execute(_COUNTS)


def _turn(many: Path, few: Path, turn: int) -> dict[str, tuple[float, float]]:
    """Both consoles and the table are open at once and are asked by turns."""
    with ExitStack() as opened:
        ours = opened.enter_context(closing(console(many)))
        small = opened.enter_context(closing(console(few)))
        table = opened.enter_context(closing(Screen(TABLE, columns=80, lines=24)))
        table.next_frame()
        pair = (ours, small) if turn % 2 else (small, ours)
        found = {
            "opened": {each: each.press(F5, WAITING) for each in pair},
            "filtered": {each: _filter(each) for each in pair},
        }
        keys = _keys((*pair, table))
        memory = {each: each.memory() for each in pair}
        return {
            **{name: (times[ours], times[small]) for name, times in found.items()},
            "a key": (keys[ours], keys[small]),
            "a key, table": (keys[ours], keys[table]),
            "memory": (memory[ours], memory[small]),
        }


def console(folder: Path) -> Screen:
    """Open and at rest: what it writes while nobody reads would be answered too late."""
    screen = Screen([sys.executable, "-m", "tillbridge", "--data-dir", str(folder)], columns=80, lines=24)
    try:
        screen.next_frame(NAME.encode())
        screen.settle()
    except TimeoutError:
        screen.close()
        raise
    return screen


def _filter(screen: Screen) -> float:
    """From the choice to the jobs that are done."""
    screen.settle()
    screen.press(b"f", QUESTION)
    for _ in range(4):
        screen.press(DOWN, b"")
        screen.settle(0.05)
    seconds = screen.press(ENTER, DONE)
    screen.settle()
    return seconds


def _keys(screens: tuple[Screen, ...]) -> dict[Screen, float]:
    """The median answer to a key, each pressed in all by turns."""
    times: dict[Screen, list[float]] = {each: [] for each in screens}
    for key in (*[DOWN] * KEYS, *[UP] * KEYS):
        for each in screens:
            times[each].append(each.press(key, b""))
            each.settle(0.03)
    return {each: sorted(taken)[len(taken) // 2] for each, taken in times.items()}
