"""Fixtures of the fault tests: one town of pretended stores a run, and a database of each kind."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import TOLD
from tests.faults.stage import Town, town
from tests.support.databases import Cluster, postgresql

__all__ = ["postgresql"]

Tell = Callable[[str], None]


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town")) as built:
        yield built


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Words that are printed at the end of the run, passed or not."""
    return lambda words: record_property(TOLD, words)


@pytest.fixture
def seed() -> int:
    """Another one each time; ``FAULT_SEED`` repeats a run."""
    return int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(1_000_000))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Where the shop's data is: empty for a file in its folder."""
    if request.param == "sqlite":
        return ""
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.fresh()
