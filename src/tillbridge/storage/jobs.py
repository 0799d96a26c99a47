"""The durable queue: adding, claiming under a lane, marking what is about to be sent, and settling behind the fence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.errors import ErrorCard, Handling, InvalidInput, NotFound, Who
from tillbridge.domain.jobs import Attempt, Job, JobKind, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.storage.changes import TOLD, Changes, noted_from
from tillbridge.storage.claiming import COLUMNS, Claiming
from tillbridge.storage.counts import added, counted_from, moved
from tillbridge.storage.database import Database
from tillbridge.storage.documents import moment
from tillbridge.storage.lanes import LaneRepository
from tillbridge.storage.schema import AttemptRow, JobRow
from tillbridge.storage.sets import given, rows_for, table_of
from tillbridge.storage.settling import Ending, Sending, Settling
from tillbridge.storage.together import Together

Also = Callable[[], Awaitable[None]]
_OPEN = (JobState.WAITING.value, JobState.RUNNING.value, JobState.PARKED.value)

_ADD = f"INSERT INTO job ({', '.join(COLUMNS)}) SELECT {', '.join(f'v.{name}' for name in COLUMNS)}"
_ADD_AT_ONCE = f"""
WITH {given(COLUMNS)}, made_jobs AS ({_ADD} FROM v RETURNING id, connection_id, state),
{counted_from("made_jobs")}, {noted_from("made_jobs")} SELECT {TOLD}
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
        self._db, self._changes, self._together = database, changes, together
        self._settling = Settling(database, changes)
        self._claiming = Claiming(database, changes, lanes)

    async def add(self, jobs: Sequence[Job]) -> None:
        """Join the caller's transaction, so that a sale and its jobs are there together or not at all."""
        if jobs:
            step = self._add_stepwise if self._db.is_sqlite else self._add_in_one_statement
            await self._db.at_once(lambda: step(jobs))

    async def _add_in_one_statement(self, jobs: Sequence[Job]) -> None:
        await self._db.rows(_ADD_AT_ONCE, rows_for(self._db, COLUMNS, [_values(each) for each in jobs]))

    async def _add_stepwise(self, jobs: Sequence[Job]) -> None:
        add = f"{_ADD} FROM {table_of(self._db, COLUMNS)}"
        await self._db.run(add, rows_for(self._db, COLUMNS, [_values(each) for each in jobs]))
        counted = Counter((each.connection_id, each.state.value) for each in jobs)
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
        return await self._claiming.claim(lane, limit, now)

    async def mark_sending(
        self,
        job: Job,
        lane: Lane,
        *,
        action: str,
        idempotency_key: str,
        body: str,
        now: datetime,
        also: Also | None = None,
    ) -> None:
        """Make "about to send" durable, with the exact body. Raises LeaseLost: then nothing may be sent.

        ``also`` is written in the same transaction; it may run twice when PostgreSQL restarts.
        """
        sending = Sending(job=job, at=now, action=action, idempotency_key=idempotency_key, body=body)
        await self._together.write(self._settling.mark, sending, also)

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
        also: Also | None = None,
    ) -> None:
        """Write what became of a claimed job and close its attempt. Raises LeaseLost and writes nothing.

        ``also``: its consequences, in the same transaction; it may run twice when PostgreSQL restarts.
        """
        ending = Ending(
            job=job, state=state, phase=phase, spent=spent, at=now, outcome=outcome, action=action, run_at=run_at,
            cause=cause, cause_params=cause_params or {}, handling=handling, error=error, request_id=request_id,
        )  # fmt: skip
        await self._together.write(self._settling.end, ending, also)

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

    async def unsent(self, kind: JobKind) -> tuple[Job, ...]:
        """Open jobs of a kind that nothing was sent of."""
        rows = JobRow.filter(kind=kind.value, phase=Phase.NOT_SENT.value, state__in=_OPEN)
        return tuple([_job(row) for row in await rows.order_by("id")])

    async def park(self, job: Job, cause: str, params: Mapping[str, str]) -> None:
        """Let a person decide about a job that nobody runs. Raises InvalidInput when it moved meanwhile."""
        async with self._db.transaction():
            still_so = JobRow.filter(id=job.id, state=job.state.value, fence=job.fence)
            parked = JobState.PARKED.value
            if not await still_so.update(state=parked, cause=cause, cause_params=dict(params), lease_until=None):
                raise InvalidInput(field="job", reason="it moved meanwhile")
            await moved(self._db, job.connection_id, job.state.value, parked, 1)
            await self._changes.note("job", job.id)

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


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        number=row.number, began_at=row.began_at, ended_at=row.ended_at, phase=Phase(row.phase), action=row.action,
        outcome=row.outcome, handling=Handling(row.handling) if row.handling else None, error=_card_out(row.error),
        request_id=row.request_id, idempotency_key=row.idempotency_key, sent_at=row.sent_at, body=row.body,
    )  # fmt: skip


def _card_out(document: dict[str, Any] | None) -> ErrorCard | None:
    if document is None:
        return None
    return ErrorCard(document["title"], document["explanation"], Who(document["who"]), document["next_step"])
