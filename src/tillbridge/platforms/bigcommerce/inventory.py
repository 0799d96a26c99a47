"""Stock on BigCommerce: per variant and location, set whole or moved by a difference. Built by the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.net.client import Repeat
from tillbridge.platforms.bigcommerce import wire
from tillbridge.platforms.bigcommerce.calls import Api, chunks, joined
from tillbridge.platforms.bigcommerce.mapping import PRODUCT_KEPT
from tillbridge.platforms.bigcommerce.reading import parse
from tillbridge.platforms.bigcommerce.shop_facts import location
from tillbridge.platforms.bigcommerce.spec import INVENTORY_PAGE, PAGE_SIZE, STOCK_ROWS
from tillbridge.platforms.contract import Session

_ITEMS, _PRODUCTS = "/v3/inventory/items", "/v3/catalog/products"
_ABSOLUTE, _RELATIVE = "/v3/inventory/adjustments/absolute", "/v3/inventory/adjustments/relative"
_NOT_KEPT = "the shop keeps no stock for it: switch on “Track inventory” there"
_GONE = "the shop no longer has it"
_FRACTION = "the shop counts whole pieces only"
_MOVED = "the shop's number moved meanwhile"
_LAG = 5.0
"""Seconds after which a change that arrived is seen; BigCommerce applies them after answering."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A number as the shop has it; None where it keeps none."""

    available: Decimal | None


