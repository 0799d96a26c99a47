"""Making jobs: one place gives each kind its priority and payload. Called by services, planner and handlers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.orders import LineKind, Order
from tillbridge.storage import Storage
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


def stocked_skus(order: Order) -> tuple[str, ...]:
    """SKUs of an order whose quantity is kept: products, sold or returned."""
    return tuple(sorted({each.sku for each in order.lines if each.sku and each.kind is LineKind.PRODUCT}))


async def push_stock(storage: Storage, connection_id: UUID, order: Order, now: datetime) -> None:
    """Ask for this connection's stock to be brought in line for the goods of a sale it did not lower itself."""
    if skus := stocked_skus(order):
        job = new_job(JobKind.PUSH_STOCK, connection_id, now, payload={"skus": skus, "location": order.location})
        await storage.jobs.add([job])
