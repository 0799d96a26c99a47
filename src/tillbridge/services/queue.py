"""The queue as people see and steer it: a window over the database, a job in detail, retry, give up, accept.

Screens and the command line call QueueService; it never loads more than the page asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import ErrorCard, InvalidInput, NotFound
from tillbridge.domain.jobs import Attempt, Job, JobKind, JobState, Phase
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.queue import JobKey, QueueFilter, QueueRow
from tillbridge.storage import Storage
from tillbridge.sync.lanes import is_held
from tillbridge.sync.settle import card_for
from tillbridge.sync.tasks import SpecOf

Direction = Literal["forward", "backward"]
_TOTALS = "error.totals_disagree"
_CALLS_PER_JOB, _POINTS_PER_JOB = 3.0, 15.0


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows in display order, newest first."""

    rows: tuple[QueueRow, ...]


@dataclass(frozen=True, slots=True)
class JobDetail:
    """A job with its timeline; ``card`` says what stopped it, ``choices`` what a person may do."""

    job: Job
    row: QueueRow
    attempts: tuple[Attempt, ...]
    card: ErrorCard | None
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """Counts over all connections and of each by name; ``finish_at`` is an estimate, None when nothing drains."""

    waiting: int
    running: int
    parked: int
    succeeded: int
    by_connection: Mapping[str, Mapping[JobState, int]]
    finish_at: datetime | None


class QueueService:
    def __init__(self, storage: Storage, clock: Clock, spec_of: SpecOf) -> None:
        self._storage, self._clock, self._spec_of = storage, clock, spec_of

    async def window(
        self,
        wanted: QueueFilter,
        anchor: JobKey | None,
        direction: Direction = "forward",
        limit: int = 64,
        skip: int = 0,
    ) -> QueuePage:
        """The rows after ``anchor``, or before it when ``direction`` is "backward"; ``skip`` leaves out the nearest."""
        backward = direction == "backward"
        page = self._storage.queue.page(wanted, anchor=anchor, backward=backward, offset=skip, limit=limit)
        return QueuePage(await page)

    async def count(self, wanted: QueueFilter) -> int:
        return await self._storage.queue.count(wanted)

    async def rank(self, wanted: QueueFilter, key: JobKey) -> int:
        """How many rows stand before a key."""
        return await self._storage.queue.rank(wanted, key)

    async def causes(self) -> Mapping[str, int]:
        """Parked jobs by cause."""
        return await self._storage.queue.causes()

    async def detail(self, job_id: UUID) -> JobDetail:
        """Raises NotFound."""
        job, row = await self._storage.jobs.get(job_id), await self._storage.queue.row(job_id)
        if job is None or row is None:
            raise NotFound(what="job", name=job_id)
        attempts = await self._storage.jobs.attempts(job_id)
        return JobDetail(job, row, attempts, _card(job, attempts), _choices(job, await self._delivery(job)))

    async def retry(self, job_id: UUID, actor: Actor) -> None:
        """Run it again at once, with all its attempts; what was sent is looked up first."""
        job = await self._known(job_id)
        async with self._storage.transaction():
            await self._storage.jobs.retry(job_id, self._clock.now())
            await self._reopen(job)
            await self._audit(actor, "queue.audit.retried", job)

    async def retry_alike(self, job_id: UUID, actor: Actor) -> int:
        """All parked jobs of the same cause and connection again; how many."""
        job = await self._known(job_id)
        async with self._storage.transaction():
            count = await self._storage.jobs.retry_alike(job.cause, job.connection_id, self._clock.now())
            await self._audit(actor, "queue.audit.retried_alike", job, count=str(count))
        return count

    async def cancel(self, job_id: UUID, actor: Actor) -> None:
        """Give a job up: its sale stays at the till only. Raises InvalidInput for one that is running or done."""
        async with self._storage.transaction():
            job = await self._storage.jobs.cancel(job_id, self._clock.now())
            await self._change_delivery(job, lambda each: _given_up(each, job))
            await self._audit(actor, "queue.audit.cancelled", job)

    async def accept(self, job_id: UUID, actor: Actor) -> None:
        """Call a sale synced although the platform shows another total. Raises InvalidInput for any other job."""
        async with self._storage.transaction():
            job = await self._known(job_id)
            delivery = await self._delivery(job)
            if delivery is None or "accept" not in _choices(job, delivery):
                raise InvalidInput(field="job", reason="there is no total to accept")
            await self._storage.jobs.call_done(job_id, self._clock.now())
            accepted = partial(replace, status=OrderStatus.SYNCED, reason="queue.total_accepted")
            await self._change_delivery(job, accepted)
            await self._audit(actor, "queue.audit.accepted", job, **dict(job.cause_params))

    async def summary(self) -> QueueSummary:
        """Read from counters, however long the queue."""
        counts = await self._storage.queue.counts()
        connections = await self._storage.connections.all()
        by_connection = {
            each.name: {state: jobs for (id_, state), jobs in counts.items() if id_ == each.id} for each in connections
        }
        sums = {state: sum(jobs for (_, each), jobs in counts.items() if each is state) for state in JobState}
        return QueueSummary(
            waiting=sums[JobState.WAITING],
            running=sums[JobState.RUNNING],
            parked=sums[JobState.PARKED],
            succeeded=sums[JobState.SUCCEEDED],
            by_connection=by_connection,
            finish_at=self._finish_at(connections, by_connection),
        )

    def _finish_at(
        self, connections: tuple[Connection, ...], counts: Mapping[str, Mapping[JobState, int]]
    ) -> datetime | None:
        """When the slowest working connection is through at the pace its platform permits."""
        now = self._clock.now()
        longest = 0.0
        for each in connections:
            jobs = counts[each.name].get(JobState.WAITING, 0) + counts[each.name].get(JobState.RUNNING, 0)
            if jobs and not is_held(each, now):
                limits = self._spec_of(each).limits
                cost = _POINTS_PER_JOB if limits.cost_based else _CALLS_PER_JOB
                longest = max(longest, jobs * cost / limits.restore_per_second)
        return now + timedelta(seconds=longest) if longest else None

    async def _known(self, job_id: UUID) -> Job:
        job = await self._storage.jobs.get(job_id)
        if job is None:
            raise NotFound(what="job", name=job_id)
        return job

    async def _reopen(self, job: Job) -> None:
        """A sale that is tried again is on its way again; one whose outcome is unknown stays so until looked up."""
        await self._change_delivery(job, _reopened)

    async def _delivery(self, job: Job) -> Delivery | None:
        if job.subject_id is None or job.kind is not JobKind.PUSH_ORDER:
            return None
        return await self._storage.sales.delivery(job.subject_id, job.connection_id)

    async def _change_delivery(self, job: Job, change: Callable[[Delivery], Delivery]) -> None:
        """For jobs that push a sale; an unchanged delivery keeps its time."""

        def dated(before: Delivery) -> Delivery:
            after = change(before)
            return before if after == before else replace(after, updated_at=self._clock.now())

        if job.subject_id is not None and job.kind is JobKind.PUSH_ORDER:
            await self._storage.sales.change_delivery(job.subject_id, job.connection_id, dated)

    async def _audit(self, actor: Actor, message_id: str, job: Job, **more: str) -> None:
        connection = await self._storage.connections.get(job.connection_id)
        params = {"connection": connection.name, "kind": job.kind.value, "cause": job.cause, **more}
        await self._storage.audit.add(AuditEntry(self._clock.now(), actor, message_id, params, str(job.id)))


