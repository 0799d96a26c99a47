"""Every request the adapter sends in these tests is held to the vendor's documents, where they lie beside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.bigcommerce import openapi
from tests.support.recorder import SENT, Sent

_PROBES = ("/v3/inventory/adjustments/absolute", "/v3/customers", "/v2/orders", "/v2/gift_certificates")


def is_probe(sent: Sent) -> bool:
    """A write without content asks for a scope and must be refused: the live test breaks the contract on purpose."""
    return not sent.body or sent.body == {"items": []}


@pytest.fixture(autouse=True)
def hold_to_documents() -> Iterator[None]:
    yield
    if not openapi.available():
        return
    sent = [each for each in SENT if each.platform == "bigcommerce"]
    asked = [each for each in sent if each.method == "GET" or not (each.path.endswith(_PROBES) and is_probe(each))]
    problems = [f"{each.method} {each.path}: {words}" for each in asked for words in openapi.check(each)]
    assert not problems, "\n".join(dict.fromkeys(problems))
