"""The training shop: stores of every platform connected and stocked, lessons that go wrong on demand, and no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.house import MAYA
from tests.support.records import record
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.orders import OrderStatus
from tillbridge.settings import Settings
from tillbridge.wiring import open_house


async def test_every_platform_is_connected_stocked_and_sells(tmp_path: Path) -> None:
    async with open_house(Settings(data_dir=tmp_path), training=True, clock=VirtualClock()) as services:
        assert services.training is not None
        states = [each.connection.state for each in await services.connections.list()]
        assert states == [ConnectionState.READY] * len(services.connections.platforms())
        await services.work()
        assert await services.catalog.by_code("TEE-M") is not None
        await services.orders.add([record("T-1")], MAYA)
        await services.work()
        assert (await services.orders.show("T-1")).status is OrderStatus.SYNCED


async def test_enrolling_again_connects_nothing_twice(tmp_path: Path) -> None:
    async with open_house(Settings(data_dir=tmp_path), training=True, clock=VirtualClock()) as services:
        assert services.training is not None
        before = [each.connection.id for each in await services.connections.list()]
        await services.training.enrol()
        assert [each.connection.id for each in await services.connections.list()] == before


async def test_a_lesson_makes_the_next_answer_get_lost_and_the_sale_is_still_recorded_once(tmp_path: Path) -> None:
    async with open_house(Settings(data_dir=tmp_path), training=True, clock=VirtualClock()) as services:
        assert services.training is not None
        await services.work()
        services.training.begin("lost_answer")
        await services.orders.add([record("T-2")], MAYA)
        await services.work()
        view = await services.orders.show("T-2")
        assert view.status is OrderStatus.SYNCED
        [shop] = [
            each
            for each in services.training.simulators
            for row in each.ledger.orders
            if row["reference"] == view.reference
        ]
        assert [each.fired for each in shop.faults.armed] == [1]
        with pytest.raises(LookupError, match="lost_answer"):
            services.training.begin("flood")


async def test_nothing_of_the_training_is_left_and_nothing_real_is_touched(tmp_path: Path) -> None:
    async with open_house(Settings(data_dir=tmp_path), clock=VirtualClock()) as services:
        assert services.training is None
        real = sorted(each.name for each in tmp_path.iterdir())
    async with open_house(Settings(data_dir=tmp_path), training=True, clock=VirtualClock()) as services:
        await services.orders.add([record("T-3")], MAYA)
    assert sorted(each.name for each in tmp_path.iterdir() if "training" in each.name) == []
    async with open_house(Settings(data_dir=tmp_path), clock=VirtualClock()) as services:
        assert await services.connections.list() == ()
        assert await services.orders.window(limit=5) == ()
    assert "tillbridge.db" in real
