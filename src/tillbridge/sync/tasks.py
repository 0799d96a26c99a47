"""What a handler gets and gives: a claimed job with its connection in, a settlement and what to write with it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tillbridge.domain.connections import Connection
from tillbridge.domain.events import Event
from tillbridge.domain.jobs import Job, JobKind
from tillbridge.domain.specs import PlatformSpec
from tillbridge.platforms.contract import OrderService
from tillbridge.storage import Lane
from tillbridge.sync.settle import Settlement
from tillbridge.sync.turns import GoodsTurns


@dataclass(frozen=True, slots=True)
class Task:
    """A job claimed under ``lane`` for ``connection``. Writes carry the lane's fence; ``turns`` are the lane's."""

    job: Job
    lane: Lane
    connection: Connection
    turns: GoodsTurns = field(default_factory=GoodsTurns)


async def nothing() -> None:
    """No further writes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``write`` runs in the transaction that settles the job: both happen or neither."""

    settlement: Settlement
    write: Callable[[], Awaitable[None]] = nothing


Handler = Callable[[Task], Awaitable[Outcome]]
Handlers = Mapping[JobKind, Handler]
Publish = Callable[[Event], None]
SpecOf = Callable[[Connection], PlatformSpec]
OrderServiceFactory = Callable[[Connection], Awaitable[OrderService]]


def subject(task: Task) -> UUID:
    """The sale a job is about. A job of an order kind without one cannot be made."""
    if task.job.subject_id is None:
        raise ValueError(f"job {task.job.id} has no sale")
    return task.job.subject_id
