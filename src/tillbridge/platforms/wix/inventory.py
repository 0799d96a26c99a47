"""Stock of a Wix site by variant and location: read, set under a revision, moved. Built by the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import OutcomeUnknown
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire
from tillbridge.platforms.wix.calls import ITEMS, Api, rows_of
from tillbridge.platforms.wix.mapping import available, inventory_id
from tillbridge.platforms.wix.shop_facts import location
from tillbridge.platforms.wix.spec import MANY_ROWS
from tillbridge.platforms.writing import chunks, is_whole

_SET = "/stores/v3/bulk/inventory-items/update"
_IDS_AT_ONCE = 100
_ROUNDS = 3
_LAG = 2.0
_LOWEST, _HIGHEST = -99_999, 99_999
_GONE = "Wix keeps no stock for this variant at this location"
_NOT_COUNTED = "the site does not count this stock, it only says whether there is some"
_MOVED = "the number moved meanwhile"
_FRACTION = "Wix counts whole pieces only"
_RANGE = f"Wix takes numbers from {_LOWEST} to {_HIGHEST}"
_Place = tuple[str, str]
"""Inventory id and location id."""


class WixInventoryService:
    """Absolute writes carry the revision they were judged by, so Wix refuses them when somebody wrote in between."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """Levels at a location, by default the site's own, else at all. Not stocked there: none."""
        keys = [key_of(each) for each in listings]
        items = await self._items(keys, location_id or location(self._session))
        now = self._session.clock.now()
        return tuple(
            StockLevel(key, place, available(item, "$.inventoryItems"), now) for (key, place), item in items.items()
        )

    async def _items(self, keys: Sequence[str], place: str = "") -> dict[_Place, wire.StockItem]:
        """Items by inventory id and location, in the order of the keys."""
        wanted = list(dict.fromkeys(keys))
        found: dict[_Place, wire.StockItem] = {}
        for part in chunks(wanted, _IDS_AT_ONCE):
            where: dict[str, Any] = {"variantId": {"$in": sorted({each.partition("/")[2] for each in part})}}
            where |= {"locationId": {"$eq": place}} if place else {}
            for at, row in enumerate(await self._api.rows(ITEMS, "stock.read", where)):
                item = parse(wire.StockItem, row, f"$.inventoryItems[{at}]")
                found[inventory_id(item.productId, item.variantId), item.locationId] = item
        rank = {key: at for at, key in enumerate(wanted)}
        mine = [each for each in found if each[0] in rank]
        return {each: found[each] for each in sorted(mine, key=lambda one: (rank[one[0]], one[1]))}

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set under the revision read. What was refused is read and judged again."""
        home = location(self._session)
        outcomes: dict[int, StockOutcome] = {}
        left = dict(enumerate(changes))
        for number in range(_ROUNDS):
            if not left:
                break
            items = await self._places([(each.inventory_id, each.location_id or home) for each in left.values()])
            ready: dict[int, wire.StockItem] = {}
            for at, change in left.items():
                item = items.get((change.inventory_id, change.location_id or home))
                refusal = _refusal(change, item)
                if number and item is not None and item.quantity == change.quantity:
                    # our own write, whose answer was lost and which was sent again
                    outcomes[at] = _outcome(change, applied=True, found=item.quantity)
                elif refusal is not None:
                    outcomes[at] = refusal
                elif item is not None:
                    ready[at] = item
            written = await self._write({at: (left[at], item) for at, item in ready.items()})
            outcomes |= written
            left = {at: change for at, change in left.items() if at in ready and not outcomes[at].applied}
        return tuple(outcomes[at] for at in range(len(changes)))

    async def _places(self, wanted: Sequence[_Place]) -> dict[_Place, wire.StockItem]:
        found: dict[_Place, wire.StockItem] = {}
        for place in dict.fromkeys(place for _, place in wanted):
            items = await self._items([key for key, where in wanted if where == place], place)
            # without a location of its own a change means the only one there is
            found |= items if place else {(key, ""): item for (key, _), item in items.items()}
        return found

    async def _write(self, ready: Mapping[int, tuple[StockChange, wire.StockItem]]) -> dict[int, StockOutcome]:
        outcomes: dict[int, StockOutcome] = {}
        for part in chunks(list(ready.items()), MANY_ROWS):
            rows = [
                {"inventoryItem": {"id": item.id, "revision": item.revision, "quantity": int(change.quantity)}}
                for _, (change, item) in part
            ]
            body = {"inventoryItems": rows, "reason": "MANUAL", "returnEntity": False}
            told = _results(await self._api.guarded(_SET, "stock.set", body))
            for number, (at, (change, item)) in enumerate(part):
                error = told.get(number)
                found = change.quantity if error is None else item.quantity
                outcomes[at] = _outcome(change, applied=error is None, found=found, reason=error or "")
        return outcomes

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Move by a difference, once. A lost answer is read back; raises OutcomeUnknown when that does not tell."""
        key, place = key_of(listing), location_id or location(self._session)
        change = StockChange(key, place, delta)
        item = (await self._places([(key, place)])).get((key, place))
        if item is None or item.quantity is None or not is_whole(delta):
            reason = _GONE if item is None else _NOT_COUNTED if item.quantity is None else _FRACTION
            return _outcome(change, applied=False, found=item.quantity if item else None, reason=reason)
        wanted = item.quantity + delta
        try:
            error = await self._move(item, int(delta))
        except OutcomeUnknown:
            await self._session.clock.sleep(_LAG)
            now = (await self._places([(key, place)])).get((key, place))
            if now is None or now.quantity != wanted:
                raise
            error = None
        found = item.quantity if error else wanted
        return _outcome(change, applied=error is None, found=found, reason=error or "")

    async def _move(self, item: wire.StockItem, delta: int) -> str | None:
        """Why the move was refused, or None."""
        if not delta:
            return None
        name = "increment" if delta > 0 else "decrement"
        row = {"inventoryItemId": item.id, f"{name}By": abs(delta)}
        body: dict[str, Any] = {f"{name}Data": [row], "reason": "MANUAL", "returnEntity": False}
        if delta < 0:
            # documented both ways, so it is always said: what was sold is sold
            body["restrictInventory"] = False
        return _results(await self._api.post(f"/stores/v3/bulk/inventory-items/{name}", "stock.adjust", body)).get(0)


