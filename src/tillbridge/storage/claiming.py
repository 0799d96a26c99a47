"""Claims due jobs of a lane, each with a new attempt, and reads job rows as they come. The job repository calls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.errors import LeaseLost
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.storage.changes import TOLD, Changes, noted_from
from tillbridge.storage.counts import counted_from, moved
from tillbridge.storage.database import Database
from tillbridge.storage.documents import document, moment
from tillbridge.storage.lanes import LaneRepository
from tillbridge.storage.sets import rows_for, table_of

COLUMNS = {
    "id": "id", "connection_id": "id", "kind": "text", "state": "text", "subject_id": "id", "payload": "json",
    "priority": "number", "run_at": "time", "attempts": "number", "fence": "number", "phase": "text", "cause": "text",
    "cause_params": "json", "created_at": "time", "settled_at": "time", "lease_until": "time",
}  # fmt: skip
_NAMES = ", ".join(COLUMNS)
_BEGUN = {"job_id": "id", "fence": "number", "number": "number", "began_at": "time"}
_ATTEMPT = (
    "INSERT INTO attempt (job_id, fence, number, began_at, phase, action, outcome, request_id, idempotency_key, body)"
)
_NOTHING_YET = "'not_sent', '', '', '', '', ''"

# a job that a person cancels meanwhile is looked at again once that is known, hence the state stands there twice
_TAKE = f"""
UPDATE job SET state = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = ? WHERE id IN
 (SELECT id FROM job WHERE connection_id = {{lane}} AND state = 'waiting' AND run_at <= ?
  ORDER BY priority, run_at, id LIMIT ?)
AND state = 'waiting' RETURNING {_NAMES}
"""
_STEPWISE = _TAKE.format(lane="?")
# the lane is locked before its jobs are looked for, since these ask for it; no row at all means it is lost
_AT_ONCE = f"""
WITH held AS MATERIALIZED
 (SELECT connection_id FROM lane WHERE connection_id = ? AND fence = ? AND owner = ? FOR UPDATE),
claimed AS ({_TAKE.format(lane="(SELECT connection_id FROM held)")}),
begun AS ({_ATTEMPT} SELECT id, fence, attempts, CAST(? AS timestamptz), {_NOTHING_YET} FROM claimed),
{counted_from("claimed", before="waiting")}, {noted_from("claimed")}
SELECT claimed.*, {TOLD} FROM held LEFT JOIN claimed ON true
"""


class Claiming:
    def __init__(self, database: Database, changes: Changes, lanes: LaneRepository) -> None:
        self._db, self._changes, self._lanes = database, changes, lanes
        self._begin = (
            f"{_ATTEMPT} SELECT v.job_id, v.fence, v.number, v.began_at, {_NOTHING_YET} "
            f"FROM {table_of(database, _BEGUN)}"
        )

    async def claim(self, lane: Lane, limit: int, now: datetime) -> list[Job]:
        """Up to ``limit`` due jobs, most urgent first. Raises LeaseLost."""
        step = self._stepwise if self._db.is_sqlite else self._in_one_statement
        rows = await self._db.at_once(lambda: step(lane, limit, now))
        return sorted((job_of(row) for row in rows), key=lambda each: (each.priority, each.run_at, each.id))

    async def _in_one_statement(self, lane: Lane, limit: int, now: datetime) -> list[dict[str, Any]]:
        rows = await self._db.rows(
            _AT_ONCE, lane.connection_id, lane.fence, lane.owner, lane.lease_until, now, limit, now
        )
        if not rows:
            raise LeaseLost(what="the connection")
        return [row for row in rows if row["id"] is not None]

    async def _stepwise(self, lane: Lane, limit: int, now: datetime) -> list[dict[str, Any]]:
        await self._lanes.hold(lane)
        rows = await self._db.rows(_STEPWISE, lane.lease_until, lane.connection_id, now, limit)
        if not rows:
            return []
        begun = [
            {"job_id": row["id"], "fence": row["fence"], "number": row["attempts"], "began_at": now} for row in rows
        ]
        await self._db.run(self._begin, rows_for(self._db, _BEGUN, begun))
        await moved(self._db, lane.connection_id, "waiting", "running", len(rows))
        await self._changes.note("job", str(rows[0]["id"]))
        return rows


def job_of(row: Mapping[str, Any]) -> Job:
    """A raw row: on SQLite times and documents are text."""
    return Job(
        id=UUID(str(row["id"])), connection_id=UUID(str(row["connection_id"])), kind=JobKind(row["kind"]),
        state=JobState(row["state"]), subject_id=UUID(str(row["subject_id"])) if row["subject_id"] else None,
        payload=document(row["payload"]), priority=row["priority"], run_at=moment(row["run_at"]),
        attempts=row["attempts"], fence=row["fence"], phase=Phase(row["phase"]), cause=row["cause"],
        cause_params=document(row["cause_params"]), created_at=moment(row["created_at"]),
        settled_at=moment(row["settled_at"]) if row["settled_at"] else None,
        lease_until=moment(row["lease_until"]) if row["lease_until"] else None,
    )  # fmt: skip
