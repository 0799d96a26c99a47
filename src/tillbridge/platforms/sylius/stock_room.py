"""Room for goods that were sold at the till although the shop believes it has none. Used by orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.orders import Checkpoint, Handle
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.calls import Rest, key
from tillbridge.platforms.sylius.goods import VARIANTS, variant, variants_by_code

STOCK_HANDLE = "stock"
Wanted = Mapping[str, tuple[str, int]]
"""Variant code -> (product code, pieces)."""


class StockRoom:
    """Sylius refuses to sell what it has not, so its number is raised by what is missing, and the sale lowers it.

    Each raise is kept as a handle first, so that it is taken back when the sale is not placed after all.
    """

    def __init__(self, rest: Rest, checkpoint: Checkpoint) -> None:
        self._rest, self._checkpoint = rest, checkpoint
        self.raised: list[Handle] = []

    async def look(self, wanted: Wanted) -> dict[str, wire.Variant]:
        """The goods as the shop has them. Raises PlatformRefused for those it does not have or not sell."""
        rows = await variants_by_code(
            self._rest, [(product, code) for code, (product, _) in wanted.items()], "order.goods"
        )
        for code in wanted:
            if code not in rows:
                raise PlatformRefused(field="lines", code="unknown_goods", reason=f"the shop has no {code}")
            if not rows[code].enabled:
                raise PlatformRefused(field="lines", code="not_sold", reason=f"{code} is switched off in the shop")
        return rows

    async def make(self, wanted: Wanted, rows: Mapping[str, wire.Variant]) -> None:
        """Raise what is short."""
        for code, (_, quantity) in wanted.items():
            row = rows[code]
            if row.available is None or row.available >= quantity:
                continue
            after = row.onHold + quantity
            handle = Handle(STOCK_HANDLE, f"{code}/{row.onHand}/{after}")
            await self._checkpoint(handle)
            self.raised.append(handle)
            await self._rest.put(f"{VARIANTS}/{key(code)}", "order.make_room", {"onHand": after})


async def put_back(rest: Rest, handles: Sequence[Handle]) -> None:
    """Take raises back where the number is still the one we wrote; repeating changes nothing."""
    for handle in handles:
        if handle.kind != STOCK_HANDLE:
            continue
        code, before, after = handle.external_id.rsplit("/", 2)
        row = await variant(rest, code, "order.take_back_room")
        if row is not None and row.onHand == int(after):
            await rest.put(f"{VARIANTS}/{key(code)}", "order.take_back_room", {"onHand": int(before)})
