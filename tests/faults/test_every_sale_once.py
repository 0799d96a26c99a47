"""A day's sales under random faults and killed workers: every sale once, to the cent, and nobody got mail."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.books import opened_books, wrongs
from tests.faults.conftest import Tell
from tests.faults.crew import crew
from tests.faults.stage import FEW, Stage, Town, opened, until
from tests.faults.storm import storm
from tests.faults.trade import Trade
from tillbridge.platforms.registry import PlatformServiceRegistry

WORKERS, TILLS = 2, 3


async def _day(stage: Stage, seed: int, tell: Tell, *, sales: int, kills: int, pause: float, patience: float) -> None:
    """Sell while faults rage and workers die, let it drain, and read the books."""
    draw, before = random.Random(seed), opened_books(stage)
    trade = Trade(stage, random.Random(draw.random()), f"D{seed}")
    with crew(stage, WORKERS) as workers:
        async with storm(stage, random.Random(draw.random()), pause) as raging:
            numbers = iter(range(sales))

            async def till() -> None:
                for number in numbers:
                    await trade.sell()
                    if number % (sales // kills) == sales // kills // 2:
                        await workers.kill_one_after_a_claim(draw)

            async with asyncio.TaskGroup() as tills:
                for _ in range(TILLS):
                    tills.create_task(till())

            async def enough() -> bool:
                return sum(raging.struck.values()) >= sales // 4 or await stage.open_work() == 0

            await until(enough, patience)
        await stage.done(patience)
        found = await wrongs(stage, trade, before)
    kinds = {kind: sum(each.kind == kind for each in trade.sold) for kind in sorted({each.kind for each in trade.sold})}
    told = f"  seed {seed}: {kinds}, {workers.killed} workers killed; faults that struck\n{raging.told()}"
    tell(told)
    assert found == [], f"{told}\n" + "\n".join(found) + f"\nworkers said: {workers.said()}"
    assert sum(raging.struck.values()) > 0, "no fault struck: nothing was proved"


async def test_twenty_sales(stores: Town, database_url: str, tmp_path: Path, seed: int, tell: Tell) -> None:
    async with opened(stores, tmp_path / "shop", database_url) as stage:
        await _day(stage, seed, tell, sales=20, kills=2, pause=0.15, patience=120)


@pytest.mark.soak
@pytest.mark.parametrize("platform", PlatformServiceRegistry().slugs())
async def test_two_hundred_sales(
    platform: str, stores: Town, database_url: str, tmp_path: Path, seed: int, tell: Tell
) -> None:
    """The clock is fast; every platform's limits and waits are as long on it as they are."""
    async with opened(stores, tmp_path / "shop", database_url, [platform]) as stage:
        await _day(stage, seed, tell, sales=200, kills=10, pause=0.3, patience=480)


@pytest.mark.soak
@pytest.mark.parametrize("platform", FEW)
async def test_a_thousand_sales(
    platform: str, stores: Town, database_url: str, tmp_path: Path, seed: int, tell: Tell
) -> None:
    async with opened(stores, tmp_path / "shop", database_url, [platform]) as stage:
        await _day(stage, seed, tell, sales=1000, kills=40, pause=0.4, patience=900)