def _reopened(delivery: Delivery) -> Delivery:
    return replace(delivery, status=OrderStatus.SYNCING) if delivery.status is OrderStatus.FAILED else delivery


def _given_up(delivery: Delivery, job: Job) -> Delivery:
    """One that was sent and never found stays unknown: it may be there."""
    if delivery.status is OrderStatus.SYNCED:
        return delivery
    sent = job.phase is not Phase.NOT_SENT and not delivery.platform_order_id
    status = OrderStatus.UNKNOWN if sent else OrderStatus.FAILED
    return replace(delivery, status=status, reason=delivery.reason or "queue.given_up")


def _card(job: Job, attempts: tuple[Attempt, ...]) -> ErrorCard | None:
    """What the newest try that failed said; a job parked before any try has its reason's own card."""
    if not job.cause or job.state in (JobState.SUCCEEDED, JobState.CANCELLED):
        return None
    told = next((each.error for each in reversed(attempts) if each.error is not None), None)
    return told or card_for(job.cause, job.cause_params)


def _choices(job: Job, delivery: Delivery | None) -> tuple[str, ...]:
    """A total is accepted only where the store shows the order with it; some refuse to place it."""
    if job.state is JobState.PARKED:
        placed = delivery is not None and bool(delivery.platform_order_id)
        return ("retry", "accept", "cancel") if job.cause == _TOTALS and placed else ("retry", "cancel")
    return ("retry", "cancel") if job.state is JobState.WAITING else ()
