"""Finding a pushed order again by the reference it carries, and reading one whole with its payments."""

from __future__ import annotations

from typing import Any

from tillbridge.domain.errors import NotFound
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire_orders
from tillbridge.platforms.wix.calls import ORDERS, Api, record_of
from tillbridge.platforms.wix.order_writing import is_guid

_REFERENCE = "channelInfo.externalOrderId"
_HIDDEN = "PENDING"
"""Orders of this status are left out of a search that does not ask for them."""


class Finder:
    """Looks for orders that carry a reference, and reads them by id, which does not lag."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def by_reference(self, reference: str) -> list[str]:
        """The ids of orders with exactly this reference, oldest first; pending ones are asked for by themselves."""
        rows: list[Any] = []
        for more in ({}, {"status": _HIDDEN}):
            rows += await self._api.first(ORDERS, "order.look_up", {_REFERENCE: {"$eq": reference}, **more})
        nodes = [parse(wire_orders.Order, row, f"$.orders[{at}]") for at, row in enumerate(rows)]
        mine = sorted((each.createdDate, each.id) for each in nodes if each.channelInfo.externalOrderId == reference)
        return list(dict.fromkeys(order_id for _, order_id in mine))

    async def by_id(self, order_id: str) -> wire_orders.Order:
        """One order. Raises NotFound, also for what cannot be an order's id."""
        if not is_guid(order_id):
            raise NotFound(what="order", name=order_id)
        try:
            body = await self._api.get(f"/ecom/v1/orders/{order_id}", "order.read")
        except NotFound as error:
            raise NotFound(what="order", name=order_id) from error
        return parse(wire_orders.Order, record_of(body, "order"), "$.order")

    async def transactions(self, order_id: str) -> wire_orders.Transactions:
        """The payments and refunds of an order."""
        body = await self._api.get(f"/ecom/v1/payments/orders/{order_id}", "order.payments")
        return parse(wire_orders.Transactions, record_of(body, "orderTransactions"), "$.orderTransactions")
