"""What a handler gets and gives: a claimed job with its connection in, a settlement and what to write with it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tillbridge.domain.connections import Connection
from tillbridge.domain.events import Event
from tillbridge.domain.jobs import Job, JobKind
from tillbridge.domain.specs import PlatformSpec
from tillbridge.platforms.contract import OrderService
from tillbridge.storage import Lane
from tillbridge.sync.settle import Settlement


@dataclass(frozen=True, slots=True)
class Task:
    """A job claimed under ``lane`` for ``connection``. Writes carry the lane's fence."""

    job: Job
    lane: Lane
    connection: Connection


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
