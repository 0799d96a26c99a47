"""The OpenAPI document Squarespace's requests are held to, what the vendor says in words, and where we leave both."""

from __future__ import annotations

from collections.abc import Iterator

from tests.support.contracts import CONTRACTS, Deviation, Held, Sheet
from tests.support.contracts.openapi import OpenApi
from tests.support.recorder import Sent

DOCUMENT = OpenApi(CONTRACTS / "squarespace" / "squarespace-commerce-subset.openapi.yaml")
_REFUSED = Sheet(2, "permission missing | 403")


def _in_words(sent: Sent) -> Iterator[str]:
    names = {name for name, _ in sent.query}
    if ("modifiedAfter" in names) is not ("modifiedBefore" in names):
        yield "both bounds or none"
    if "cursor" in names and names - {"cursor", "pageSize"}:
        yield "a cursor goes alone"


HELD = Held(
    {"": (DOCUMENT,)},
    (
        # a write without content asks for a permission
        Deviation("POST /1.0/commerce/orders", r"\$: .*is a required property", _REFUSED, refused=True),
        Deviation("POST /v1/contacts", r"\$: .*is a required property", _REFUSED, refused=True),
    ),
    _in_words,
)
