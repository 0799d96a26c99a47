"""The sync queue panel over 100,000 jobs against the same panel over 1,000: opened, and jumped to its end."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.ratios import Ratio, interleaved
from tests.console.scenes import NARROW, console, press, settle
from tests.support.clock import VirtualClock
from tests.support.filling import connection, job
from tests.support.house import new_shops, open_house_of
from tillbridge.console.widgets.window import Window

MANY, FEW = 100_000, 1_000


def measure(runs: int) -> list[Ratio]:
    """Seconds."""
    found: dict[str, dict[int, list[float]]] = {}
    with tempfile.TemporaryDirectory() as many, tempfile.TemporaryDirectory() as few:
        shelves = {MANY: Path(many), FEW: Path(few)}
        for jobs, folder in shelves.items():
            asyncio.run(_fill(folder, jobs))

        def visit(jobs: int) -> Callable[[], float]:
            def run() -> float:
                for name, seconds in asyncio.run(_visit(shelves[jobs], jobs)).items():
                    found.setdefault(name, {MANY: [], FEW: []})[jobs].append(seconds)
                return 0.0

            return run

        interleaved(runs, visit(MANY), visit(FEW))
    peer = f"the same panel with {FEW:,} jobs"
    return [
        Ratio(f"queue panel with {MANY:,} jobs: {name}", "s", each[MANY][-runs:], each[FEW][-runs:], peer, "")
        for name, each in found.items()
    ]


async def _fill(folder: Path, jobs: int) -> None:
    clock = VirtualClock()
    async with open_house_of(folder, clock, new_shops(clock)) as house:
        shop = connection("Shop", clock.now(), platform="shopify")
        await house.storage.connections.add(shop)
        await house.storage.jobs.add([job(shop.id, clock.now()) for _ in range(jobs)])


async def _visit(folder: Path, jobs: int) -> dict[str, float]:
    clock = VirtualClock()
    async with open_house_of(folder, clock, new_shops(clock)) as house, console(house, NARROW) as pilot:
        taken = {}
        for name, key in (("opened", "f5"), ("a page down", "pagedown"), ("to its end", "end")):
            began = time.perf_counter()
            await press(pilot, key)
            taken[name] = time.perf_counter() - began
        await settle(pilot)
        assert pilot.app.screen.query_one(Window).top > jobs - NARROW[1]
        return taken