def key_of(listing: Listing) -> str:
    """Where a listing's stock is kept."""
    return listing.inventory_id or inventory_id(listing.external_product_id, listing.external_variant_id)


def _results(body: Any) -> dict[int, str]:
    """Why single rows of a bulk answer failed, by their place in the request; the answer itself is always 200."""
    found: dict[int, str] = {}
    for at, row in enumerate(rows_of(body, "results")):
        told = parse(wire.BulkResult, row, f"$.results[{at}]").itemMetadata
        if not told.success:
            found[told.originalIndex] = told.error.description or told.error.code or _MOVED
    return found


def _refusal(change: StockChange, item: wire.StockItem | None) -> StockOutcome | None:
    """Why a change must not be written, or None."""
    if item is None:
        return _outcome(change, applied=False, found=None, reason=_GONE)
    if available(item, "$.inventoryItems") is None:
        return _outcome(change, applied=False, found=None, reason=_NOT_COUNTED)
    if not is_whole(change.quantity):
        return _outcome(change, applied=False, found=item.quantity, reason=_FRACTION)
    if not _LOWEST <= change.quantity <= _HIGHEST:
        return _outcome(change, applied=False, found=item.quantity, reason=_RANGE)
    if change.expected is not None and item.quantity != change.expected:
        return _outcome(change, applied=False, found=item.quantity, reason=_MOVED)
    return None


def _outcome(change: StockChange, *, applied: bool, found: Decimal | None, reason: str = "") -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied, found, reason)
