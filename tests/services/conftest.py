"""What tests of services share: any real platform to stand for "a platform", and a back office with a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.counters import BackOffice
from tests.support.databases import copy_template
from tests.support.granting import grantor, web
from tests.support.house import House, new_shops, open_house_of
from tests.support.stores import Stores, open_stores
from tillbridge.platforms import shopify
from tillbridge.platforms.contract import Platform
from tillbridge.storage import open_storage

__all__ = ["grantor", "web"]


@pytest.fixture
def platform() -> Platform:
    return shopify.PLATFORM


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[BackOffice]:
    clock = VirtualClock()
    async with open_storage(copy_template(tmp_path), clock, keyring_path=tmp_path / "keyring") as storage:
        yield BackOffice(storage, clock)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    """A shop of its own with the simulators of all platforms, nothing connected yet."""
    async with open_stores(copy_template(tmp_path), tmp_path, VirtualClock()) as opened:
        yield opened


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """All services on an empty shop, with a pretended store of each platform to connect."""
    clock = VirtualClock()
    async with open_house_of(tmp_path, clock, new_shops(clock)) as opened:
        yield opened
