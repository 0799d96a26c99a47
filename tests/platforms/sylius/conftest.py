"""Every request the adapter sends in these tests is held to Sylius's own documents, where they lie beside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.sylius import contract
from tests.support.recorder import SENT


@pytest.fixture(autouse=True)
def hold_to_sylius() -> Iterator[None]:
    SENT.clear()
    yield
    if not contract.PRESENT:
        return
    mine = [sent for sent in SENT if sent.platform == "sylius"]
    problems = [f"{sent.method} {sent.path} {words}" for sent in mine for words in contract.check(sent)]
    assert not problems, "\n".join(dict.fromkeys(problems))
