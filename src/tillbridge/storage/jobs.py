"""The durable queue: adding, claiming under a lane, marking what is about to be sent, and settling behind the fence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.errors import ErrorCard, Handling, InvalidInput, LeaseLost, NotFound, Who
from tillbridge.domain.jobs import Attempt, Job, JobKind, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.storage.changes import Changes
from tillbridge.storage.counts import added, moved
from tillbridge.storage.database import Database
from tillbridge.storage.documents import moment
from tillbridge.storage.lanes import LaneRepository
from tillbridge.storage.schema import AttemptRow, JobRow
from tillbridge.storage.together import Together

_OPEN = (JobState.WAITING.value, JobState.RUNNING.value, JobState.PARKED.value)

_CLAIM = """
UPDATE job SET state = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = ? WHERE id IN
 (SELECT id FROM job WHERE connection_id = ? AND state = 'waiting' AND run_at <= ?
  ORDER BY priority, run_at, id LIMIT ?)
RETURNING id
"""

_SENDING = """
UPDATE attempt SET phase = 'sending', sent_at = ?, action = ?, idempotency_key = ?, body = ?
WHERE job_id = ? AND fence = ?
"""
_ENDED = """
UPDATE attempt SET phase = CASE WHEN sent_at IS NULL THEN phase ELSE ? END, ended_at = ?, outcome = ?, handling = ?,
 error = ?, request_id = ?, action = CASE WHEN CAST(? AS VARCHAR(40)) = '' THEN action ELSE ? END
WHERE job_id = ? AND fence = ?
"""

# a sale that is tried again is on its way again; one whose outcome is unknown stays so until it is looked up
_REOPEN = """
UPDATE delivery SET status = 'syncing', updated_at = ? WHERE status = 'failed' AND connection_id = ? AND sale_id IN
 (SELECT subject_id FROM job WHERE connection_id = ? AND state = 'parked' AND cause = ? AND kind = 'push_order')
"""

# the state stands in the text, since a partial index serves no parameter; lanes are few, their jobs many
_NEXT_DUE = """
SELECT run_at FROM (SELECT (SELECT run_at FROM job WHERE job.connection_id = lane.connection_id AND state = 'waiting'
 ORDER BY run_at LIMIT 1) AS run_at FROM lane {exclude}) AS heads WHERE run_at IS NOT NULL
