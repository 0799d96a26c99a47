"""Stock on Squarespace: one number per variant, set or moved under an idempotency key. Built by the registry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import NotFound, PlatformRefused
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.squarespace import wire
from tillbridge.platforms.squarespace.calls import Api
from tillbridge.platforms.squarespace.marks import BY_NAME
from tillbridge.platforms.squarespace.spec import PAGE_SIZE
from tillbridge.platforms.writing import chunks, is_whole

_INVENTORY, _ADJUSTMENTS = "/1.0/commerce/inventory", "/1.0/commerce/inventory/adjustments"
_NOT_KEPT = "the shop keeps no stock for it: switch off “Unlimited” there"
_GONE = "the shop no longer has it"
_FRACTION = "the shop counts whole pieces only"
_MOVED = "the shop's number moved meanwhile"


class SquarespaceInventoryService:
    """Stock is kept by variant; there are no locations."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """A level per listing that is there; ``available`` None where the shop keeps no stock."""
        found = await self._items([_key(each) for each in listings])
        read_at = self._session.clock.now()
        return tuple(StockLevel(key, "", _available(item), read_at) for key, item in found.items())

    async def _items(self, keys: Sequence[str]) -> dict[str, wire.InventoryItem]:
        """By the id asked for, 50 a call, in the order asked."""
        wanted = {key: _variant(key) for key in keys if key}
        found: dict[str, wire.InventoryItem] = {}
        for part in chunks(list(dict.fromkeys(wanted.values())), PAGE_SIZE):
            found |= await self._part(part)
        return {key: found[variant] for key, variant in wanted.items() if variant in found}

    async def _part(self, part: Sequence[str]) -> dict[str, wire.InventoryItem]:
        """One unknown id fails a whole call, so a failed one is halved until the unknown stand alone."""
        try:
            body = await self._api.get(f"{_INVENTORY}/{','.join(part)}", "stock.read")
        except NotFound:
            if len(part) == 1:
                return {}
            middle = len(part) // 2
            return await self._part(part[:middle]) | await self._part(part[middle:])
        node = parse(wire.Inventory, body, "$")
        return {each.variant_id: each for each in node.inventory}

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set 50 at a time. A write in between is not noticed.

        One wrong row refuses its whole call, so all of that call's changes come back refused with the shop's words.
        """
        items = await self._items([each.inventory_id for each in changes])
        outcomes = {at: _refusal(each, items.get(each.inventory_id)) for at, each in enumerate(changes)}
        accepted = [(at, each) for at, each in enumerate(changes) if outcomes[at] is None]
        for part in chunks(accepted, PAGE_SIZE):
            outcomes |= await self._write(part, idempotency_key)
        return tuple(each for at in range(len(changes)) if (each := outcomes[at]) is not None)

    async def _write(
        self, part: Sequence[tuple[int, StockChange]], idempotency_key: str
    ) -> dict[int, StockOutcome | None]:
        rows = [{"variantId": _variant(each.inventory_id), "quantity": int(each.quantity)} for _, each in part]
        try:
            await self._adjustment({"setFiniteOperations": rows}, "stock.set", idempotency_key)
        except PlatformRefused as refusal:
            said = refusal.params.get("reason", "")
            return {at: _refused(each, None, said) for at, each in part}
        return {at: StockOutcome(each.inventory_id, "", applied=True, found=each.quantity) for at, each in part}

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Move by a difference; the same key moves once, for two days, whatever got lost."""
        change = StockChange(_key(listing), "", delta)
        item = (await self._items([change.inventory_id])).get(change.inventory_id)
        if unfit := _refusal(change, item):
            return unfit
        name = "incrementOperations" if delta > 0 else "decrementOperations"
        rows = [{"variantId": _variant(change.inventory_id), "quantity": int(abs(delta))}]
        if delta:
            try:
                await self._adjustment({name: rows}, "stock.adjust", idempotency_key)
            except PlatformRefused as refusal:
                return _refused(change, _available(item), refusal.params.get("reason", ""))
        now = (await self._items([change.inventory_id])).get(change.inventory_id)
        return StockOutcome(change.inventory_id, "", applied=True, found=_available(now))

    async def _adjustment(self, body: Mapping[str, Any], action: str, key: str) -> None:
        """Repeated freely, since key and body are the same each time. The answer is empty."""
        await self._api.post(_ADJUSTMENTS, action, body, repeat=Repeat.SAFE, key=key_for(key, body))


def key_for(key: str, body: Mapping[str, Any]) -> str:
    """A key of the platform's form for this very body: a caller's key may stand for several calls."""
    told = f"{key}\n{json.dumps(body, sort_keys=True)}".encode()
    return f"tb-{hashlib.sha256(told).hexdigest()[:48]}"


def _key(listing: Listing) -> str:
    return listing.inventory_id or listing.external_variant_id


def _variant(key: str) -> str:
    return key.removeprefix(BY_NAME)


def _available(item: wire.InventoryItem | None) -> Decimal | None:
    """An unlimited item shows the number it last had, which means nothing."""
    return None if item is None or item.is_unlimited else item.quantity


def _refusal(change: StockChange, item: wire.InventoryItem | None) -> StockOutcome | None:
    """Why a change must not be written, or None."""
    available = _available(item)
    if item is None:
        return _refused(change, None, _GONE)
    if available is None:
        return _refused(change, None, _NOT_KEPT)
    if not is_whole(change.quantity):
        return _refused(change, available, _FRACTION)
    if change.expected is not None and available != change.expected:
        return _refused(change, available, _MOVED)
    return None


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
