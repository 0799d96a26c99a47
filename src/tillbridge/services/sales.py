"""Sales as screens read them: a window over the database, and one sale whole with why it stands where it stands.

Screens call SalesService; it changes nothing, which is services.orders' part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tillbridge.domain.errors import ErrorCard, NotFound
from tillbridge.domain.orders import Order
from tillbridge.domain.refunds import Left, left_of
from tillbridge.domain.sales import SaleFilter, SaleKey, SaleRow, SaleState, state_of
from tillbridge.services.orders import OrdersService, SaleView
from tillbridge.storage import Storage
from tillbridge.sync.settle import card_for
from tillbridge.sync.siblings import worst

Direction = Literal["forward", "backward"]


@dataclass(frozen=True, slots=True)
class SaleEntry:
    """A row with the one state a person should know first."""

    row: SaleRow
    state: SaleState


@dataclass(frozen=True, slots=True)
class SaleDetail:
    """``cards`` say by connection why a sale stands there as it does; ``left`` is what may still be given back."""

    entry: SaleEntry
    view: SaleView
    platforms: Mapping[str, str]
    cards: Mapping[str, ErrorCard]
    left: Left

    @property
    def order(self) -> Order:
        return self.view.order

    @property
    def state(self) -> SaleState:
        return self.entry.state


class SalesService:
    def __init__(self, storage: Storage, orders: OrdersService) -> None:
        self._storage, self._orders = storage, orders

    async def window(
        self,
        wanted: SaleFilter,
        anchor: SaleKey | None,
        direction: Direction = "forward",
        limit: int = 64,
        skip: int = 0,
    ) -> tuple[SaleEntry, ...]:
        """Sales after ``anchor``, or before it when ``direction`` is "backward", newest first; ``skip`` the nearest."""
        backward = direction == "backward"
        rows = await self._storage.sale_window.page(wanted, anchor=anchor, backward=backward, offset=skip, limit=limit)
        return tuple(_entry(each) for each in rows)

    async def count(self, wanted: SaleFilter) -> int:
        return await self._storage.sale_window.count(wanted)

    async def rank(self, wanted: SaleFilter, key: SaleKey) -> int:
        """How many sales stand before a key."""
        return await self._storage.sale_window.rank(wanted, key)

    async def detail(self, sale_id: UUID) -> SaleDetail:
        """Raises NotFound."""
        row, view = await self._storage.sale_window.row(sale_id), await self._orders.view(sale_id)
        if row is None:
            raise NotFound(what="sale", name=sale_id)
        platforms = {each.name: each.platform for each in await self._storage.connections.all()}
        reasons = {name: each for name, each in view.connections.items() if each.reason}
        cards = {name: card_for(each.reason, each.reason_params) for name, each in reasons.items()}
        return SaleDetail(_entry(row), view, platforms, cards, left_of(view.order))


def _entry(row: SaleRow) -> SaleEntry:
    return SaleEntry(row, state_of(row, worst(row.statuses)))
