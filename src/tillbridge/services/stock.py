"""Why a quantity is what it is: every movement of ours and every number read from or written to a platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tillbridge.domain.errors import NotFound
from tillbridge.domain.stock import MovementCause, Sighting, StockMovement
from tillbridge.storage import Storage

_MOST = 200


class StoryKind(StrEnum):
    """What happened to a number."""

    MOVED = "moved"
    READ = "read"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One thing that happened at ``place``, a location of ours or a connection.

    ``quantity`` is the change of a movement, else the number seen; None: not kept there. ``after`` is what our
    movements at that location added up to then. ``subject`` is the receipt a movement belongs to.
    """

    at: datetime
    kind: StoryKind
    place: str
    quantity: Decimal | None
    cause: MovementCause | None = None
    after: Decimal | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class StockStory:
    """``levels`` by location are what the movements add up to; ``told`` the newest number each connection showed.

    ``lines`` tell all of it in order of time; when ``cut``, older ones are left out.
    """

    sku: str
    levels: Mapping[str, Decimal]
    told: Mapping[str, Decimal | None]
    told_at: Mapping[str, datetime]
    movements: tuple[StockMovement, ...]
    sightings: tuple[Sighting, ...]
    lines: tuple[StoryLine, ...] = ()
    cut: bool = False


class StockService:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def why(self, sku: str) -> StockStory:
        """The story of a SKU; its parts newest first, its lines in order of time. Raises NotFound for one unknown."""
        movements = await self._storage.stock.movements(sku, _MOST)
        sightings = await self._storage.stock.sightings(sku, _MOST)
        if not movements and not sightings and await self._storage.catalogue.by_code(sku) is None:
            raise NotFound(what="SKU", name=sku)
        names = {each.id: each.name for each in await self._storage.connections.all()}
        newest = {names.get(each.connection_id, "–"): each for each in reversed(sightings)}
        levels = {place: number for (_, place), number in (await self._storage.stock.levels([sku])).items()}
        receipts = await self._storage.sale_window.receipts([each.subject for each in movements if each.subject])
        seen = [
            StoryLine(
                at=each.at, kind=StoryKind(each.direction), place=names.get(each.connection_id, "–"),
                quantity=each.quantity,
            )
            for each in sightings
        ]  # fmt: skip
        lines, cut = _in_order(_moved(movements, levels, receipts), seen)
        return StockStory(
            sku=sku,
            levels=levels,
            told={name: each.quantity for name, each in newest.items()},
            told_at={name: each.at for name, each in newest.items()},
            movements=movements,
            sightings=sightings,
            lines=lines,
            cut=cut,
        )


def _moved(
    movements: Sequence[StockMovement], levels: Mapping[str, Decimal], receipts: Mapping[str, str]
) -> list[StoryLine]:
    """Newest first; what stood after each is reckoned back from what stands now."""
    after, lines = dict(levels), []
    for each in movements:
        stands = after.get(each.location, Decimal(0))
        lines.append(
            StoryLine(
                at=each.at, kind=StoryKind.MOVED, place=each.location, quantity=each.quantity, cause=each.cause,
                after=stands, subject=receipts.get(each.subject, ""),
            )
        )  # fmt: skip
        after[each.location] = stands - each.quantity
    return lines


def _in_order(moved: Sequence[StoryLine], seen: Sequence[StoryLine]) -> tuple[tuple[StoryLine, ...], bool]:
    """Oldest first. Where one kind was too long to read whole, the other ends at the same time: no gap hides."""
    since = max((lines[-1].at for lines in (moved, seen) if len(lines) >= _MOST), default=None)
    told = sorted([*reversed(moved), *reversed(seen)], key=lambda each: each.at)
    return tuple(each for each in told if since is None or each.at >= since), since is not None
