"""The queue as screens and verbs look at it: a filter, a row, and the key rows are ordered by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tillbridge.domain.jobs import JobKind, JobState, Phase


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Empty parts let everything through. ``text`` matches receipt or reference from its beginning."""

    states: tuple[JobState, ...] = ()
    connection_ids: tuple[UUID, ...] = ()
    kinds: tuple[JobKind, ...] = ()
    text: str = ""
    cause: str = ""
    sale_id: UUID | None = None


@dataclass(frozen=True, slots=True, order=True)
class JobKey:
    """Newest first: rows are ordered by descending id, which sorts by the time a job was made."""

    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of the queue window. ``order_status`` empty for jobs that are about no sale."""

    id: UUID
    connection_id: UUID
    connection: str
    kind: JobKind
    state: JobState
    receipt: str
    reference: str
    order_status: str
    attempts: int
    run_at: datetime
    created_at: datetime
    cause: str
    cause_params: Mapping[str, str]
    priority: int
    phase: Phase = Phase.NOT_SENT

    @property
    def subject(self) -> str:
        """What the job is about, as a person knows it: the receipt number; empty when about no sale."""
        return self.receipt

    @property
    def key(self) -> JobKey:
        return JobKey(self.id)
