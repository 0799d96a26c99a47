"""Every fault in every phase of a sale's way: one order in each store and a till that knows it, cell by cell."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.conftest import Tell
from tests.faults.crew import crew
from tests.faults.matrix import (
    ALL,
    KILL,
    LATE,
    LOCKED,
    OURS,
    Matrix,
    Round,
    When,
    all_rounds,
    database_held,
    some_rounds,
)
from tests.faults.stage import Stage, Town, opened, until
from tillbridge.platforms.registry import PlatformServiceRegistry

PATIENCE = 180.0
"""Seconds; several shops start processes at once on what may be a busy machine."""


async def test_some_cells_of_the_matrix(measured_stores: Town, tmp_path: Path, seed: int, tell: Tell) -> None:
    async with opened(measured_stores, tmp_path / "shop") as stage:
        matrix = Matrix(stage)
        await matrix.measure()
        rounds = some_rounds(list(matrix.ways.values()), random.Random(seed))
        wrongs = await _played(matrix, rounds)
        tell(f"  seed {seed}, {len(rounds)} rounds\n{matrix.told()}")
        assert wrongs == [], f"seed {seed}"


@pytest.mark.soak
@pytest.mark.parametrize("platform", PlatformServiceRegistry().slugs())
async def test_the_whole_matrix(
    platform: str, towns: Sequence[Town], fresh_database: Callable[[], str], tmp_path: Path, tell: Tell
) -> None:
    """On PostgreSQL what the database has a part in; what happens on the line alone is the same on either."""
    urls = [fresh_database() for _ in towns]
    plan = Plan(platform, OURS if any(urls) else ALL)
    async with asyncio.TaskGroup() as tracks:
        for number, (each, url) in enumerate(zip(towns, urls, strict=True)):
            tracks.create_task(_track(plan, each, tmp_path / f"shop-{number}", url))
    tell(plan.told())
    assert plan.wrongs == []
    assert plan.empty() == [], plan.told()


@dataclass
class Plan:
    """What several shops, each with a store of its own, play side by side until no round is left."""

    platform: str
    faults: Sequence[str]
    matrices: list[Matrix] = field(default_factory=list)
    counts: Counter[tuple[str, str, When]] = field(default_factory=Counter)
    rounds: deque[Round] = field(default_factory=deque)
    wrongs: list[str] = field(default_factory=list)

    async def joined(self, stage: Stage) -> Matrix:
        """The matrix of one more shop. Its way is the others' way: the first lays out the rounds, longest first."""
        matrix = Matrix(stage, counts=self.counts)
        await matrix.measure()
        if not self.matrices:
            every = [each for each in all_rounds(list(matrix.ways.values())) if each.fault in self.faults]
            self.rounds.extend(sorted(every, key=lambda each: each.fault not in OURS))
        self.matrices.append(matrix)
        assert matrix.ways == self.matrices[0].ways
        return matrix

    def told(self) -> str:
        return self.matrices[0].told(self.faults)

    def empty(self) -> list[str]:
        return self.matrices[0].empty(self.faults)


async def _track(plan: Plan, stores: Town, folder: Path, database_url: str) -> None:
    async with opened(stores, folder, database_url, [plan.platform]) as stage:
        matrix = await plan.joined(stage)
        while plan.rounds:
            plan.wrongs += await _played(matrix, [plan.rounds.popleft()])


async def _played(matrix: Matrix, rounds: Sequence[Round]) -> list[str]:
    """All rounds one after the other; what was wrong."""
    found: list[str] = []
    for cell in rounds:
        if not matrix.meant(cell):
            continue
        reference, meant = await _sold(matrix, cell)
        struck = await asyncio.to_thread(matrix.struck, meant)
        matrix.note(cell, struck)
        found += [f"{cell} never struck at {each}" for each in meant if each not in struck]
        await matrix.stage.calm()
        await matrix.stage.services.work()
        found += await matrix.wrongs(cell, reference)
    return found


async def _sold(matrix: Matrix, cell: Round) -> tuple[str, dict[str, int]]:
    """A sale struck by the cell: its reference, and which request was meant by platform."""
    if cell.fault in (KILL, LATE):
        return await _killed(matrix, cell)
    meant = await asyncio.to_thread(matrix.arm, cell)
    reference = await matrix.sell()
    if cell.fault == LOCKED:
        await _held_up(matrix, meant)
    else:
        await matrix.stage.services.work()
    return reference, meant


async def _killed(matrix: Matrix, cell: Round) -> tuple[str, dict[str, int]]:
    """A worker process dies once it stands where the cell wants it at every store."""
    with crew(matrix.stage, 1, answer_within=60) as workers:
        # a new process asks a store more: one sale first, so that the next takes the requests that were measured
        await matrix.sell()
        await matrix.stage.done(PATIENCE)
        await until(matrix.stage.at_rest, PATIENCE)
        meant = await asyncio.to_thread(matrix.arm, cell)
        reference = await matrix.sell()

        await until(lambda: _struck(matrix, meant), PATIENCE)
        if cell.when is When.SETTLING:
            async with database_held(matrix.stage):
                # the stores answer after a second; what the worker then writes down waits for the database
                await asyncio.sleep(1.5)
                workers.kill(next(iter(workers.workers)))
        else:
            workers.kill(next(iter(workers.workers)))
    return reference, meant


async def _struck(matrix: Matrix, meant: dict[str, int]) -> bool:
    """Whether every store has been struck. Asked in a thread and not too often: other shops work in this loop."""
    await asyncio.sleep(0.1)
    return len(await asyncio.to_thread(matrix.struck, meant)) == len(meant)


async def _held_up(matrix: Matrix, meant: dict[str, int]) -> None:
    """The database is held by somebody else from the moment the cell wants, for seconds."""

    working = asyncio.ensure_future(matrix.stage.services.work())

    async def there() -> bool:
        return working.done() or await _struck(matrix, meant)

    await until(there, PATIENCE)
    async with database_held(matrix.stage):
        await asyncio.sleep(2.5)
    await working
