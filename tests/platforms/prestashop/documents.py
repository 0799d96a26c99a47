"""The field lists of PrestaShop 8.2 and 9.0, which all requests must fit, and where we leave them."""

from __future__ import annotations

from tests.support.contracts import CONTRACTS, Deviation, Held, Recorded
from tests.support.contracts.field_lists import FieldLists

HELD = Held(
    {line: (FieldLists(CONTRACTS / "prestashop" / f"webservice-resources-{line}.json"),) for line in ("8.2", "9.0")},
    # the list of a key's rights is no resource
    (Deviation("GET /api/", "is in no document", Recorded("01/0", 200, "GET /api/")),),
)
