"""The catalogue as screens read it: windows over our variants and over listings without partner, one variant whole.

Screens call GoodsService; asking stores anew is services.catalog's and services.quarantine's part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tillbridge.domain.errors import NotFound
from tillbridge.domain.goods import GoodsKey, GoodsRow, ListingKey, LooseListing
from tillbridge.services.stock import StockService, StockStory
from tillbridge.storage import Storage


@dataclass(frozen=True, slots=True)
class GoodsDetail:
    """``places`` names our location of a store's place, by connection and the place's id, where one is mapped."""

    row: GoodsRow
    places: Mapping[tuple[str, str], str]
    story: StockStory


class GoodsService:
    def __init__(self, storage: Storage, stock: StockService) -> None:
        self._storage, self._stock = storage, stock

    async def window(
        self, text: str, anchor: GoodsKey | None, *, forward: bool = True, limit: int = 64, skip: int = 0
    ) -> tuple[GoodsRow, ...]:
        """Variants that hold every word, after ``anchor`` or before it, by SKU; ``skip`` leaves out the nearest."""
        window = self._storage.goods_window
        return await window.page(text, anchor=anchor, backward=not forward, offset=skip, limit=limit)

    async def count(self, text: str = "") -> int:
        return await self._storage.goods_window.count(text)

    async def rank(self, text: str, key: GoodsKey) -> int:
        """How many variants stand before a key."""
        return await self._storage.goods_window.rank(text, key)

    async def loose(
        self, anchor: ListingKey | None, *, forward: bool = True, limit: int = 64, skip: int = 0
    ) -> tuple[LooseListing, ...]:
        """What the stores list without a partner here: no SKU, or one used twice."""
        window = self._storage.goods_window
        return await window.loose(anchor=anchor, backward=not forward, offset=skip, limit=limit)

    async def loose_count(self) -> int:
        return await self._storage.goods_window.loose_count()

    async def loose_rank(self, key: ListingKey) -> int:
        """How many of them stand before a key."""
        return await self._storage.goods_window.loose_rank(key)

    async def detail(self, key: GoodsKey) -> GoodsDetail:
        """A variant with why its stock is what it is. Raises NotFound."""
        row = await self._storage.goods_window.row(key.folded_sku)
        if row is None:
            raise NotFound(what="SKU", name=key.folded_sku)
        places = {}
        for connection in await self._storage.connections.all():
            for ours, theirs in (await self._storage.connections.location_map(connection.id)).items():
                places[connection.name, theirs] = ours
        return GoodsDetail(row, places, await self._stock.why(row.sku))
