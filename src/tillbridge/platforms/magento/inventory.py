"""Stock on Magento: what lies at a source, per SKU; no compare-and-set. Built by the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Listing
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import wire
from tillbridge.platforms.magento.calls import Rest, Where, number
from tillbridge.platforms.magento.shop_facts import source_of
from tillbridge.platforms.reading import parse

_ITEMS = "/inventory/source-items"
_NOT_KEPT = "the shop keeps no stock for it at this source"
_MOVED = "the shop's number moved meanwhile"
_NOT_TAKEN = "the shop answered, but kept its own number"


async def source_items(rest: Rest, skus: Sequence[str], source: str) -> Mapping[str, wire.SourceItem]:
    """The stock rows of SKUs at one source; those it does not keep are absent."""
    wanted = list(dict.fromkeys(each for each in skus if each))
    at_source = ((Where("source_code", source),),)
    rows = await rest.by_values(_ITEMS, "stock.read", "sku", wanted, more=at_source)
    return _items(rows)


async def quantities(rest: Rest, skus: Sequence[str], source: str) -> Mapping[str, Decimal]:
    """What lies at a source, by SKU."""
    return _quantities(await source_items(rest, skus, source))


def by_sku(rows: Iterable[Any]) -> Mapping[str, Decimal]:
    """The quantities of a source's rows. Raises Drift with the path."""
    return _quantities(_items(rows))


def _quantities(found: Mapping[str, wire.SourceItem]) -> Mapping[str, Decimal]:
    return {sku: each.quantity for sku, each in found.items()}


def _items(rows: Iterable[Any]) -> Mapping[str, wire.SourceItem]:
    found = [parse(wire.SourceItem, row, f"$.items[{at}]") for at, row in enumerate(rows)]
    return {each.sku: each for each in found}


class MagentoInventoryService:
    """Stock is kept under the SKU. A write to an unknown SKU would be taken, so it is looked for first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """A level per listing; ``available`` None where the source keeps no stock for it."""
        source = location_id or source_of(self._session)
        skus = [_key(each) for each in listings]
        found = await quantities(self._rest, skus, source)
        read_at = self._session.clock.now()
        return tuple(StockLevel(sku, source, found.get(sku), read_at) for sku in dict.fromkeys(skus))

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set all at once, and read again. A write in between is not noticed."""
        outcomes: dict[int, StockOutcome] = {}
        for source in dict.fromkeys(each.location_id or source_of(self._session) for each in changes):
            mine = {
                at: each for at, each in enumerate(changes) if (each.location_id or source_of(self._session)) == source
            }
            outcomes |= await self._set(mine, source)
        return tuple(outcomes[at] for at in range(len(changes)))

    async def _set(self, changes: Mapping[int, StockChange], source: str) -> dict[int, StockOutcome]:
        rows = await source_items(self._rest, [each.inventory_id for each in changes.values()], source)
        refused = {at: no for at, each in changes.items() if (no := _refusal(each, rows.get(each.inventory_id)))}
        taken = {at: each for at, each in changes.items() if at not in refused}
        if taken:
            items = [_item(each, rows[each.inventory_id]) for each in taken.values()]
            await self._rest.post(_ITEMS, "stock.set", {"sourceItems": items}, repeat=Repeat.SAFE)
        now = await quantities(self._rest, [each.inventory_id for each in taken.values()], source)
        return refused | {at: _outcome(each, now.get(each.inventory_id)) for at, each in taken.items()}

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Read and set: Magento has no relative change that stays within one source."""
        source = location_id or source_of(self._session)
        found = (await quantities(self._rest, [_key(listing)], source)).get(_key(listing))
        if found is None:
            return StockOutcome(_key(listing), source, applied=False, reason=_NOT_KEPT)
        change = StockChange(_key(listing), source, found + delta, expected=found)
        return (await self.set_levels([change], idempotency_key))[0]


def _key(listing: Listing) -> str:
    return listing.inventory_id or listing.sku


def _refusal(change: StockChange, row: wire.SourceItem | None) -> StockOutcome | None:
    if row is None:
        return _refused(change, None, _NOT_KEPT)
    if change.expected is not None and row.quantity != change.expected:
        return _refused(change, row.quantity, _MOVED)
    return None


def _item(change: StockChange, row: wire.SourceItem) -> dict[str, object]:
    """Both quantity and state: goods that came in are for sale again, sold-out ones keep what the merchant set."""
    status = 1 if change.quantity > 0 else row.status
    return {
        "sku": row.sku,
        "source_code": row.source_code,
        "quantity": number(change.quantity),
        "status": status,
    }


def _outcome(change: StockChange, now: Decimal | None) -> StockOutcome:
    if now != change.quantity:
        return _refused(change, now, _NOT_TAKEN)
    return StockOutcome(change.inventory_id, change.location_id, applied=True, found=now)


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
