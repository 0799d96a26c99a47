"""Stock on Sylius: one number per variant, no locations, no compare-and-set. Built by the registry."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import Conflict, NotFound
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import Rest, key
from tillbridge.platforms.sylius.goods import VARIANTS, variant, variants_by_code

_NOT_KEPT = "the shop keeps no stock for it: switch on “Tracked” there"
_NOT_TAKEN = "the shop answered, but kept its own number"
_FRACTION = "the shop counts whole pieces only"
_MOVED = "the shop's number moved meanwhile"
_GONE = "the shop no longer has it"
_BELOW = "the shop keeps nothing below zero"


class SyliusInventoryService:
    """Available is what is on hand less what unpaid orders hold, so a write adds what is held."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """A level per listing that is there; ``available`` None where the shop keeps no stock."""
        wanted = [(each.external_product_id, each.external_variant_id) for each in listings]
        rows = await variants_by_code(self._rest, wanted, "stock.read")
        read_at = self._session.clock.now()
        codes = dict.fromkeys(code for _, code in wanted if code in rows)
        return tuple(StockLevel(code, "", _quantity(rows[code]), read_at) for code in codes)

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set, and read the echo. A write between read and set is not noticed."""
        return tuple([await self._set(each) for each in changes])

    async def _set(self, change: StockChange) -> StockOutcome:
        row = await variant(self._rest, change.inventory_id, "stock.read")
        found = _quantity(row) if row else None
        if row is None or found is None:
            return _refused(change, None, _NOT_KEPT if row else _GONE)
        if change.quantity % 1:
            return _refused(change, found, _FRACTION)
        if change.expected is not None and found != change.expected:
            return _refused(change, found, _MOVED)
        target = int(change.quantity) + row.onHold
        if target < 0:
            return _refused(change, found, _BELOW)
        try:
            now = await self._write(change.inventory_id, target)
        except (Conflict, NotFound) as error:
            return _refused(change, None, _MOVED if isinstance(error, Conflict) else _GONE)
        if now.onHand != target:
            return _refused(change, _quantity(now), _NOT_TAKEN)
        return StockOutcome(change.inventory_id, change.location_id, applied=True, found=_quantity(now))

    async def _write(self, code: str, on_hand: int) -> wire.Variant:
        echo = await self._rest.put(f"{VARIANTS}/{key(code)}", "stock.set", {"onHand": on_hand})
        return parse(wire.Variant, echo, "$")

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Read, compare and set: the platform has no relative change."""
        code = listing.inventory_id or listing.external_variant_id
        row = await variant(self._rest, code, "stock.read")
        found = _quantity(row) if row else None
        if found is None:
            return StockOutcome(code, location_id, applied=False, reason=_NOT_KEPT if row else _GONE)
        return await self._set(StockChange(code, location_id, found + delta, expected=found))


def _quantity(row: wire.Variant) -> Decimal | None:
    """Missing is not zero: a variant that is not tracked has none."""
    return None if row.available is None else Decimal(row.available)


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
