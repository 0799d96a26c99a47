"""Writes a decision down in one transaction: job, delivery, connection, notification, audit. Called by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tillbridge.domain.audit import WORKER, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.notifications import Severity
from tillbridge.domain.orders import OrderStatus
from tillbridge.storage import Storage
from tillbridge.sync.settle import Settlement
from tillbridge.sync.siblings import status_of_sale
from tillbridge.sync.tasks import Outcome, Task, nothing

_OF_A_SALE = frozenset({JobKind.PUSH_ORDER, JobKind.REFUND_ORDER})


async def write_down(storage: Storage, clock: Clock, task: Task, outcome: Outcome) -> None:
    """Settle a job with all its consequences, or nothing of it. Raises LeaseLost when another worker took over."""
    done = outcome.settlement
    status = done.status if task.job.kind in _OF_A_SALE else None
    alone = status is None and outcome.write is nothing and done.connection is None and not done.tell

    async def consequences() -> None:
        if status is not None:
            await _save_status(storage, clock, task, done, status)
        await outcome.write()
        news = done.connection is None or await _hold(storage, task, done.connection)
        if done.tell and news:
            await _tell(storage, task, done)

    await storage.jobs.settle(
        task.job,
        task.lane,
        state=done.state,
        run_at=done.run_at,
        phase=done.phase,
        spent=done.spent,
        cause=done.cause,
        cause_params=done.params,
        now=clock.now(),
        action=task.job.kind.value,
        outcome=done.outcome,
        handling=done.handling,
        error=done.card,
        request_id=done.request_id,
        also=None if alone else consequences,
    )


async def _save_status(storage: Storage, clock: Clock, task: Task, done: Settlement, status: OrderStatus) -> None:
    """A refund of an earlier sale leaves that sale's status; the status of a return hangs on all its jobs."""
    sale_id = task.job.subject_id
    if sale_id is None or (task.job.kind is JobKind.REFUND_ORDER and not task.job.payload.get("returned_by")):
        return
    siblings = await storage.jobs.of_sale(sale_id, task.connection.id)
    told: dict[str, Any] = {
        "status": status_of_sale(status, [each for each in siblings if each.id != task.job.id]), "reason": done.cause,
        "reason_params": dict(done.params), "updated_at": clock.now(),
    }  # fmt: skip
    await storage.sales.change_delivery(sale_id, task.connection.id, partial(replace, **told))


async def _hold(storage: Storage, task: Task, state: ConnectionState) -> bool:
    """Whether that is news: whoever renewed the token has told already, and with the platform's reason."""
    before: list[ConnectionState] = []

    def held(connection: Connection) -> Connection:
        before.append(connection.state)
        return replace(connection, state=state)

    await storage.connections.change(task.connection.id, held)
    return before != [state]


async def _tell(storage: Storage, task: Task, done: Settlement) -> None:
    """One notification per cause and connection, counted."""
    parked = done.state is JobState.PARKED
    message = f"queue.told.{'parked' if parked else 'held'}"
    title = done.card.title if done.card else done.cause
    await storage.notifications.push(
        cause=f"{done.cause}:{task.connection.id}",
        severity=Severity.ERROR,
        message_id=message,
        params={**done.params, "connection": task.connection.name, "title": title, "cause": done.cause},
        subject=str(task.job.subject_id or task.connection.id),
    )


async def audit_worker(
    storage: Storage, clock: Clock, message_id: str, params: Mapping[str, str], subject: str
) -> None:
    """Leave the worker's own trace."""
    await storage.audit.add(AuditEntry(clock.now(), WORKER, message_id, dict(params), subject))
