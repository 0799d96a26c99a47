"""A back office over a real database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.counters import BackOffice
from tests.support.databases import copy_template, postgresql
from tillbridge.storage import open_storage

__all__ = ["office", "postgresql"]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[BackOffice]:
    clock = VirtualClock()
    async with open_storage(copy_template(tmp_path), clock, keyring_path=tmp_path / "keyring") as storage:
        yield BackOffice(storage, clock)
