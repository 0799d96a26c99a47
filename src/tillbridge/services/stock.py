"""Why a quantity is what it is: every movement of ours and every number read from or written to a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tillbridge.domain.errors import NotFound
from tillbridge.domain.stock import Sighting, StockMovement
from tillbridge.storage import Storage


@dataclass(frozen=True, slots=True)
class StockStory:
    """``levels`` by location are what the movements add up to; ``told`` the newest number each connection showed."""

    sku: str
    levels: Mapping[str, Decimal]
    told: Mapping[str, Decimal | None]
    told_at: Mapping[str, datetime]
    movements: tuple[StockMovement, ...]
    sightings: tuple[Sighting, ...]


class StockService:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def why(self, sku: str) -> StockStory:
        """The story of a SKU, newest first. Raises NotFound when nothing is known of it."""
        movements = await self._storage.stock.movements(sku)
        sightings = await self._storage.stock.sightings(sku)
        if not movements and not sightings and await self._storage.catalogue.by_code(sku) is None:
            raise NotFound(what="SKU", name=sku)
        names = {each.id: each.name for each in await self._storage.connections.all()}
        newest = {names.get(each.connection_id, "–"): each for each in reversed(sightings)}
        levels = await self._storage.stock.levels([sku])
        return StockStory(
            sku=sku,
            levels={location: quantity for (_, location), quantity in levels.items()},
            told={name: each.quantity for name, each in newest.items()},
            told_at={name: each.at for name, each in newest.items()},
            movements=movements,
            sightings=sightings,
        )
