"""Fixtures of the simulator's own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .shopping import Counter, counter


@pytest.fixture
async def till() -> AsyncIterator[Counter]:
    """A client at a fresh demo shop."""
    async with counter() as fresh:
        yield fresh
