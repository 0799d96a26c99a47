"""A back office over a real database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.counters import BackOffice
from tillbridge.storage import open_storage


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[BackOffice]:
    clock = VirtualClock()
    async with open_storage(str(tmp_path / "shop.sqlite3"), clock, keyring_path=tmp_path / "keyring") as storage:
        yield BackOffice(storage, clock)
