"""Runs one claimed job: handler, decision, writing down. A cancelled job is handed back; a bug parks its job.

Called by the lane driver for each job it claims.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import LeaseLost, StorageError, TillbridgeError, UnknownConnection
from tillbridge.domain.events import Event, QueueChanged, SaleStatusChanged
from tillbridge.domain.jobs import JobState
from tillbridge.storage import Storage
from tillbridge.sync.circumstances import circumstances
from tillbridge.sync.settle import Circumstances, Settlement, after_failure
from tillbridge.sync.shielding import finished
from tillbridge.sync.tasks import Handlers, Outcome, Publish, SpecOf, Task
from tillbridge.sync.writing import write_down

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JobRunner:
    """``publish`` hears of each change after it is committed."""

    storage: Storage
    handlers: Handlers
    spec_of: SpecOf
    clock: Clock
    publish: Publish

    async def run(self, task: Task) -> None:
        """Work on a job and settle it. Raises LeaseLost, or a StorageError when it cannot be written down."""
        try:
            outcome = await self._outcome(task)
        except asyncio.CancelledError:
            await finished(self._hand_back(task))
            raise
        await finished(self._write(task, outcome))
        self._tell(task, outcome.settlement)

    async def _write(self, task: Task, outcome: Outcome) -> None:
        try:
            await write_down(self.storage, self.clock, task, outcome)
        except StorageError:
            raise
        except Exception as error:  # what cannot be written must park its own job, or it would be claimed for ever
            _log.exception("result cannot be kept", action=task.job.kind.value, job=str(task.job.id))
            at = await self._circumstances(task)
            left = after_failure(TillbridgeError(kind=type(error).__name__), at)
            await write_down(self.storage, self.clock, task, Outcome(left))

    async def _outcome(self, task: Task) -> Outcome:
        handler = self.handlers.get(task.job.kind)
        try:
            if handler is None:
                raise TillbridgeError(kind=task.job.kind.value)
            return await handler(task)
        except LeaseLost:
            raise
        except TillbridgeError as error:
            _log.info(
                "job failed",
                action=task.job.kind.value,
                job=str(task.job.id),
                cause=error.message_id,
                reason=str(error),
            )
            return Outcome(after_failure(error, await self._circumstances(task)))
        except Exception as error:  # a bug of ours must park its own job instead of stopping the whole lane
            _log.exception("job met a bug", action=task.job.kind.value, job=str(task.job.id))
            return Outcome(after_failure(TillbridgeError(kind=type(error).__name__), await self._circumstances(task)))

    async def _circumstances(self, task: Task) -> Circumstances:
        """Raises LeaseLost when the connection was removed meanwhile: its jobs were given up with it."""
        try:
            return await circumstances(self.storage, task, self.spec_of(task.connection), self.clock)
        except UnknownConnection as error:
            raise LeaseLost(what="the connection") from error

    async def _hand_back(self, task: Task) -> None:
        """A stopped worker leaves its jobs to the next one, with the phase they reached; nothing is spent."""
        try:
            at = await self._circumstances(task)
            returned = Settlement(
                state=JobState.WAITING, phase=at.phase, outcome="stopped", spent=False, run_at=self.clock.now()
            )
            await write_down(self.storage, self.clock, task, Outcome(returned))
        except LeaseLost:
            _log.info("job already taken over", action=task.job.kind.value, job=str(task.job.id))

    def _tell(self, task: Task, done: Settlement) -> None:
        facts: list[Event] = [QueueChanged()]
        if task.job.subject_id is not None and done.status is not None:
            facts.append(SaleStatusChanged(task.job.subject_id))
        for each in facts:
            self.publish(each)
