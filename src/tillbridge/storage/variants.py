"""Our sellable variants by folded SKU, read and written by the page. The catalogue merges into them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from tillbridge.domain.ids import new_id
from tillbridge.domain.merging import Fields
from tillbridge.domain.money import Money
from tillbridge.storage import documents
from tillbridge.storage.database import Database
from tillbridge.storage.documents import MONEY_FIELDS
from tillbridge.storage.sets import among, kept, rows_for, taken, texts

_COLUMNS = {
    "id": "id", "sku": "text", "folded_sku": "text", "barcode": "text", "title": "text", "search": "text",
    "price": "number", "compare_at_price": "number", "currency": "text", "taxable": "flag", "is_gift_card": "flag",
    "changed_at": "time",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OurVariant:
    """``fields`` as a listing tells them, merged; ``changed_at`` when one of them changed last, None: unknown."""

    fields: Fields
    changed_at: datetime | None

    @property
    def currency(self) -> str:
        """The currency of its prices; empty when it has none."""
        known = (self.fields[each] for each in MONEY_FIELDS)
        return next((each.currency for each in known if isinstance(each, Money)), "")


class Variants:
    """By folded SKU."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._where = f"FROM variant WHERE folded_sku IN {among(database)}"
        changed = taken(*(each for each in _COLUMNS if each not in ("id", "folded_sku")))
        self._keep = kept(database, "variant", _COLUMNS, "folded_sku", changed)

    async def load(self, folded: Collection[str]) -> dict[str, OurVariant]:
        return {
            row["folded_sku"]: _variant(row) for row in await self._db.rows(f"SELECT * {self._where}", texts(folded))
        }

    async def ids(self, folded: Collection[str]) -> Mapping[str, UUID]:
        rows = await self._db.rows(f"SELECT id, folded_sku {self._where}", texts(folded))
        return {row["folded_sku"]: UUID(str(row["id"])) for row in rows}

    async def save(self, variants: Mapping[str, OurVariant]) -> None:
        if variants:
            rows = [_row(folded, each) for folded, each in variants.items()]
            await self._db.run(self._keep, rows_for(self._db, _COLUMNS, rows))


def _around(fields: Mapping[str, Any]) -> tuple[str, str]:
    """What stands before and after the options in the words the till's search looks in."""
    return f"{fields['title']} ".casefold(), f" {fields['sku']} {fields['barcode']}".casefold()


def _row(folded: str, variant: OurVariant) -> dict[str, Any]:
    before, after = _around(variant.fields)
    return {
        "id": new_id(), "folded_sku": folded, **variant.fields,
        **{each: documents.money_in(cast("Money | None", variant.fields[each])) for each in MONEY_FIELDS},
        "currency": variant.currency, "search": f"{before}{variant.fields['options']}{after}",
        "changed_at": variant.changed_at,
    }  # fmt: skip


def _variant(row: Mapping[str, Any]) -> OurVariant:
    before, after = _around(row)
    fields = {
        **{each: row[each] for each in ("sku", "title", "barcode")},
        **{each: documents.money_out(row[each], row["currency"]) if row["currency"] else None for each in MONEY_FIELDS},
        **{each: bool(row[each]) for each in ("taxable", "is_gift_card")},
        "options": row["search"].removeprefix(before).removesuffix(after),
    }
    changed_at = row["changed_at"]
    return OurVariant(fields, None if changed_at is None else documents.moment(changed_at))
