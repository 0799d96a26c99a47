"""What tests of the console share: shops at different hours, and a quiet log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from tests.console import stage
from tests.support.house import House


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """The screen belongs to the console."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[House]:
    """Nothing is connected yet."""
    async with stage.empty_shop(tmp_path) as house:
        yield house


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[House]:
    """Both stores are ready and stocked."""
    async with stage.open_shop(tmp_path) as house:
        yield house


@pytest.fixture
async def quarrelling(tmp_path: Path) -> AsyncIterator[House]:
    """Three prices differ in the second store."""
    async with stage.quarrelling_shop(tmp_path) as house:
        yield house


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[House]:
    """Sales arrived, some need a person, one store must be connected again."""
    async with stage.busy_shop(tmp_path) as house:
        yield house
