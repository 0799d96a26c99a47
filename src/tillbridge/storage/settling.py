"""What workers write about claimed jobs, many at once behind their fences: about to send, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.errors import ErrorCard, Handling, LeaseLost
from tillbridge.domain.jobs import Job, JobState, Phase
from tillbridge.storage.changes import TOLD, Changes, noted_from
from tillbridge.storage.counts import counted_from, moved_all
from tillbridge.storage.database import Database
from tillbridge.storage.sets import given, rows_for, table_of

_KEY = {"job_id": "id", "fence": "number"}
_SENDING = {**_KEY, "sent_at": "time", "action": "text", "idempotency_key": "text", "body": "text"}
_ENDING = {
    **_KEY, "state": "text", "phase": "text", "run_at": "time", "unspent": "number", "cause": "text",
    "cause_params": "json", "settled_at": "time",
}  # fmt: skip
_ENDED = {
    **_KEY, "phase": "text", "ended_at": "time", "outcome": "text", "handling": "text", "error": "json",
    "request_id": "text", "action": "text",
}  # fmt: skip
_WHOLE_END = {**_ENDING, **_ENDED}

_OURS = "WHERE job.id = v.job_id AND job.fence = v.fence AND job.state = 'running' RETURNING job.id"
_OF_ATTEMPT = "WHERE attempt.job_id = v.job_id AND attempt.fence = v.fence"
_MARK_JOB = "UPDATE job SET phase = 'sending'"
_MARK_ATTEMPT = (
    "UPDATE attempt SET phase = 'sending', sent_at = v.sent_at, action = v.action, "
    "idempotency_key = v.idempotency_key, body = v.body"
)
_END_JOB = (
    "UPDATE job SET state = v.state, phase = v.phase, run_at = v.run_at, attempts = attempts - v.unspent, "
    "cause = v.cause, cause_params = v.cause_params, settled_at = v.settled_at, lease_until = NULL"
)
_END_ATTEMPT = (
    "UPDATE attempt SET phase = CASE WHEN attempt.sent_at IS NULL THEN attempt.phase ELSE v.phase END, "
    "ended_at = v.ended_at, outcome = v.outcome, handling = v.handling, error = v.error, "
    "request_id = v.request_id, action = CASE WHEN v.action = '' THEN attempt.action ELSE v.action END"
)
_FROM_OURS = f"FROM v JOIN ours ON ours.id = v.job_id {_OF_ATTEMPT}"
_MARK_AT_ONCE = f"""
WITH {given(_SENDING)}, ours AS ({_MARK_JOB} FROM v {_OURS}), tried AS ({_MARK_ATTEMPT} {_FROM_OURS})
SELECT id FROM ours
"""
_END_AT_ONCE = f"""
WITH {given(_WHOLE_END)}, ours AS ({_END_JOB} FROM v {_OURS}, job.connection_id, job.state),
tried AS ({_END_ATTEMPT} {_FROM_OURS}), {counted_from("ours", before="running")}, {noted_from("ours")}
SELECT id, {TOLD} FROM ours
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A job about to be sent, with the key and the exact body."""

    job: Job
    at: datetime
    action: str
    idempotency_key: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What became of a claimed job. ``spent``: the try counts as an attempt."""

    job: Job
    state: JobState
    phase: Phase
    spent: bool
    at: datetime
    outcome: str
    action: str = ""
    run_at: datetime | None = None
    cause: str = ""
    cause_params: Mapping[str, str] = field(default_factory=dict)
    handling: Handling | None = None
    error: ErrorCard | None = None
    request_id: str = ""


