"""Conflicts of fields as rows, one per record of a store and field, and the rules the shop chose for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.conflicts import ConflictBook, ConflictFilter, FieldConflict, Standing, rules_of
from tillbridge.domain.merging import Rule, Rules
from tillbridge.domain.specs import Noun
from tillbridge.storage import documents
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.schema import ShopRow
from tillbridge.storage.sets import among, kept, rows_for, taken, texts

_ONE_MERGE = {Noun.PRODUCT: 7_712 << 40, Noun.CUSTOMER: (7_712 << 40) + 1}
_COLUMNS = {
    "id": "id", "connection_id": "id", "noun": "text", "external_id": "text", "subject": "text", "field": "text",
    "document": "json", "standing": "text", "settled_by": "text", "at": "time",
}  # fmt: skip
_KEY = "connection_id, noun, external_id, field"
_SIDES = ("base", "ours", "theirs")


class ConflictRepository:
    def __init__(self, database: Database, changes: Changes, clock: Clock) -> None:
        self._db, self._changes, self._clock = database, changes, clock
        changed = taken("id", "subject", "document", "standing", "settled_by", "at")
        self._keep = kept(database, "conflict", _COLUMNS, _KEY, changed)

    async def hold(self, noun: Noun) -> None:
        """Of transactions that change our records of a noun only one goes on at a time."""
        await self._db.alone(_ONE_MERGE[noun])

    async def book(
        self,
        noun: Noun,
        subjects: Collection[str],
        connection_id: UUID | None = None,
        external_ids: Collection[str] = (),
    ) -> ConflictBook:
        """A book of a noun with all open conflicts about these subjects, and about these records of a connection."""
        inner = among(self._db)
        sql = f"SELECT * FROM conflict WHERE standing = 'open' AND noun = ? AND (subject IN {inner}"
        values: list[Any] = [noun.value, texts(subjects)]
        if connection_id is not None:
            sql += f" OR (connection_id = ? AND external_id IN {inner})"
            values += [connection_id, texts(external_ids)]
        standing = [_conflict(row) for row in await self._db.rows(f"{sql})", *values)]
        return ConflictBook(noun, await self.rules(noun), standing, self._clock.now())

    async def write(self, book: ConflictBook) -> tuple[FieldConflict, ...]:
        """Keep what a book changed; those a person has to hear of."""
        written = book.written
        if written:
            await self._db.run(self._keep, rows_for(self._db, _COLUMNS, [_row(each) for each in written]))
            for each in sorted({each.connection_id for each in written}):
                await self._changes.note("conflict", each)
        return book.opened

    async def get(self, conflict_id: UUID) -> FieldConflict | None:
        rows = await self._db.rows("SELECT * FROM conflict WHERE id = ?", conflict_id)
        return _conflict(rows[0]) if rows else None

    async def page(
        self,
        wanted: ConflictFilter,
        *,
        anchor: UUID | None = None,
        backward: bool = False,
        offset: int = 0,
        limit: int = 64,
    ) -> tuple[FieldConflict, ...]:
        """Newest first: those after ``anchor`` (before it when ``backward``), always in display order."""
        where, values = _where(wanted)
        if anchor is not None:
            where.append("id > ?" if backward else "id < ?")
            values.append(anchor)
        order = "ASC" if backward else "DESC"
        rows = await self._db.rows(
            f"SELECT * FROM conflict {_and(where)} ORDER BY id {order} LIMIT ? OFFSET ?", *values, limit, offset
        )
        found = tuple(_conflict(row) for row in rows)
        return tuple(reversed(found)) if backward else found

    async def count(self, wanted: ConflictFilter, before: UUID | None = None) -> int:
        """How many a filter lets through; with ``before`` only those that stand before it in the list."""
        where, values = _where(wanted)
        if before is not None:
            where.append("id > ?")
            values.append(before)
        [row] = await self._db.rows(f"SELECT count(*) AS n FROM conflict {_and(where)}", *values)
        return int(row["n"])

    async def chosen_rules(self) -> Mapping[str, str]:
        """What the shop chose, by ``noun.field``."""
        return (await ShopRow.get(id=1)).rules or {}

    async def rules(self, noun: Noun) -> Rules:
        return rules_of(noun, await self.chosen_rules())

    async def choose_rule(self, noun: Noun, field: str, rule: Rule) -> None:
        """For what is pulled from now on. Call it in a transaction that holds the shop."""
        chosen = {**await self.chosen_rules(), f"{noun.value}.{field}": rule.value}
        await ShopRow.filter(id=1).update(rules=chosen)
        await self._changes.note("shop")


def _where(wanted: ConflictFilter) -> tuple[list[str], list[Any]]:
    where, values = list[str](), list[Any]()
    lists: Sequence[tuple[str, Sequence[Any]]] = (
        ("standing", [each.value for each in wanted.standings]),
        ("connection_id", list(wanted.connection_ids)),
        ("noun", [wanted.noun.value] if wanted.noun else []),
        ("field", [wanted.field] if wanted.field else []),
    )
    for column, allowed in lists:
        if allowed:
            where.append(f"{column} IN ({', '.join('?' for _ in allowed)})")
            values += allowed
    return where, values


def _and(where: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(where)}" if where else ""


def _row(conflict: FieldConflict) -> dict[str, Any]:
    values = {side: documents.value_in(getattr(conflict, side)) for side in _SIDES}
    return {
        "id": conflict.id, "connection_id": conflict.connection_id, "noun": conflict.noun.value,
        "external_id": conflict.external_id, "subject": conflict.subject, "field": conflict.field,
        "document": {"name": conflict.name, **values}, "standing": conflict.standing.value,
        "settled_by": conflict.by[:80], "at": conflict.at,
    }  # fmt: skip


def _conflict(row: Mapping[str, Any]) -> FieldConflict:
    kept_values = documents.document(row["document"])
    base, ours, theirs = (documents.value_out(row["field"], kept_values[side]) for side in _SIDES)
    return FieldConflict(
        id=UUID(str(row["id"])), connection_id=UUID(str(row["connection_id"])), noun=Noun(row["noun"]),
        external_id=row["external_id"], subject=row["subject"], name=kept_values["name"], field=row["field"], base=base,
        ours=ours, theirs=theirs, standing=Standing(row["standing"]), by=row["settled_by"],
        at=documents.moment(row["at"]),
    )  # fmt: skip
