"""Stock on WooCommerce: one number per variant, no locations, no compare-and-set. Built by the registry."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import NotFound
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.mapping import inventory_id
from tillbridge.platforms.woocommerce.spec import PAGE_SIZE
from tillbridge.platforms.writing import chunks

_FIELDS = "id,parent_id,price,regular_price,manage_stock,stock_quantity"
_NOT_KEPT = "the shop keeps no stock for it: switch on “Manage stock” there"
_NOT_TAKEN = "the shop answered, but kept its own number"
_FRACTION = "the shop counts whole pieces only"


class WooCommerceInventoryService:
    """Ids are ``product`` or ``product/variation``; a variation whose stock its parent keeps is written there."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """A level per listing that is there; ``available`` None where the shop keeps no stock."""
        rows = await self._rows([each.inventory_id or _key(each) for each in listings])
        read_at = self._session.clock.now()
        return tuple(StockLevel(key, "", _quantity(row), read_at) for key, row in rows.items())

    async def _rows(self, keys: Sequence[str]) -> dict[str, wire.Sellable]:
        """The stock-keeping rows by id, in as few reads as the ids allow."""
        products = [key for key in dict.fromkeys(keys) if "/" not in key]
        variations = {key.partition("/")[2]: key for key in dict.fromkeys(keys) if "/" in key}
        found: dict[str, wire.Sellable] = {}
        for part in chunks(products, PAGE_SIZE):
            for row in await self._list("/wc/v3/products", part):
                found[str(row.id)] = row
        try:
            for part in chunks(sorted(variations, key=int), PAGE_SIZE):
                for row in await self._list("/wc/v3/variations", part):
                    found[variations[str(row.id)]] = row
        except NotFound:
            # shops before 10.3 have no list over all variations
            for key in variations.values():
                if (single := await self._one(key)) is not None:
                    found[key] = single
        return {key: found[key] for key in dict.fromkeys(keys) if key in found}

    async def _list(self, path: str, ids: Sequence[str]) -> list[wire.Sellable]:
        query = (("include", ",".join(ids)), ("per_page", str(PAGE_SIZE)), ("_fields", _FIELDS))
        rows = await self._rest.rows(path, "stock.read", query)
        return [parse(wire.Sellable, row, f"$[{at}]") for at, row in enumerate(rows)]

    async def _one(self, key: str) -> wire.Sellable | None:
        try:
            row = await self._rest.get(_path(key), "stock.read", (("_fields", _FIELDS),))
        except NotFound:
            return None
        return parse(wire.Sellable, row, "$")

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set, and read the echo. A write between read and set is not noticed."""
        rows = await self._rows([each.inventory_id for each in changes])
        return tuple([await self._set(each, rows.get(each.inventory_id)) for each in changes])

    async def _set(self, change: StockChange, row: wire.Sellable | None) -> StockOutcome:
        if row is None:
            return _refused(change, None, "the shop no longer has it")
        if row.manage_stock == "parent":
            parent = change.inventory_id.partition("/")[0]
            moved = StockChange(parent, change.location_id, change.quantity, change.expected)
            return await self._set(moved, await self._one(parent))
        found = _quantity(row)
        if found is None:
            return _refused(change, None, _NOT_KEPT)
        if change.quantity % 1:
            return _refused(change, found, _FRACTION)
        if change.expected is not None and found != change.expected:
            return _refused(change, found, "the shop's number moved meanwhile")
        body = {"manage_stock": True, "stock_quantity": int(change.quantity)}
        echo: Any = await self._rest.put(_path(change.inventory_id), "stock.set", body, (("_fields", _FIELDS),))
        now = _quantity(parse(wire.Sellable, echo, "$"))
        if now != change.quantity:
            return _refused(change, now, _NOT_TAKEN)
        return StockOutcome(change.inventory_id, change.location_id, applied=True, found=now)

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Read and set: the platform's own relative change loses updates when two arrive together."""
        key = listing.inventory_id or _key(listing)
        row = await self._one(key)
        found = _quantity(row) if row else None
        if row is not None and row.manage_stock == "parent":
            key = key.partition("/")[0]
            found = _quantity(parent) if (parent := await self._one(key)) else None
        if found is None:
            return StockOutcome(key, location_id, applied=False, reason=_NOT_KEPT)
        change = StockChange(key, location_id, found + delta, expected=found)
        return (await self.set_levels([change], idempotency_key))[0]


def _key(listing: Listing) -> str:
    if listing.external_product_id == listing.external_variant_id:
        return listing.external_product_id
    return inventory_id(listing.external_product_id, listing.external_variant_id)


def _path(key: str) -> str:
    product, _, variation = key.partition("/")
    return f"/wc/v3/products/{product}/variations/{variation}" if variation else f"/wc/v3/products/{product}"


def _quantity(row: wire.Sellable) -> Decimal | None:
    """Missing is not zero: a row whose stock is not managed has none."""
    return row.stock_quantity if row.manage_stock in (True, "parent") else None


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
