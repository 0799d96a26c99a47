"""Fixtures of the fault tests: one town of pretended stores a run, and a database of each kind."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

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


TRACKS = 4
"""Towns for shops that are played side by side: most of what they do is waiting."""
MEASURED = 15
"""How much faster time passes where a hand must come between a request and its answer."""


@pytest.fixture(scope="session")
def measured_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town"), MEASURED) as built:
        yield built


@pytest.fixture(scope="session")
def towns(measured_stores: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Town]]:
    """``measured_stores`` and others of the same, each with servers of its own."""
    with ExitStack() as stack:
        more = [stack.enter_context(town(tmp_path_factory.mktemp("town"), MEASURED)) for _ in range(TRACKS - 1)]
        yield [measured_stores, *more]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Words that are printed at the end of the run, passed or not."""
    return lambda words: record_property(TOLD, words)


@pytest.fixture
def seed() -> int:
    """Another one each time; ``FAULT_SEED`` repeats a run."""
    return int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(1_000_000))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def fresh_database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Where a shop's data is, a new place each time it is asked: empty for a file in the shop's folder."""
    if request.param == "sqlite":
        return str
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.fresh


@pytest.fixture
def database_url(fresh_database: Callable[[], str]) -> str:
    return fresh_database()
