"""Durable work: a job, its attempts and states. Job state is kept apart from the business result of the sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tillbridge.domain.errors import ErrorCard, Handling


class JobKind(StrEnum):
    """What a job does on its connection."""

    PUSH_ORDER = "push_order"
    CANCEL_ORDER = "cancel_order"
    REFUND_ORDER = "refund_order"
    PUSH_STOCK = "push_stock"
    PULL_PRODUCTS = "pull_products"
    PULL_STOCK = "pull_stock"
    PULL_CUSTOMERS = "pull_customers"
    PULL_ORDERS = "pull_orders"
    GIVE_BACK_GIFT_CARD = "give_back_gift_card"


class JobState(StrEnum):
    """WAITING for its time · RUNNING under a lease · PARKED for a person · SUCCEEDED · CANCELLED by a person."""

    WAITING = "waiting"
    RUNNING = "running"
    PARKED = "parked"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """How far the newest attempt got. From SENDING on, the next step is a look-up, never a second create."""

    NOT_SENT = "not_sent"
    SENDING = "sending"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``fence`` rises with each claim; ``subject_id`` is the sale, refund or listing the job is about."""

    id: UUID
    connection_id: UUID
    kind: JobKind
    state: JobState
    subject_id: UUID | None
    payload: Mapping[str, Any]
    priority: int
    run_at: datetime
    attempts: int
    fence: int
    phase: Phase
    cause: str
    """The message id of the last failure, by which "all like this" are found; empty when none."""
    cause_params: Mapping[str, str]
    created_at: datetime
    settled_at: datetime | None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a job, kept for the timeline. ``outcome`` empty while under way."""

    number: int
    began_at: datetime
    ended_at: datetime | None
    phase: Phase
    action: str
    outcome: str
    handling: Handling | None
    error: ErrorCard | None
    request_id: str
    idempotency_key: str
    sent_at: datetime | None = None
    """When "about to send" was made durable; None while nothing was sent."""
    body: str = field(default="", repr=False)
    """What was about to be sent, as JSON; never a credential."""
