"""The queue as a window: pages by key, counts from counters where they suffice, ranks off the hot path."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from tillbridge.domain.jobs import JobKind, JobState, Phase
from tillbridge.domain.queue import JobKey, QueueFilter, QueueRow
from tillbridge.storage.database import Database
from tillbridge.storage.documents import moment

_COLUMNS = """
SELECT job.id, job.connection_id, connection.name AS connection, job.kind, job.state, sale.receipt, sale.reference,
 delivery.status AS order_status,
 (SELECT count(*) FROM attempt WHERE attempt.job_id = job.id) AS attempts, job.run_at, job.created_at, job.cause,
 job.cause_params, job.priority, job.phase
FROM job LEFT JOIN connection ON connection.id = job.connection_id
 LEFT JOIN sale ON sale.id = job.subject_id
 LEFT JOIN delivery ON delivery.sale_id = job.subject_id AND delivery.connection_id = job.connection_id
"""


class QueueWindow:
    """Newest first. Nothing here loads more than the page asked for."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def page(
        self,
        wanted: QueueFilter,
        *,
        anchor: JobKey | None = None,
        backward: bool = False,
        offset: int = 0,
        limit: int = 64,
    ) -> tuple[QueueRow, ...]:
        """Rows after ``anchor`` (before it when ``backward``), always in display order."""
        order = "ASC" if backward else "DESC"
        ids, values = self._ids(wanted, anchor, order, offset + limit)
        place = f"SELECT id FROM ({ids}) AS found ORDER BY id {order} LIMIT ? OFFSET ?"
        sql = f"{_COLUMNS} WHERE job.id IN ({place}) ORDER BY job.id {order}"
        rows = [_row(each) for each in await self._db.rows(sql, *values, limit, offset, long=True)]
        return tuple(reversed(rows)) if backward else tuple(rows)

    def _ids(self, wanted: QueueFilter, anchor: JobKey | None, order: str, enough: int) -> tuple[str, list[Any]]:
        """Enough ids of each state, since an index holds them in order state by state and a sort of all would not."""
        parts: list[str] = []
        values: list[Any] = []
        each_state: Sequence[tuple[JobState, ...]] = [(each,) for each in wanted.states] or [()]
        for states in each_state:
            where, own = self._where(replace(wanted, states=states))
            if anchor is not None:
                where.append("job.id > ?" if order == "ASC" else "job.id < ?")
                own.append(anchor.id)
            inner = f"SELECT job.id FROM job {_sale(wanted)} {_and(where)} ORDER BY job.id {order} LIMIT ?"
            parts.append(f"SELECT id FROM ({inner}) AS part{len(parts)}")
            values += [*own, enough]
        return " UNION ALL ".join(parts), values

    async def row(self, job_id: UUID) -> QueueRow | None:
        """One row, as the page would show it."""
        rows = await self._db.rows(f"{_COLUMNS} WHERE job.id = ?", job_id)
        return _row(rows[0]) if rows else None

    async def count(self, wanted: QueueFilter) -> int:
        """How many rows a filter lets through: from counters, or counted when text, kind or cause is asked for."""
        if not (wanted.kinds or wanted.text or wanted.cause or wanted.sale_id):
            return sum(
                count
                for (connection_id, state), count in (await self.counts()).items()
                if (not wanted.states or state in wanted.states)
                and (not wanted.connection_ids or connection_id in wanted.connection_ids)
            )
        where, values = self._where(wanted)
        rows = await self._db.rows(f"SELECT count(*) AS n FROM job {_sale(wanted)} {_and(where)}", *values, long=True)
        return int(rows[0]["n"])

    async def rank(self, wanted: QueueFilter, key: JobKey) -> int:
        """How many rows stand before a key."""
        where, values = self._where(wanted)
        where.append("job.id > ?")
        sql = f"SELECT count(*) AS n FROM job {_sale(wanted)} {_and(where)}"
        rows = await self._db.rows(sql, *values, key.id, long=True)
        return int(rows[0]["n"])

    async def counts(self) -> Mapping[tuple[UUID, JobState], int]:
        """Jobs by connection and state, read from counters."""
        rows = await self._db.rows("SELECT connection_id, state, jobs FROM job_count WHERE jobs > 0")
        return {(UUID(str(row["connection_id"])), JobState(row["state"])): row["jobs"] for row in rows}

    async def causes(self) -> Mapping[str, int]:
        """Parked jobs by cause."""
        sql = "SELECT cause, count(*) AS n FROM job WHERE state = 'parked' GROUP BY cause ORDER BY n DESC"
        return {row["cause"]: row["n"] for row in await self._db.rows(sql, long=True)}

    def _where(self, wanted: QueueFilter) -> tuple[list[str], list[Any]]:
        """Case counts in neither database."""
        return _where(wanted, "LIKE" if self._db.is_sqlite else "ILIKE")


def _where(wanted: QueueFilter, like: str) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    lists: Sequence[tuple[str, Sequence[Any]]] = (
        ("job.state", [each.value for each in wanted.states]),
        ("job.connection_id", list(wanted.connection_ids)),
        ("job.kind", [each.value for each in wanted.kinds]),
    )
    for column, allowed in lists:
        if allowed:
            where.append(f"{column} IN ({', '.join('?' for _ in allowed)})")
            values += allowed
    if wanted.sale_id:
        where.append("job.subject_id = ?")
        values.append(wanted.sale_id)
    if wanted.cause:
        where.append("job.cause = ?")
        values.append(wanted.cause)
    if wanted.text:
        where.append(f"(sale.receipt {like} ? ESCAPE '!' OR sale.reference {like} ? ESCAPE '!')")
        pattern = wanted.text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
        values += [pattern, pattern]
    return where, values


def _and(where: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(where)}" if where else ""


def _sale(wanted: QueueFilter) -> str:
    return "LEFT JOIN sale ON sale.id = job.subject_id" if wanted.text else ""


def _row(row: Mapping[str, Any]) -> QueueRow:
    params = row["cause_params"]
    return QueueRow(
        id=UUID(str(row["id"])), connection_id=UUID(str(row["connection_id"])), connection=row["connection"] or "–",
        kind=JobKind(row["kind"]), state=JobState(row["state"]), receipt=row["receipt"] or "",
        reference=row["reference"] or "", order_status=row["order_status"] or "", attempts=row["attempts"],
        run_at=moment(row["run_at"]), created_at=moment(row["created_at"]), cause=row["cause"],
        cause_params=json.loads(params) if isinstance(params, str) else params, priority=row["priority"],
        phase=Phase(row["phase"]),
    )  # fmt: skip
