"""Stock of a Shopify shop by item and location: read, compare-and-set, adjust. Built by the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Session
from tillbridge.platforms.shopify.calls import Graph, cursor_of
from tillbridge.platforms.shopify.dialect import UserError, UserErrors
from tillbridge.platforms.shopify.mapping import map_levels
from tillbridge.platforms.shopify.reading import dig, records
from tillbridge.platforms.writing import chunks, is_whole

_READ_AT_ONCE, _WRITE_AT_ONCE = 40, 100
_ROUNDS = 4
_WHOLE_UNITS = "Shopify counts whole units only"
_DOCUMENT = "gid://tillbridge/Stock/"


class ShopifyInventoryService:
    """Writes carry an idempotency key, so a lost answer may be repeated; Shopify remembers keys for 24 hours."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._graph = Graph(session)
        self._home = session.connection.facts.get("location_id", "")

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """Levels at a location, by default the one chosen at preparation, else at all. Not stocked there: none."""
        ids = list(dict.fromkeys(each.inventory_id for each in listings))
        return await self._levels(ids, location_id or self._home)

    async def _levels(self, ids: Sequence[str], location_id: str) -> tuple[StockLevel, ...]:
        found: list[StockLevel] = []
        for part in chunks(ids, _READ_AT_ONCE):
            some = list(part)
            if location_id:
                data = await self._graph.ask("InventoryLevelsAt", ids=some, location=location_id)
            else:
                data = await self._graph.ask("InventoryLevels", ids=some)
            now = self._session.clock.now()
            for number, raw in enumerate(records(data, "nodes")):
                whole = raw if location_id else await self._whole(raw)
                found += map_levels(whole, f"$.nodes[{number}]", now, location_id)
        return tuple(found)

    async def _whole(self, raw: Any) -> Any:
        """An item with the locations its first page left out."""
        if not isinstance(raw, dict) or "inventoryLevels" not in raw:
            return raw
        nodes = list(records(raw, "inventoryLevels.nodes"))
        if after := cursor_of(dig(raw, "inventoryLevels.pageInfo")):
            rest = self._graph.nodes("InventoryItemLevels", "inventoryItem.inventoryLevels", after, id=dig(raw, "id"))
            nodes += [each async for each in rest]
        return {**raw, "inventoryLevels": {"nodes": nodes}}

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Absolute writes; with ``expected`` Shopify refuses an entry when its number moved. The others go through."""
        changes = [replace(each, location_id=each.location_id or self._home) for each in changes]
        outcomes: dict[int, StockOutcome] = {}
        good = [at for at, change in enumerate(changes) if is_whole(change.quantity)]
        for at in set(range(len(changes))) - set(good):
            outcomes[at] = _outcome(changes[at], applied=False, reason=_WHOLE_UNITS)
        for number, part in enumerate(chunks(good, _WRITE_AT_ONCE)):
            outcomes |= await self._set(changes, list(part), f"{idempotency_key}:{number}")
        return tuple(outcomes[at] for at in range(len(changes)))

    async def _set(self, changes: Sequence[StockChange], left: list[int], key: str) -> dict[int, StockOutcome]:
        """One batch. Refused entries are taken out and the others sent again under a key of their own."""
        refused: dict[int, UserError] = {}
        for round_number in range(_ROUNDS):
            if not left:
                break
            try:
                await self._send_set([changes[at] for at in left], f"{key}:{round_number}")
                break
            except UserErrors as refusal:
                named = _by_entry(refusal, left)
                refused |= named
                left = [at for at in left if at not in named]
        else:
            raise InvalidInput(field="stock", reason="Shopify went on refusing entries it had accepted before")
        applied = {at: _outcome(changes[at], applied=True) for at in left}
        return applied | await self._explain(changes, refused)

    async def _send_set(self, changes: Sequence[StockChange], key: str) -> None:
        await self._graph.change(
            "InventorySet",
            repeat=Repeat.SAFE,
            key=_key(key),
            input={
                "name": "available",
                "reason": "correction",
                "referenceDocumentUri": _DOCUMENT + _key(key),
                "quantities": [
                    {
                        "inventoryItemId": each.inventory_id,
                        "locationId": each.location_id,
                        "quantity": int(each.quantity),
                        "changeFromQuantity": None if each.expected is None else int(each.expected),
                    }
                    for each in changes
                ],
            },
        )

    async def _explain(self, changes: Sequence[StockChange], refused: dict[int, UserError]) -> dict[int, StockOutcome]:
        """Why entries were refused, with the shop's own number. It being ours already counts as applied."""
        found: dict[tuple[str, str], Decimal | None] = {}
        for place in {changes[at].location_id for at in refused}:
            ids = [changes[at].inventory_id for at in refused if changes[at].location_id == place]
            found |= {(each.inventory_id, place): each.available for each in await self._levels(ids, place)}
        return {at: _judged(changes[at], row, found) for at, row in refused.items()}

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Add or take away units at a location, once per key."""
        change = StockChange(listing.inventory_id, location_id or self._home, delta)
        if not is_whole(delta):
            return _outcome(change, applied=False, reason=_WHOLE_UNITS)
        try:
            await self._send_adjust(change, idempotency_key)
        except UserErrors as refusal:
            return (await self._explain([change], {0: refusal.rows[0]}))[0]
        return _outcome(change, applied=True)

    async def _send_adjust(self, change: StockChange, key: str) -> None:
        entry = {
            "inventoryItemId": change.inventory_id,
            "locationId": change.location_id,
            "delta": int(change.quantity),
            "changeFromQuantity": None,
        }
        await self._graph.change(
            "InventoryAdjust",
            repeat=Repeat.SAFE,
            key=_key(key),
            input={
                "name": "available",
                "reason": "correction",
                "referenceDocumentUri": _DOCUMENT + _key(key),
                "changes": [entry],
            },
        )


def _key(key: str) -> str:
    """Shopify wants a UUID; the same words give the same one."""
    return str(uuid5(NAMESPACE_URL, f"tillbridge:{key}"))


def _by_entry(refusal: UserErrors, left: Sequence[int]) -> dict[int, UserError]:
    """Refusals by entry. Raises the refusal itself when it is about the call as a whole."""
    named: dict[int, UserError] = {}
    for row in refusal.rows:
        position = row.index()
        if position is None or position >= len(left):
            raise refusal
        named.setdefault(left[position], row)
    return named


def _outcome(change: StockChange, *, applied: bool, found: Decimal | None = None, reason: str = "") -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied, found, reason)


def _judged(change: StockChange, row: UserError, found: dict[tuple[str, str], Decimal | None]) -> StockOutcome:
    number = found.get((change.inventory_id, change.location_id))
    if row.code == "CHANGE_FROM_QUANTITY_STALE" and number == change.quantity:
        return _outcome(change, applied=True)
    return _outcome(change, applied=False, found=number, reason=row.message or row.code)
