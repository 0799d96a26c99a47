"""Finding a pushed order again: by search where order tables are on, and by a window of till orders on every shop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce import marks
from tillbridge.platforms.woocommerce.calls import Query, Rest, stamp

UNFINISHED = frozenset({"pending", "checkout-draft", "auto-draft"})
_FIELDS = "id,number,status,total,transaction_id,meta_data,customer_id,date_created_gmt"
_MARGIN = timedelta(minutes=5)


class Finder:
    """Looks for orders that carry a reference. Orders in the trash are not seen by any route."""

    def __init__(self, session: Session, rest: Rest) -> None:
        self._session, self._rest = session, rest

    async def by_reference(self, reference: str, sent_at: datetime) -> list[Mapping[str, Any]]:
        """Orders with exactly this reference, oldest first. ``search`` finds parts of words, so equality is ours."""
        found = await self._matching(reference, (("search", reference),))
        if not found:
            since = sent_at - _MARGIN + timedelta(seconds=self._session.api.clock_skew or 0)
            found = await self._matching(
                reference,
                (("created_via", marks.CREATED_VIA), ("after", stamp(since)), ("dates_are_gmt", "true")),
            )
        return sorted(found, key=lambda row: int(row["id"]))

    async def _matching(self, reference: str, query: Query) -> list[Mapping[str, Any]]:
        asked = (*query, ("status", "any"), ("_fields", _FIELDS))
        return [
            row
            async for page in self._rest.pages("/wc/v3/orders", "order.look_up", asked)
            for row in page.rows
            if carries(row, reference)
        ]


def carries(row: Any, reference: str) -> bool:
    """Whether an order's raw JSON has exactly this reference."""
    if not isinstance(row, dict):
        return False
    entries = row.get("meta_data") or ()
    kept = {each.get("value") for each in entries if isinstance(each, dict) and each.get("key") == marks.REFERENCE}
    return reference in kept or row.get("transaction_id") == reference
