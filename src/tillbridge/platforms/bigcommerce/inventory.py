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
from tillbridge.platforms.bigcommerce.calls import Api, joined
from tillbridge.platforms.bigcommerce.mapping import PRODUCT_KEPT
from tillbridge.platforms.bigcommerce.shop_facts import location
from tillbridge.platforms.bigcommerce.spec import INVENTORY_PAGE, PAGE_SIZE, STOCK_ROWS
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.writing import chunks, is_whole

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
    """A number as the shop has it, None where it keeps none; ``reserve`` lies on the shelf and is not sold."""

    available: Decimal | None
    reserve: Decimal = Decimal(0)


class BigCommerceInventoryService:
    """Ids are a variant's, or ``product/…`` where a product keeps the number, which must then be named itself."""

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
        """The numbers by id: a read per 250 variants, per 250 products, and one that says who keeps stock."""
        wanted = list(dict.fromkeys(keys))
        whole = {key: key.removeprefix(PRODUCT_KEPT) for key in wanted if key.startswith(PRODUCT_KEPT)}
        items = await self._items("variant_id:in", [key for key in wanted if key not in whole], place)
        of_variant = {str(each.identity.variant_id): each for each in items}
        of_product: dict[str, list[wire.StockItem]] = {}
        for each in await self._items("product_id:in", list(whole.values()), place):
            of_product.setdefault(str(each.identity.product_id), []).append(each)
        owners = {key: str(each.identity.product_id) for key, each in of_variant.items()} | whole
        products = await self._products(sorted(set(owners.values()), key=int))
        found: dict[str, _Found] = {}
        for key in wanted:
            tracking, level = products.get(owners.get(key, ""), ("", None))
            if key in whole:
                rows = of_product.get(whole[key], [])
                kept = _at(rows[0], place) if len(rows) == 1 else _Found(level)
            elif key in of_variant:
                kept = _at(of_variant[key], place)
            if tracking:
                # the shop may have changed who keeps the number since the last pull; then this key keeps none
                found[key] = kept if tracking == ("product" if key in whole else "variant") else _Found(None)
        return found

    async def _items(self, name: str, ids: Sequence[str], place: str) -> list[wire.StockItem]:
        found: list[wire.StockItem] = []
        for part in chunks(ids, PAGE_SIZE):
            query = ((name, joined(part)), ("location_id:in", place))
            async for page in self._api.pages(_ITEMS, "stock.read", query, rows_each=INVENTORY_PAGE):
                found += [parse(wire.StockItem, row, f"$.data[{at}]") for at, row in enumerate(page.rows)]
        return found

    async def _products(self, ids: Sequence[str]) -> dict[str, tuple[str, Decimal | None]]:
        """Who keeps stock, and the product's own number."""
        found: dict[str, tuple[str, Decimal | None]] = {}
        for part in chunks(ids, PAGE_SIZE):
            fields = "inventory_tracking,inventory_level"
            query = (("id:in", joined(part)), ("include_fields", fields), ("limit", str(len(part))))
            for at, row in enumerate(await self._api.rows(_PRODUCTS, "stock.tracking", query)):
                node = parse(wire.Tracking, row, f"$.data[{at}]")
                found[str(node.id)] = (node.inventory_tracking, node.inventory_level)
        return found

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set in one call per location. A write in between is not noticed.

        One wrong row refuses a whole call, so all of its changes come back refused with the shop's words.
        """
        outcomes: dict[int, StockOutcome] = {}
        accepted: dict[str, list[tuple[int, StockChange, Decimal]]] = {}
        places = {at: each.location_id or location(self._session) for at, each in enumerate(changes)}
        for place in dict.fromkeys(places.values()):
            here = [(at, each) for at, each in enumerate(changes) if places[at] == place]
            rows = await self._rows([each.inventory_id for _, each in here], place)
            for at, change in here:
                found = rows.get(change.inventory_id)
                if refusal := _refusal(change, found):
                    outcomes[at] = refusal
                elif found is not None:
                    accepted.setdefault(place, []).append((at, change, found.reserve))
        for place, chosen in accepted.items():
            for part in chunks(chosen, STOCK_ROWS):
                outcomes |= await self._write(place, part, idempotency_key)
        return tuple(outcomes[at] for at in range(len(changes)))

    async def _write(
        self, place: str, part: Sequence[tuple[int, StockChange, Decimal]], reason: str
    ) -> dict[int, StockOutcome]:
        """Written is what lies on the shelf: what may be sold and the reserve."""
        rows = [_row(each.inventory_id, place, int(each.quantity + reserve)) for _, each, reserve in part]
        try:
            await self._api.put(_ABSOLUTE, "stock.set", {"reason": reason, "items": rows})
        except PlatformRefused as refusal:
            said = refusal.params.get("reason", "")
            return {at: _refused(each, None, said) for at, each, _ in part}
        return {
            at: StockOutcome(each.inventory_id, each.location_id, applied=True, found=each.quantity)
            for at, each, _ in part
        }

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Move by a difference, once. A lost answer is read back; raises OutcomeUnknown when that does not tell."""
        key, place = listing.inventory_id or listing.external_variant_id, location_id or location(self._session)
        change = StockChange(key, place, delta)
        before = (await self._rows([key], place)).get(key)
        if before is None or before.available is None or not is_whole(delta):
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


def _at(item: wire.StockItem, place: str) -> _Found:
    """The number at a location; a location that never had any counts as not kept."""
    here = next((each for each in item.locations if str(each.location_id) == place), None)
    return _Found(None) if here is None else _Found(here.available_to_sell, here.settings.safety_stock)


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
    if not is_whole(change.quantity):
        return _refused(change, found.available, _FRACTION)
    if change.expected is not None and found.available != change.expected:
        return _refused(change, found.available, _MOVED)
    return None


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
