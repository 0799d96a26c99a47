"""Leases of lanes: one worker drives a connection; its fence tells old writes from new ones. Called by the worker."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from tillbridge.domain.errors import LeaseLost
from tillbridge.domain.lanes import Lane
from tillbridge.storage.counts import moved
from tillbridge.storage.database import Database

_TAKE = """
SELECT lane.connection_id, lane.fence FROM lane
WHERE (lane.lease_until IS NULL OR lane.lease_until < ? OR lane.lease_until > ? OR lane.owner = ?) {exclude}
  AND (EXISTS (SELECT 1 FROM job
     WHERE job.connection_id = lane.connection_id AND job.state = 'waiting' AND job.run_at <= ?)
    OR EXISTS (SELECT 1 FROM job WHERE job.connection_id = lane.connection_id AND job.state = 'running'))
ORDER BY (SELECT run_at FROM job WHERE job.connection_id = lane.connection_id AND job.state = 'waiting'
  ORDER BY priority, run_at, id LIMIT 1), lane.connection_id LIMIT 1 {lock}
"""
_INTERRUPT = """
UPDATE attempt SET ended_at = ?, outcome = 'interrupted' WHERE ended_at IS NULL AND job_id IN
 (SELECT id FROM job WHERE connection_id = ? AND state = 'running')
"""
_RETURN = """
UPDATE job SET state = 'waiting', run_at = ?, lease_until = NULL WHERE connection_id = ? AND state = 'running'
"""

_NO_LEASE_LASTS = 1800.0
"""Seconds. A lease that ends later was given by a clock that has been set back since; who is alive renews it soon."""


class LaneRepository:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def take(self, owner: str, now: datetime, seconds: float, exclude: Collection[UUID] = ()) -> Lane | None:
        """The free lane whose most urgent job waits longest, under a fence higher than any before.

        Jobs its last owner left running wait again, due now, with the phase they had reached.
        """
        return await self._db.whole(lambda: self._take(owner, now, seconds, exclude))

    async def _take(self, owner: str, now: datetime, seconds: float, exclude: Collection[UUID]) -> Lane | None:
        marks = ", ".join("?" for _ in exclude)
        sql = _TAKE.format(
            exclude=f"AND lane.connection_id NOT IN ({marks})" if exclude else "",
            lock="" if self._db.is_sqlite else "FOR UPDATE SKIP LOCKED",
        )
        beyond = now + timedelta(seconds=max(_NO_LEASE_LASTS, 3 * seconds))
        rows = await self._db.rows(sql, now, beyond, owner, *exclude, now)
        if not rows:
            return None
        lane = Lane(UUID(str(rows[0]["connection_id"])), owner, rows[0]["fence"] + 1, now + timedelta(seconds=seconds))
        await self._db.run(
            "UPDATE lane SET owner = ?, fence = ?, lease_until = ? WHERE connection_id = ?",
            owner, lane.fence, lane.lease_until, lane.connection_id,
        )  # fmt: skip
        await self._db.run(_INTERRUPT, now, lane.connection_id)
        left = await self._db.run(_RETURN, now, lane.connection_id)
        await moved(self._db, lane.connection_id, "running", "waiting", left)
        return lane

    async def renew(self, lane: Lane, now: datetime, seconds: float) -> Lane:
        """Hold on longer. Raises LeaseLost when somebody else took over."""
        until = now + timedelta(seconds=seconds)
        await self._update(lane, "lease_until = ?", until)
        return Lane(lane.connection_id, lane.owner, lane.fence, until)

    async def release(self, lane: Lane) -> None:
        """Give it back; a lane already lost stays as it is."""
        await self._db.run(
            "UPDATE lane SET owner = NULL, lease_until = NULL WHERE connection_id = ? AND fence = ?",
            lane.connection_id, lane.fence,
        )  # fmt: skip

    async def hold(self, lane: Lane) -> None:
        """Lock the lane for the running transaction. Raises LeaseLost when it is no longer ours."""
        await self._update(lane, "fence = fence")

    async def _update(self, lane: Lane, change: str, *values: object) -> None:
        touched = await self._db.rows(
            f"UPDATE lane SET {change} WHERE connection_id = ? AND fence = ? AND owner = ? RETURNING fence",
            *values, lane.connection_id, lane.fence, lane.owner,
        )  # fmt: skip
        if not touched:
            raise LeaseLost(what="the connection")