"""


class JobRepository:
    def __init__(self, database: Database, changes: Changes, lanes: LaneRepository, together: Together) -> None:
        self._db, self._changes, self._lanes, self._together = database, changes, lanes, together

    async def add(self, jobs: Sequence[Job]) -> None:
        """Join the caller's transaction, so that a sale and its jobs are there together or not at all."""
        if not jobs:
            return
        counted = Counter((each.connection_id, each.state.value) for each in jobs)
        async with self._db.transaction():
            await JobRow.bulk_create([JobRow(**_values(each)) for each in jobs], batch_size=1000)
            for (connection_id, state), count in sorted(counted.items()):
                await added(self._db, connection_id, state, count)
            await self._changes.note("job", jobs[0].id)

    async def get(self, job_id: UUID) -> Job | None:
        row = await JobRow.get_or_none(id=job_id)
        return None if row is None else _job(row)

    async def of_sale(self, sale_id: UUID, connection_id: UUID | None = None) -> tuple[Job, ...]:
        rows = JobRow.filter(subject_id=sale_id)
        rows = rows.filter(connection_id=connection_id) if connection_id else rows
        return tuple([_job(row) for row in await rows.order_by("id")])

    async def unfinished(self, connection_id: UUID, kind: JobKind) -> int:
        """How many jobs of a kind are not done yet."""
        return await JobRow.filter(connection_id=connection_id, kind=kind.value, state__in=_OPEN).count()

    async def next_due(self, exclude: Sequence[UUID] | frozenset[UUID] | set[UUID] = ()) -> datetime | None:
        """When the next waiting job of other connections is due."""
        marks = ", ".join("?" for _ in exclude)
        sql = _NEXT_DUE.format(exclude=f"WHERE connection_id NOT IN ({marks})" if exclude else "")
        rows = await self._db.rows(f"{sql} ORDER BY 1 LIMIT 1", *exclude)
        return moment(rows[0]["run_at"]) if rows else None

    async def claim(self, lane: Lane, limit: int, now: datetime) -> list[Job]:
        """Up to ``limit`` due jobs, most urgent first, each with a new attempt. Raises LeaseLost."""
        return await self._db.whole(lambda: self._claim(lane, limit, now))

    async def _claim(self, lane: Lane, limit: int, now: datetime) -> list[Job]:
        await self._lanes.hold(lane)
        rows = await self._db.rows(_CLAIM, lane.lease_until, lane.connection_id, now, limit)
        if not rows:
            return []
        found = await JobRow.filter(id__in=[UUID(str(row["id"])) for row in rows])
        jobs = sorted((_job(row) for row in found), key=lambda each: (each.priority, each.run_at, each.id))
        await AttemptRow.bulk_create([_new_attempt(each, now) for each in jobs])
        await moved(self._db, lane.connection_id, "waiting", "running", len(jobs))
        await self._changes.note("job", jobs[0].id)
        return jobs

    async def mark_sending(
        self, job: Job, lane: Lane, *, action: str, idempotency_key: str, body: str, now: datetime
    ) -> None:
        """Make "about to send" durable, with the exact body. Raises LeaseLost: then nothing may be sent."""

        async def mark() -> None:
            await self._fenced(job, "phase = 'sending'")
            await self._db.run(_SENDING, now, action, idempotency_key, body, job.id, job.fence)

        await self._together.run(mark)

    async def settle(
        self,
        job: Job,
        lane: Lane,
        *,
        state: JobState,
        phase: Phase,
        spent: bool,
        now: datetime,
        outcome: str,
        action: str = "",
        run_at: datetime | None = None,
        cause: str = "",
        cause_params: Mapping[str, str] | None = None,
        handling: Handling | None = None,
        error: ErrorCard | None = None,
        request_id: str = "",
    ) -> None:
        """Write what became of a claimed job and close its attempt. Raises LeaseLost and writes nothing."""
        done = state in (JobState.SUCCEEDED, JobState.CANCELLED)
        async with self._db.transaction():
            await self._fenced(
                job,
                "state = ?, phase = ?, run_at = ?, attempts = attempts - ?, cause = ?, cause_params = ?, "
                "settled_at = ?, lease_until = NULL",
                state.value, phase.value, run_at or job.run_at, 0 if spent else 1, cause,
                json.dumps(dict(cause_params or {})), now if done else None,
            )  # fmt: skip
            await self._db.run(
                _ENDED, phase.value, now, outcome, handling.value if handling else None, _card_in(error),
                request_id[:255], action, action, job.id, job.fence,
            )  # fmt: skip
            await moved(self._db, job.connection_id, "running", state.value, 1)
            await self._changes.note("job", job.id)

    async def _fenced(self, job: Job, change: str, *values: Any) -> None:
        """Whoever takes a lane over returns its running jobs in the same transaction, so the job's fence tells."""
        rows = await self._db.rows(
            f"UPDATE job SET {change} WHERE id = ? AND fence = ? AND state = 'running' RETURNING id",
            *values, job.id, job.fence,
        )  # fmt: skip
        if not rows:
            raise LeaseLost(what="the job")

    async def attempts(self, job_id: UUID) -> tuple[Attempt, ...]:
        """All tries, oldest first."""
        return tuple(_attempt(row) for row in await AttemptRow.filter(job_id=job_id).order_by("id"))

    async def tries(self, sale_ids: Sequence[UUID]) -> Mapping[tuple[UUID, UUID], int]:
        """How often something was tried, by sale and connection; counted at once for all of them."""
        if not sale_ids:
            return {}
        rows = await self._db.rows(
            "SELECT job.subject_id, job.connection_id, count(*) AS n FROM job JOIN attempt ON attempt.job_id = job.id "
            f"WHERE job.subject_id IN ({', '.join('?' for _ in sale_ids)}) GROUP BY job.subject_id, job.connection_id",
            *sale_ids,
        )
        return {(UUID(str(row["subject_id"])), UUID(str(row["connection_id"]))): int(row["n"]) for row in rows}

    async def retry(self, job_id: UUID, now: datetime) -> None:
        """A parked, waiting or failed job runs again at once, with all its attempts."""
        job = await self._known(job_id)
        if job.state not in (JobState.PARKED, JobState.WAITING):
            raise InvalidInput(field="job", reason=f"it is {job.state.value}")
        await self._restart(job.connection_id, now, job.state, "id = ?", job_id)

    async def retry_alike(self, cause: str, connection_id: UUID, now: datetime) -> int:
        """All parked jobs of a cause and connection run again; how many. Done in the database, however many."""
        async with self._db.transaction():
            await self._db.run(_REOPEN, now, connection_id, connection_id, cause)
            return await self._restart(connection_id, now, JobState.PARKED, "cause = ?", cause)

    async def _restart(self, connection_id: UUID, now: datetime, state: JobState, where: str, *values: Any) -> int:
        """Make jobs of one connection and state wait, due now."""
        change = "UPDATE job SET state = 'waiting', run_at = ?, attempts = 0"
        sql = f"{change} WHERE connection_id = ? AND state = ? AND {where}"
        async with self._db.transaction():
            count = await self._db.run(sql, now, connection_id, state.value, *values)
            await moved(self._db, connection_id, state.value, "waiting", count)
            if count:
                await self._changes.note("job", connection_id)
        return count

    async def cancel(self, job_id: UUID, now: datetime) -> Job:
        """Give a job up; one that is running cannot be. Answers it as it was."""
        return await self._end(job_id, JobState.CANCELLED, now)

    async def call_done(self, job_id: UUID, now: datetime) -> Job:
        """A person says the work is done; a running job cannot be ended so. Answers it as it was."""
        return await self._end(job_id, JobState.SUCCEEDED, now)

    async def _end(self, job_id: UUID, state: JobState, now: datetime) -> Job:
        async with self._db.transaction():
            job = await self._known(job_id)
            touched = job.state in (JobState.WAITING, JobState.PARKED) and await JobRow.filter(
                id=job_id, state=job.state.value
            ).update(state=state.value, settled_at=now)
            if not touched:
                raise InvalidInput(field="job", reason=f"it is {job.state.value}")
            await moved(self._db, job.connection_id, job.state.value, state.value, 1)
            await self._changes.note("job", job_id)
        return job

    async def give_up_all(self, connection_id: UUID, now: datetime) -> tuple[Job, ...]:
        """Cancel everything open of a connection that goes away, running jobs too; answers them as they were."""
        async with self._db.transaction():
            rows = await JobRow.filter(connection_id=connection_id, state__in=_OPEN).order_by("id")
            jobs = tuple(_job(row) for row in rows)
            for state, count in sorted(Counter(each.state.value for each in jobs).items()):
                await JobRow.filter(connection_id=connection_id, state=state).update(
                    state=JobState.CANCELLED.value, settled_at=now
                )
                await moved(self._db, connection_id, state, "cancelled", count)
            if jobs:
                await self._changes.note("job", jobs[0].id)
        return jobs

    async def _known(self, job_id: UUID) -> Job:
        job = await self.get(job_id)
        if job is None:
            raise NotFound(what="job", name=job_id)
        return job


