"""Finding a pushed order again: no filter knows the reference, so a window of time is walked and compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tillbridge.domain.errors import NotFound
from tillbridge.platforms.squarespace.calls import Api, window
from tillbridge.platforms.squarespace.order_mapping import ALL_STATES

ORDERS = "/1.0/commerce/orders"
EVERY_STATE = (("paymentStates", ALL_STATES),)
_BEFORE = timedelta(hours=1)
"""For a till's clock that is behind the platform's."""


class Finder:
    """Looks for orders that carry a reference."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def by_reference(self, reference: str, since: datetime, until: datetime) -> Mapping[str, Any] | None:
        """The order with exactly this reference that changed in a time, and None when there is none."""
        query = (*window(since - _BEFORE, until), *EVERY_STATE)
        async for page in self._api.pages(ORDERS, "order.look_up", "result", query):
            for row in page.rows:
                if isinstance(row, dict) and row.get("externalOrderReference") == reference:
                    return row
        return None

    async def by_id(self, order_id: str) -> Any:
        """One order. Raises NotFound."""
        try:
            return await self._api.get(f"{ORDERS}/{order_id}", "order.read")
        except NotFound as error:
            raise NotFound(what="order", name=order_id) from error
