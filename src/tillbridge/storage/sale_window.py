"""Sales as a window: pages by key, newest first, with what a row shows read at once for all rows of a page.

Called by services.sales; nothing here writes, and nothing loads more than the page asked for.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tillbridge.domain.money import Money, total
from tillbridge.domain.orders import OrderStatus, Origin, PaymentStatus
from tillbridge.domain.sales import SaleFilter, SaleKey, SaleRow, SaleShow
from tillbridge.storage.database import Database
from tillbridge.storage.documents import moment

_COLUMNS = """
SELECT sale.id, sale.sold_at, sale.receipt, sale.reference, sale.origin, sale.till, sale.currency, sale.total,
 sale.payment, {refunds} AS refunds,
 (SELECT count(*) FROM job WHERE job.subject_id = sale.id AND job.state = 'parked') AS parked,
 (SELECT count(*) FROM job WHERE job.subject_id = sale.id AND job.state IN ('waiting', 'running')) AS open
FROM sale
"""
_STATUSES = """
SELECT delivery.sale_id, delivery.status, connection.name, connection.platform
FROM delivery LEFT JOIN connection ON connection.id = delivery.connection_id
"""
_PARKED = "sale.id IN (SELECT subject_id FROM job WHERE state = 'parked' AND subject_id IS NOT NULL)"
_UNKNOWN = "sale.id IN (SELECT sale_id FROM delivery WHERE status = 'unknown')"
_ONLINE = "sale.origin = 'online'"
_BACK = (
    "(sale.payment IN ('cancelled', 'refunded', 'partly_refunded') OR {count} > 0 OR EXISTS "
    "(SELECT 1 FROM sale_line WHERE sale_line.sale_id = sale.id AND sale_line.quantity < 0))"
)
_THERE = """
SELECT sale_id FROM delivery WHERE platform_order_id = ? OR platform_order_id LIKE ? ESCAPE '!' OR number IN (?, ?)
"""
_AFTER_ALL = "\U0010ffff"


class SaleWindow:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def page(
        self,
        wanted: SaleFilter,
        *,
        anchor: SaleKey | None = None,
        backward: bool = False,
        offset: int = 0,
        limit: int = 64,
    ) -> tuple[SaleRow, ...]:
        """Rows after ``anchor`` (before it when ``backward``), always in display order. Two statements."""
        order = "ASC" if backward else "DESC"
        where, values = self._where(wanted)
        if anchor is not None:
            where.append("sale.id > ?" if backward else "sale.id < ?")
            values.append(anchor.id)
        place = f"SELECT sale.id FROM sale {_and(where)} ORDER BY sale.id {order} LIMIT ? OFFSET ?"
        # the place is read whole, so that what a row shows is reckoned for the rows of the page only
        sql = f"{self._columns} WHERE sale.id IN (SELECT id FROM ({place}) AS place) ORDER BY sale.id DESC"
        return await self._rows(await self._db.rows(sql, *values, limit, offset, long=True))

    async def row(self, sale_id: UUID) -> SaleRow | None:
        """One row, as the page would show it."""
        found = await self._rows(await self._db.rows(f"{self._columns} WHERE sale.id = ?", sale_id))
        return found[0] if found else None

    async def receipts(self, references: Sequence[str]) -> Mapping[str, str]:
        """The receipt number of each reference that is a sale here."""
        if not references:
            return {}
        marks = ", ".join("?" for _ in references)
        sql = f"SELECT reference, receipt FROM sale WHERE reference IN ({marks})"
        return {row["reference"]: row["receipt"] for row in await self._db.rows(sql, *references, long=True)}

    async def count(self, wanted: SaleFilter) -> int:
        where, values = self._where(wanted)
        return await self._number(where, values)

    async def rank(self, wanted: SaleFilter, key: SaleKey) -> int:
        """How many rows stand before a key."""
        where, values = self._where(wanted)
        return await self._number([*where, "sale.id > ?"], [*values, key.id])

    async def _number(self, where: Sequence[str], values: Sequence[Any]) -> int:
        rows = await self._db.rows(f"SELECT count(*) AS n FROM sale {_and(where)}", *values, long=True)
        return int(rows[0]["n"])

    @property
    def _columns(self) -> str:
        return _COLUMNS.format(
            refunds="json_extract(sale.document, '$.refunds')" if self._db.is_sqlite else "sale.document->'refunds'"
        )

    def _where(self, wanted: SaleFilter) -> tuple[list[str], list[Any]]:
        count = (
            "coalesce(json_array_length(sale.document, '$.refunds'), 0)"
            if self._db.is_sqlite
            else "coalesce(jsonb_array_length(sale.document->'refunds'), 0)"
        )
        shown: Mapping[SaleShow, list[str]] = {
            SaleShow.ALL: [],
            SaleShow.NEEDS_YOU: [_PARKED],
            SaleShow.UNKNOWN: [_UNKNOWN],
            SaleShow.ONLINE: [_ONLINE],
            SaleShow.RETURNS: [_BACK.format(count=count)],
        }
        where, values = list(shown[wanted.show]), list[Any]()
        if text := wanted.text.strip():
            found, own = self._found(text)
            where.append(f"sale.id IN ({found})")
            values += own
        return where, values

    def _found(self, text: str) -> tuple[str, list[Any]]:
        """Ids of what begins so, as typed, in capitals or in small letters, or has that number in a store."""
        parts: list[str] = []
        values: list[Any] = []
        for start in dict.fromkeys((text, text.upper(), text.lower())):
            for column in ("receipt", "reference"):
                if self._db.is_sqlite:
                    # an index of SQLite is in the order of bytes, so it finds a beginning without looking at every sale
                    parts.append(f"SELECT id FROM sale WHERE {column} >= ? AND {column} < ?")
                    values += [start, start + _AFTER_ALL]
                else:
                    parts.append(f"SELECT id FROM sale WHERE {column} LIKE ? ESCAPE '!'")
                    values.append(f"{_plain(start)}%")
        bare = text.removeprefix("#")
        return " UNION ALL ".join((*parts, _THERE)), [*values, text, f"%/{_plain(text)}", bare, f"#{bare}"]

    async def _rows(self, found: Sequence[Mapping[str, Any]]) -> tuple[SaleRow, ...]:
        """With where each stands, read at once for all of them."""
        if not found:
            return ()
        marks = ", ".join("?" for _ in found)
        told: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
        sql = f"{_STATUSES} WHERE delivery.sale_id IN ({marks}) ORDER BY delivery.id"
        for each in await self._db.rows(sql, *(row["id"] for row in found), long=True):
            told[UUID(str(each["sale_id"]))].append(each)
        return tuple(_row(each, told[UUID(str(each["id"]))]) for each in found)


def _plain(text: str) -> str:
    """What is typed is no pattern."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _and(where: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(where)}" if where else ""


def _row(row: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> SaleRow:
    origin, refunds, currency = Origin(row["origin"]), row["refunds"] or "[]", row["currency"]
    source = told[0] if told and origin is Origin.ONLINE else {}
    back = json.loads(refunds) if isinstance(refunds, str) else refunds
    return SaleRow(
        id=UUID(str(row["id"])), sold_at=moment(row["sold_at"]), receipt=row["receipt"], reference=row["reference"],
        origin=origin, till=row["till"], connection=source.get("name") or "", platform=source.get("platform") or "",
        total=Money.of_minor(row["total"], currency), payment=PaymentStatus(row["payment"]),
        given_back=total([Money(Decimal(str(each["amount"])), currency) for each in back], currency),
        statuses=tuple(OrderStatus(each["status"]) for each in told), parked=row["parked"], open=row["open"],
    )  # fmt: skip