def _values(job: Job) -> dict[str, Any]:
    return {
        "id": job.id, "connection_id": job.connection_id, "kind": job.kind.value, "state": job.state.value,
        "subject_id": job.subject_id, "payload": dict(job.payload), "priority": job.priority, "run_at": job.run_at,
        "attempts": job.attempts, "fence": job.fence, "phase": job.phase.value, "cause": job.cause,
        "cause_params": dict(job.cause_params), "created_at": job.created_at, "settled_at": job.settled_at,
        "lease_until": job.lease_until,
    }  # fmt: skip


def _job(row: JobRow) -> Job:
    return Job(
        id=row.id, connection_id=UUID(str(row.connection_id)), kind=JobKind(row.kind), state=JobState(row.state),
        subject_id=UUID(str(row.subject_id)) if row.subject_id else None, payload=row.payload, priority=row.priority,
        run_at=row.run_at, attempts=row.attempts, fence=row.fence, phase=Phase(row.phase), cause=row.cause,
        cause_params=row.cause_params, created_at=row.created_at, settled_at=row.settled_at,
        lease_until=row.lease_until,
    )  # fmt: skip


def _new_attempt(job: Job, now: datetime) -> AttemptRow:
    return AttemptRow(
        job_id=job.id, number=job.attempts, fence=job.fence, began_at=now, phase=Phase.NOT_SENT.value, action="",
        outcome="", request_id="", idempotency_key="", body="",
    )  # fmt: skip


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        number=row.number, began_at=row.began_at, ended_at=row.ended_at, phase=Phase(row.phase), action=row.action,
        outcome=row.outcome, handling=Handling(row.handling) if row.handling else None, error=_card_out(row.error),
        request_id=row.request_id, idempotency_key=row.idempotency_key, sent_at=row.sent_at,
        body=row.body,
    )  # fmt: skip


def _card_in(card: ErrorCard | None) -> str | None:
    if card is None:
        return None
    return json.dumps({
        "title": card.title, "explanation": card.explanation, "who": card.who.value, "next_step": card.next_step,
    })  # fmt: skip


def _card_out(document: dict[str, Any] | None) -> ErrorCard | None:
    if document is None:
        return None
    return ErrorCard(document["title"], document["explanation"], Who(document["who"]), document["next_step"])
