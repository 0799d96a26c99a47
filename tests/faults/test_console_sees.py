"""The console shows what a worker in another process does, within a second."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.console.seen import lines
from tests.faults.crew import crew
from tests.faults.stage import MAYA, Stage, Town, opened, until
from tests.support.records import sale
from tillbridge.console.app import Console
from tillbridge.domain.orders import OrderStatus
from tillbridge.services.bus import ChangesTailer


async def test_what_a_worker_recorded_shows_within_a_second(stores: Town, database_url: str, tmp_path: Path) -> None:
    async with opened(stores, tmp_path / "shop", database_url) as stage:
        app = Console(stage.services, clock=stage.ground.clock)
        following = asyncio.create_task(ChangesTailer(stage.storage, stage.ground.bus, stage.ground.clock).run())
        try:
            async with app.run_test(size=(120, 40)) as pilot:
                await pilot.press("f5")
                with crew(stage, 1):
                    late = [await _seen_late(stage, app, f"SEEN-{number}") for number in range(3)]
        finally:
            following.cancel()
            await asyncio.wait({following})
        assert sorted(late)[1] < 1.0, late


async def _seen_late(stage: Stage, app: Console, receipt: str) -> float:
    """Seconds from a sale's last store being done until the queue on the screen shows it no more."""
    for store in stage.stores.values():
        await stage.services.connections.pause(store, MAYA)
    [reference] = await stage.take_in(sale(receipt))
    await until(lambda: _is_open(app))
    for store in stage.stores.values():
        await stage.services.connections.resume(store, MAYA)
    await until(lambda: _recorded(stage, reference))
    recorded_at = time.monotonic()
    await until(lambda: _is_gone(app))
    return time.monotonic() - recorded_at


async def _is_open(app: Console) -> bool:
    return any("Sale SEEN" in line and ("waiting" in line or "running" in line) for line in lines(app))


async def _is_gone(app: Console) -> bool:
    return not await _is_open(app)


async def _recorded(stage: Stage, reference: str) -> bool:
    return (await stage.services.orders.show(reference)).status is OrderStatus.SYNCED
