"""Every request the adapter sends in these tests is held to the vendor's contract, where it lies beside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.wix import schemas
from tests.support.recorder import SENT


@pytest.fixture(autouse=True)
def hold_to_schemas() -> Iterator[None]:
    yield
    if not schemas.available():
        return
    sent = [each for each in SENT if each.platform == "wix" and each.body not in schemas.PROBES]
    problems = [f"{each.method} {each.path}: {words}" for each in sent for words in schemas.check(each)]
    assert not problems, "\n".join(dict.fromkeys(problems))
