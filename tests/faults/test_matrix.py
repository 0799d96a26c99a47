"""Every fault in every phase of a sale's way: one order in each store and a till that knows it, cell by cell."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.conftest import Tell
from tests.faults.crew import crew
from tests.faults.matrix import KILL, LATE, LOCKED, Matrix, Round, When, all_rounds, database_held, some_rounds
from tests.faults.stage import Town, opened, until
from tillbridge.platforms.registry import PlatformServiceRegistry


async def test_some_cells_of_the_matrix(stores: Town, tmp_path: Path, seed: int, tell: Tell) -> None:
    async with opened(stores, tmp_path / "shop") as stage:
        matrix = Matrix(stage)
        await matrix.measure()
        rounds = some_rounds(list(matrix.ways.values()), random.Random(seed))
        wrongs = await _played(matrix, rounds)
        tell(f"  seed {seed}, {len(rounds)} rounds\n{matrix.told()}")
        assert wrongs == [], f"seed {seed}"


@pytest.mark.soak
@pytest.mark.parametrize("platform", PlatformServiceRegistry().slugs())
async def test_the_whole_matrix(platform: str, stores: Town, database_url: str, tmp_path: Path, tell: Tell) -> None:
    async with opened(stores, tmp_path / "shop", database_url, [platform]) as stage:
        matrix = Matrix(stage)
        await matrix.measure()
        wrongs = await _played(matrix, all_rounds(list(matrix.ways.values())))
        tell(matrix.told())
        assert wrongs == []
        assert matrix.empty() == [], matrix.told()


async def _played(matrix: Matrix, rounds: Sequence[Round]) -> list[str]:
    """All rounds one after the other; what was wrong."""
    found: list[str] = []
    for cell in rounds:
        if not matrix.meant(cell):
            continue
        reference, meant = await _sold(matrix, cell)
        struck = matrix.struck(meant)
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
    meant = matrix.arm(cell)
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
        await matrix.stage.done()
        await until(matrix.stage.at_rest)
        meant = matrix.arm(cell)
        reference = await matrix.sell()

        async def there() -> bool:
            return len(matrix.struck(meant)) == len(meant)

        await until(there)
        if cell.when is When.SETTLING:
            async with database_held(matrix.stage):
                # the stores answer after a second; what the worker then writes down waits for the database
                await asyncio.sleep(1.5)
                workers.kill(next(iter(workers.workers)))
        else:
            workers.kill(next(iter(workers.workers)))
    return reference, meant


async def _held_up(matrix: Matrix, meant: dict[str, int]) -> None:
    """The database is held by somebody else from the moment the cell wants, for seconds."""

    async def there() -> bool:
        return len(matrix.struck(meant)) == len(meant)

    working = asyncio.ensure_future(matrix.stage.services.work())
    await until(there)
    async with database_held(matrix.stage):
        await asyncio.sleep(2.5)
    await working
