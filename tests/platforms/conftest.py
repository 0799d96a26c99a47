"""Every request an adapter sends in these tests is held to the vendor's contract, where it lies beside the checkout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import contracts
from tests.support.recorder import SENT

pytest.register_assert_rewrite("tests.platforms.contract_suite")


@pytest.fixture(autouse=True)
def hold_to_contract() -> Iterator[None]:
    SENT.clear()
    yield
    problems = [f"{sent.method} {sent.path}: {words}" for sent in SENT for words in contracts.check(sent)]
    assert not problems, "\n".join(dict.fromkeys(problems))
