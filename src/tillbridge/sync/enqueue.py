"""Making jobs: one place gives each kind its priority and payload. Called by services, planner and handlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.orders import LineKind, Order
from tillbridge.sync.schedule import PRIORITY


def new_job(
    kind: JobKind,
    connection_id: UUID,
    now: datetime,
    *,
    subject_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    parked_for: tuple[str, Mapping[str, str]] | None = None,
) -> Job:
    """A job due now; ``parked_for`` (message id, params) makes one that waits for a person from the start."""
    cause, params = parked_for or ("", {})
    return Job(
        id=new_id(),
        connection_id=connection_id,
        kind=kind,
        state=JobState.PARKED if parked_for else JobState.WAITING,
        subject_id=subject_id,
        payload=dict(payload or {}),
        priority=PRIORITY[kind],
        run_at=now,
        attempts=0,
        fence=0,
        phase=Phase.NOT_SENT,
        cause=cause,
        cause_params=dict(params),
        created_at=now,
        settled_at=None,
    )


def stock_changes(order: Order) -> Mapping[str, Decimal]:
    """What an order did to each SKU whose quantity is kept: below zero sold, above zero given back."""
    changes: dict[str, Decimal] = {}
    for each in order.lines:
        if each.sku and each.kind is LineKind.PRODUCT:
            changes[each.sku] = changes.get(each.sku, Decimal(0)) - each.quantity
    return {sku: delta for sku, delta in changes.items() if delta}


def stock_jobs(connection_id: UUID, changes: Mapping[str, Decimal], location: str, now: datetime) -> list[Job]:
    """Jobs that book the changes on a connection that did not book them itself, one per SKU."""
    return [
        new_job(
            JobKind.PUSH_STOCK,
            connection_id,
            now,
            payload={"sku": sku, "delta": str(delta), "location": location},
        )
        for sku, delta in sorted(changes.items())
    ]
