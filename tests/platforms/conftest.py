"""Every request an adapter sends in these tests is held to its vendor's documents, where they lie beside us."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.contracts import findings
from tests.support.recorder import EVERYTHING, begin

pytest.register_assert_rewrite("tests.platforms.contract_suite")


@pytest.fixture(autouse=True)
def hold_to_documents() -> Iterator[None]:
    """Each test answers for what it sent itself, so that tests may run in any process and order."""
    begin()
    yield
    problems = [str(each) for each in findings(EVERYTHING) if each.deviation is None]
    assert not problems, "\n".join(dict.fromkeys(problems))
