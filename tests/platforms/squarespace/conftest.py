"""Every request the adapter sends in these tests is held to the contract, where it lies beside the checkout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.squarespace import openapi
from tests.support.recorder import SENT, Sent

_PROBES = ("/1.0/commerce/orders", "/1.0/commerce/inventory/adjustments", "/v1/contacts")


def is_probe(sent: Sent) -> bool:
    """A write without content asks for a permission and must be refused: it breaks the contract on purpose."""
    return sent.method == "POST" and sent.path in _PROBES and sent.body == {}


@pytest.fixture(autouse=True)
def hold_to_documents() -> Iterator[None]:
    yield
    if not openapi.available():
        return
    asked = [each for each in SENT if each.platform == "squarespace" and not is_probe(each)]
    # the same request goes out hundreds of times in some tests
    each_once = {repr(each): each for each in asked}.values()
    problems = [f"{each.method} {each.path}: {words}" for each in each_once for words in openapi.check(each)]
    assert not problems, "\n".join(dict.fromkeys(problems))