class BigCommerceInventoryService:
    """Ids are a variant's, or ``product/…`` where a product keeps one number for all its variants."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """A level per listing that is there; ``available`` None where the shop keeps no stock."""
        place = location_id or location(self._session)
        rows = await self._rows([each.inventory_id or each.external_variant_id for each in listings], place)
        read_at = self._session.clock.now()
        return tuple(StockLevel(key, place, found.available, read_at) for key, found in rows.items())

    async def _rows(self, keys: Sequence[str], place: str) -> dict[str, _Found]:
        """The numbers by id: one read per thousand variants and one per 250 products, which say who keeps stock."""
        wanted = list(dict.fromkeys(keys))
        items = await self._items([key for key in wanted if not key.startswith(PRODUCT_KEPT)], place)
        owners = {key: str(item.identity.product_id) for key, item in items.items()}
        owners |= {key: key.removeprefix(PRODUCT_KEPT) for key in wanted if key.startswith(PRODUCT_KEPT)}
        products = await self._products(sorted(set(owners.values()), key=int))
        found: dict[str, _Found] = {}
        for key, owner in owners.items():
            if owner in products:
                tracking, whole = products[owner]
                level = _at(items[key], place) if key in items else whole
                found[key] = _Found(level if tracking in ("variant", "product") else None)
        return {key: found[key] for key in wanted if key in found}

    async def _items(self, ids: Sequence[str], place: str) -> dict[str, wire.StockItem]:
        found: dict[str, wire.StockItem] = {}
        for part in chunks(ids, PAGE_SIZE):
            query = (("variant_id:in", joined(part)), ("location_id:in", place), ("limit", str(INVENTORY_PAGE)))
            for at, row in enumerate(await self._api.rows(_ITEMS, "stock.read", query)):
                item = parse(wire.StockItem, row, f"$.data[{at}]")
                found[str(item.identity.variant_id)] = item
        return found

    async def _products(self, ids: Sequence[str]) -> dict[str, tuple[str, Decimal | None]]:
        """Who keeps stock, and the product's own number."""
        found: dict[str, tuple[str, Decimal | None]] = {}
        for part in chunks(ids):
            fields = "inventory_tracking,inventory_level"
            query = (("id:in", joined(part)), ("include_fields", fields), ("limit", str(len(part))))
            for row in await self._api.rows(_PRODUCTS, "stock.tracking", query):
                level = row.get("inventory_level")
                found[str(row["id"])] = (str(row["inventory_tracking"]), None if level is None else Decimal(level))
        return found

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set in one call per location. A write in between is not noticed.

        One wrong row refuses a whole call, so all of its changes come back refused with the shop's words.
        """
        outcomes: dict[int, StockOutcome] = {}
        accepted: dict[str, list[tuple[int, StockChange]]] = {}
        places = {at: each.location_id or location(self._session) for at, each in enumerate(changes)}
        for place in dict.fromkeys(places.values()):
            here = [(at, each) for at, each in enumerate(changes) if places[at] == place]
            rows = await self._rows([each.inventory_id for _, each in here], place)
            for at, change in here:
                refusal = _refusal(change, rows.get(change.inventory_id))
                if refusal is None:
                    accepted.setdefault(place, []).append((at, change))
                else:
                    outcomes[at] = refusal
        for place, chosen in accepted.items():
            for part in chunks(chosen, STOCK_ROWS):
                outcomes |= await self._write(place, part, idempotency_key)
        return tuple(outcomes[at] for at in range(len(changes)))

    async def _write(self, place: str, part: Sequence[tuple[int, StockChange]], reason: str) -> dict[int, StockOutcome]:
        rows = [_row(each.inventory_id, place, int(each.quantity)) for _, each in part]
        try:
            await self._api.put(_ABSOLUTE, "stock.set", {"reason": reason, "items": rows})
        except PlatformRefused as refusal:
            said = refusal.params.get("reason", "")
            return {at: _refused(each, None, said) for at, each in part}
        return {
            at: StockOutcome(each.inventory_id, each.location_id, applied=True, found=each.quantity)
            for at, each in part
        }

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Move by a difference, once. A lost answer is read back; raises OutcomeUnknown when that does not tell."""
        key, place = listing.inventory_id or listing.external_variant_id, location_id or location(self._session)
        change = StockChange(key, place, delta)
        before = (await self._rows([key], place)).get(key)
        if before is None or before.available is None or delta % 1:
            reason = _GONE if before is None else _NOT_KEPT if before.available is None else _FRACTION
            return _refused(change, before.available if before else None, reason)
        wanted = before.available + delta
        try:
            await self.move([(key, int(delta))], place, idempotency_key)
        except PlatformRefused as refusal:
            return _refused(change, before.available, refusal.params.get("reason", ""))
        except OutcomeUnknown:
            await self._session.clock.sleep(_LAG)
            now = (await self._rows([key], place)).get(key)
            if now is None or now.available != wanted:
                raise
        return StockOutcome(key, place, applied=True, found=wanted)

    async def move(self, rows: Sequence[tuple[str, int]], place: str, reason: str) -> None:
        """Differences by inventory id, in one call that is never repeated. Raises OutcomeUnknown when unsure."""
        items = [_row(key, place, delta) for key, delta in rows]
        await self._api.post(_RELATIVE, "stock.adjust", {"reason": reason, "items": items}, repeat=Repeat.NEVER)


def _at(item: wire.StockItem, place: str) -> Decimal | None:
    return next((each.available_to_sell for each in item.locations if str(each.location_id) == place), None)


def _row(key: str, place: str, quantity: int) -> Mapping[str, Any]:
    """Each row names exactly one of variant and product."""
    named = {"product_id": key.removeprefix(PRODUCT_KEPT)} if key.startswith(PRODUCT_KEPT) else {"variant_id": key}
    return {"location_id": int(place), **{name: int(value) for name, value in named.items()}, "quantity": quantity}


def _refusal(change: StockChange, found: _Found | None) -> StockOutcome | None:
    """Why a change must not be written, or None."""
    if found is None:
        return _refused(change, None, _GONE)
    if found.available is None:
        return _refused(change, None, _NOT_KEPT)
    if change.quantity % 1:
        return _refused(change, found.available, _FRACTION)
    if change.expected is not None and found.available != change.expected:
        return _refused(change, found.available, _MOVED)
    return None


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
