"""What a job's timeline says about it: when it was sent, how often it waited. Handlers and the worker ask here."""

from __future__ import annotations

from datetime import datetime

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import BreakerState
from tillbridge.domain.errors import Handling
from tillbridge.domain.jobs import Attempt, Phase
from tillbridge.domain.specs import PlatformSpec
from tillbridge.storage import Storage
from tillbridge.sync.settle import Circumstances
from tillbridge.sync.tasks import Task


async def circumstances(storage: Storage, task: Task, spec: PlatformSpec, clock: Clock) -> Circumstances:
    """The job as the database has it now, which may be further than the copy that was claimed."""
    job = await storage.jobs.get(task.job.id) or task.job
    attempts = await storage.jobs.attempts(job.id)
    connection = await storage.connections.get(task.connection.id)
    return Circumstances(
        now=clock.now(),
        attempts=job.attempts,
        phase=job.phase,
        sent_at=_sent_at(attempts) if job.phase is not Phase.NOT_SENT else None,
        waits=_waits(attempts),
        unavailable=connection.breaker is not BreakerState.CLOSED,
        look_up_wait=spec.look_up.wait,
    )


def _sent_at(attempts: tuple[Attempt, ...]) -> datetime | None:
    """When the newest change went out: a certain "not there" stands between it and any earlier one."""
    return max((each.sent_at for each in attempts if each.sent_at is not None), default=None)


def _waits(attempts: tuple[Attempt, ...]) -> int:
    """How often in a row the newest attempts were asked to slow down."""
    count = 0
    for each in sorted(attempts, key=lambda one: one.number, reverse=True):
        if each.outcome and each.handling is not Handling.WAIT:
            break
        count += bool(each.outcome)
    return count
