"""The catalogue as windows: our variants by SKU, and listings without a partner; pages by key, nothing kept.

Called by services.goods; nothing here writes, and what a row shows is read at once for all rows of a page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tillbridge.domain.goods import GoodsKey, GoodsRow, ListedOn, ListingKey, LooseListing, Told
from tillbridge.storage.database import Database
from tillbridge.storage.documents import money_out

_COLUMNS = "SELECT id, sku, folded_sku, barcode, title, price, currency FROM variant"
_LISTED = """
SELECT listing.variant_id, connection.name FROM listing JOIN connection ON connection.id = listing.connection_id
WHERE listing.unlinked = '' AND listing.variant_id IN ({marks}) ORDER BY connection.name
"""
_TOLD = """
SELECT connection.name, told.sku, told.location_id, told.quantity FROM (
 SELECT connection_id, sku, location_id, quantity,
  row_number() OVER (PARTITION BY connection_id, sku, location_id ORDER BY at DESC, id DESC) AS place
 FROM sighting WHERE sku IN ({marks})
) AS told JOIN connection ON connection.id = told.connection_id WHERE told.place = 1 ORDER BY told.location_id
"""
_LOOSE = """
SELECT listing.id, listing.sku, listing.external_product_id, listing.external_variant_id, listing.unlinked,
 connection.name, product.title
FROM listing LEFT JOIN connection ON connection.id = listing.connection_id
 LEFT JOIN product ON product.connection_id = listing.connection_id
  AND product.external_id = listing.external_product_id
"""


class GoodsWindow:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def page(
        self,
        text: str,
        *,
        anchor: GoodsKey | None = None,
        backward: bool = False,
        offset: int = 0,
        limit: int = 64,
    ) -> tuple[GoodsRow, ...]:
        """Variants that hold every word of ``text``, after ``anchor`` (before it when ``backward``), by SKU."""
        where, values = _words(text)
        if anchor is not None:
            where.append("folded_sku < ?" if backward else "folded_sku > ?")
            values.append(anchor.folded_sku)
        order = "DESC" if backward else "ASC"
        sql = f"{_COLUMNS} {_and(where)} ORDER BY folded_sku {order} LIMIT ? OFFSET ?"
        found = await self._db.rows(sql, *values, limit, offset, long=True)
        return await self._rows(found[::-1] if backward else found)

    async def row(self, folded_sku: str) -> GoodsRow | None:
        """One row, as the page would show it."""
        found = await self._rows(await self._db.rows(f"{_COLUMNS} WHERE folded_sku = ?", folded_sku))
        return found[0] if found else None

    async def count(self, text: str) -> int:
        where, values = _words(text)
        return await self._number("variant", where, values)

    async def rank(self, text: str, key: GoodsKey) -> int:
        """How many variants stand before a key."""
        where, values = _words(text)
        return await self._number("variant", [*where, "folded_sku < ?"], [*values, key.folded_sku])

    async def loose(
        self, *, anchor: ListingKey | None = None, backward: bool = False, offset: int = 0, limit: int = 64
    ) -> tuple[LooseListing, ...]:
        """Listings of all stores without a variant of ours, oldest first."""
        where, values = ["listing.unlinked <> ''"], list[Any]()
        if anchor is not None:
            where.append("listing.id < ?" if backward else "listing.id > ?")
            values.append(anchor.id)
        order = "DESC" if backward else "ASC"
        sql = f"{_LOOSE} {_and(where)} ORDER BY listing.id {order} LIMIT ? OFFSET ?"
        found = [_loose(each) for each in await self._db.rows(sql, *values, limit, offset, long=True)]
        return tuple(found[::-1] if backward else found)

    async def loose_count(self) -> int:
        return await self._number("listing", ["unlinked <> ''"], [])

    async def loose_rank(self, key: ListingKey) -> int:
        return await self._number("listing", ["unlinked <> ''", "id < ?"], [key.id])

    async def _number(self, table: str, where: Sequence[str], values: Sequence[Any]) -> int:
        rows = await self._db.rows(f"SELECT count(*) AS n FROM {table} {_and(where)}", *values, long=True)
        return int(rows[0]["n"])

    async def _rows(self, found: Sequence[Mapping[str, Any]]) -> tuple[GoodsRow, ...]:
        """With stores, their numbers and our movements, three statements for all of them."""
        if not found:
            return ()
        marks = ", ".join("?" for _ in found)
        skus = [each["sku"] for each in found]
        listed: dict[UUID, list[str]] = defaultdict(list)
        for each in await self._db.rows(_LISTED.format(marks=marks), *(row["id"] for row in found), long=True):
            listed[UUID(str(each["variant_id"]))].append(each["name"])
        told: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for each in await self._db.rows(_TOLD.format(marks=marks), *skus, long=True):
            told[each["sku"], each["name"]].append(Told(each["location_id"], _number(each["quantity"])))
        moved: dict[str, dict[str, Decimal]] = defaultdict(dict)
        levels = f"SELECT sku, location, quantity FROM level WHERE sku IN ({marks}) ORDER BY location"
        for each in await self._db.rows(levels, *skus, long=True):
            moved[each["sku"]][each["location"]] = Decimal(str(each["quantity"]))
        return tuple(
            GoodsRow(
                id=UUID(str(row["id"])), sku=row["sku"], folded_sku=row["folded_sku"], barcode=row["barcode"],
                title=row["title"], price=money_out(row["price"], row["currency"]), moved=moved[row["sku"]],
                listed=tuple(
                    ListedOn(name, tuple(told[row["sku"], name])) for name in listed[UUID(str(row["id"]))]
                ),
            )
            for row in found
        )  # fmt: skip


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _words(text: str) -> tuple[list[str], list[Any]]:
    """Every word somewhere in title, options, SKU or barcode; what is typed is no pattern."""
    words = [each.replace("!", "!!").replace("%", "!%").replace("_", "!_") for each in text.casefold().split()]
    return ["search LIKE ? ESCAPE '!'"] * len(words), [f"%{each}%" for each in words]


def _and(where: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(where)}" if where else ""


def _loose(row: Mapping[str, Any]) -> LooseListing:
    return LooseListing(
        id=UUID(str(row["id"])), connection=row["name"] or "–", title=row["title"] or "", sku=row["sku"],
        product_id=row["external_product_id"], variant_id=row["external_variant_id"], reason=row["unlinked"],
    )  # fmt: skip
