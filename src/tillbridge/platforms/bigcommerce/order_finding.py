"""Finding a pushed order again by the reference it carries, and reading one whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import NotFound
from tillbridge.platforms.bigcommerce.calls import Api
from tillbridge.platforms.bigcommerce.order_mapping import INCOMPLETE
from tillbridge.platforms.reading import whole_id

ORDERS = "/v2/orders"
WHOLE = (("include", "consignments.line_items"), ("consignment_structure", "object"))
"""With this the lines come along; without it they are only addresses to ask one by one."""


class Finder:
    """Looks for orders that carry a reference."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def by_reference(self, reference: str) -> list[Mapping[str, Any]]:
        """Orders with exactly this reference, oldest first; carts that never became an order are left out."""
        query = (("external_order_id", reference), ("limit", "50"), *WHOLE)
        rows = await self._api.rows(ORDERS, "order.look_up", query)
        found = [
            row
            for row in rows
            if isinstance(row, dict)
            and row.get("external_order_id") == reference
            and row.get("status_id") != INCOMPLETE
        ]
        return sorted(found, key=whole_id)

    async def by_id(self, order_id: str) -> Any:
        """One order with its lines. Raises NotFound."""
        try:
            return await self._api.get(f"{ORDERS}/{order_id}", "order.read", WHOLE)
        except NotFound as error:
            raise NotFound(what="order", name=order_id) from error
