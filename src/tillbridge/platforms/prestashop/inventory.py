"""Stock on PrestaShop: one number per article, no locations, no compare-and-set. Built by the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.mapping import inventory_id
from tillbridge.platforms.prestashop.reading import number_of
from tillbridge.platforms.prestashop.shop_facts import fact
from tillbridge.platforms.reading import parse
from tillbridge.platforms.writing import is_whole

_DISPLAY = "[id,id_product,id_product_attribute,quantity,depends_on_stock]"
_NOT_KEPT = "the shop keeps no stock: switch on stock management there, in Shop Parameters, Product Settings"
_SUM = "it has combinations, and the shop adds their stock up by itself"
_WAREHOUSE = "its stock is kept by the shop's old warehouse mode"
_FRACTION = "the shop counts whole pieces only"
_NOT_TAKEN = "the shop answered, but kept its own number"

Rows = dict[str, wire.Stock]


class PrestaShopInventoryService:
    """Ids are ``product:combination``. The sum over combinations is read by nobody and never written."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        """A level per listing that is there; ``available`` None where the shop keeps no stock."""
        keys = [each.inventory_id or key_of(each) for each in listings]
        rows = await self._rows(keys)
        read_at = self._session.clock.now()
        kept = fact(self._session, "stock") == "1"
        return tuple(
            StockLevel(key, "", Decimal(rows[key].quantity) if kept else None, read_at)
            for key in dict.fromkeys(keys)
            if key in rows
        )

    async def _rows(self, keys: Iterable[str]) -> Rows:
        """All stock rows of the products, by key."""
        products = {key.partition(":")[0] for key in keys}
        found = await self._rest.of("stock_availables", "stock.read", "id_product", products, _DISPLAY)
        rows = [parse(wire.Stock, row, f"$[{at}]") for at, row in enumerate(found)]
        return {inventory_id(each.id_product, each.id_product_attribute): each for each in rows}

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Read, compare with ``expected``, set, and read the echo. A write between read and set is not noticed."""
        rows = await self._rows([each.inventory_id for each in changes])
        return tuple([await self._set(each, rows) for each in changes])

    async def _set(self, change: StockChange, rows: Rows) -> StockOutcome:
        row = rows.get(change.inventory_id)
        if row is None:
            return _refused(change, None, "the shop no longer has it")
        found = Decimal(row.quantity)
        if reason := self._obstacle(change, row, rows):
            return _refused(change, found, reason)
        if change.expected is not None and found != change.expected:
            return _refused(change, found, "the shop's number moved meanwhile")
        try:
            echo = await self._rest.patch(
                "stock_availables", "stock_available", row.id, "stock.set", {"quantity": int(change.quantity)}
            )
        except PlatformRefused as refusal:
            return _refused(change, found, refusal.params["reason"])
        # a quantity of 0 is left out of the echo, as everything empty is
        now = number_of(echo, "quantity")
        if now != change.quantity:
            return _refused(change, now, _NOT_TAKEN)
        return StockOutcome(change.inventory_id, change.location_id, applied=True, found=now)

    def _obstacle(self, change: StockChange, row: wire.Stock, rows: Rows) -> str:
        if fact(self._session, "stock") != "1":
            return _NOT_KEPT
        if not is_whole(change.quantity):
            return _FRACTION
        if row.depends_on_stock == "1":
            return _WAREHOUSE
        product, _, attribute = change.inventory_id.partition(":")
        siblings = [key for key in rows if key.startswith(f"{product}:") and key != f"{product}:0"]
        return _SUM if attribute == "0" and siblings else ""

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        """Read, compare and set: the platform has no relative change."""
        key = listing.inventory_id or key_of(listing)
        rows = await self._rows([key])
        if key not in rows:
            return StockOutcome(key, location_id, applied=False, reason="the shop no longer has it")
        found = Decimal(rows[key].quantity)
        return await self._set(StockChange(key, location_id, found + delta, expected=found), rows)


def key_of(listing: Listing) -> str:
    """The stock key of a listing that was linked without one."""
    variant = listing.external_variant_id
    attribute = "0" if variant.endswith(":0") else variant
    return inventory_id(listing.external_product_id, attribute)


def _refused(change: StockChange, found: Decimal | None, reason: str) -> StockOutcome:
    return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found, reason=reason)