class Settling:
    """Whoever takes a lane over returns its running jobs in the same transaction, so a job's fence tells whose it is.

    Call all of it inside a transaction. What is no longer ours is answered with LeaseLost and nothing is written of it.
    """

    def __init__(self, database: Database, changes: Changes) -> None:
        self._db, self._changes = database, changes
        self._mark_jobs = f"{_MARK_JOB} FROM {table_of(database, _KEY)} {_OURS}"
        self._mark_attempts = f"{_MARK_ATTEMPT} FROM {table_of(database, _SENDING)} {_OF_ATTEMPT}"
        self._end_jobs = f"{_END_JOB} FROM {table_of(database, _ENDING)} {_OURS}"
        self._end_attempts = f"{_END_ATTEMPT} FROM {table_of(database, _ENDED)} {_OF_ATTEMPT}"
        self._same_end = (
            f"SELECT v.job_id AS id FROM attempt, {table_of(database, _ENDED)} {_OF_ATTEMPT} "
            "AND attempt.ended_at = v.ended_at AND attempt.outcome = v.outcome"
        )

    async def mark(self, sendings: Sequence[Sending]) -> Sequence[Exception | None]:
        """Jobs and their attempts say "about to send"."""
        rows = [
            {**_key(each.job), "sent_at": each.at, "action": each.action, "idempotency_key": each.idempotency_key,
             "body": each.body}
            for each in sendings
        ]  # fmt: skip
        if not self._db.is_sqlite:
            return _lost(sendings, await self._ids(_MARK_AT_ONCE, _SENDING, rows))
        ours = await self._ids(self._mark_jobs, _KEY, rows)
        await self._write(self._mark_attempts, _SENDING, [row for row in rows if row["job_id"] in ours])
        return _lost(sendings, ours)

    async def end(self, endings: Sequence[Ending]) -> Sequence[Exception | None]:
        """Jobs, their attempts, the counters and the feed of changes. The same ending twice is the same as once."""
        if self._db.is_sqlite:
            ours = await self._end_stepwise(endings)
        else:
            rows = [{**_ending(each), **_ended(each)} for each in endings]
            ours = await self._ids(_END_AT_ONCE, _WHOLE_END, rows)
        if missing := [each for each in endings if each.job.id not in ours]:
            ours |= await self._ids(self._same_end, _ENDED, [_ended(each) for each in missing])
        return _lost(endings, ours)

    async def _end_stepwise(self, endings: Sequence[Ending]) -> set[UUID]:
        ours = await self._ids(self._end_jobs, _ENDING, [_ending(each) for each in endings])
        kept = [each for each in endings if each.job.id in ours]
        await self._write(self._end_attempts, _ENDED, [_ended(each) for each in kept])
        counted = Counter((each.job.connection_id, each.state.value) for each in kept)
        await moved_all(self._db, "running", counted)
        if kept:
            await self._changes.note("job", kept[0].job.id)
        return ours

    async def _ids(self, sql: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
        found = await self._db.rows(sql, rows_for(self._db, columns, rows))
        return {UUID(str(each["id"])) for each in found}

    async def _write(self, sql: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            await self._db.run(sql, rows_for(self._db, columns, rows))


def _lost(entries: Sequence[Sending] | Sequence[Ending], ours: set[UUID]) -> Sequence[Exception | None]:
    return [None if each.job.id in ours else LeaseLost(what="the job") for each in entries]


def _key(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "fence": job.fence}


def _ending(each: Ending) -> dict[str, Any]:
    done = each.state in (JobState.SUCCEEDED, JobState.CANCELLED)
    return {
        **_key(each.job), "state": each.state.value, "phase": each.phase.value,
        "run_at": each.run_at or each.job.run_at, "unspent": 0 if each.spent else 1, "cause": each.cause,
        "cause_params": dict(each.cause_params), "settled_at": each.at if done else None,
    }  # fmt: skip


def _ended(each: Ending) -> dict[str, Any]:
    return {
        **_key(each.job), "phase": each.phase.value, "ended_at": each.at, "outcome": each.outcome,
        "handling": each.handling.value if each.handling else None, "error": card_in(each.error),
        "request_id": each.request_id[:255], "action": each.action,
    }  # fmt: skip


def card_in(card: ErrorCard | None) -> dict[str, str] | None:
    """An error card as its document."""
    if card is None:
        return None
    return {
        "title": card.title, "explanation": card.explanation, "who": card.who.value, "next_step": card.next_step,
    }  # fmt: skip
