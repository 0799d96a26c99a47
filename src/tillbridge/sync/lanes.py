"""Drives one connection's lane under a lease: claims its jobs, runs them side by side, renews, lets go cleanly.

The worker makes a LaneDriver per lane it holds; a lost lease stops everything at once and writes nothing more.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import BreakerState, Connection, ConnectionState
from tillbridge.domain.errors import LeaseLost, StorageError, UnknownConnection
from tillbridge.storage import Lane, Storage
from tillbridge.sync.running import JobRunner
from tillbridge.sync.shielding import finished
from tillbridge.sync.tasks import SpecOf, Task
from tillbridge.sync.turns import GoodsTurns

_log = structlog.get_logger(__name__)
_WORKING = frozenset({ConnectionState.READY, ConnectionState.CONNECTED})


def is_held(connection: Connection, now: datetime) -> bool:
    """Whether a connection's jobs wait: paused, to be connected again, or its breaker open. No attempt is spent."""
    if connection.paused or connection.state not in _WORKING:
        return True
    until = connection.breaker_until
    return connection.breaker is BreakerState.OPEN and until is not None and now < until


@dataclass(frozen=True, slots=True)
class LaneDriver:
    """``pulse`` is the clock by which the lease is renewed, at a third of its length."""

    storage: Storage
    runner: JobRunner
    spec_of: SpecOf
    clock: Clock
    pulse: Clock
    lease_seconds: float

    async def drive(self, lane: Lane) -> None:
        """Work until nothing is due or the connection is held.

        Raises LeaseLost when another worker took over or the connection was removed.
        """
        work = asyncio.create_task(self._work(lane), name=f"lane {lane.connection_id}")
        renewal = asyncio.create_task(self._renew(lane), name=f"lease {lane.connection_id}")
        try:
            await asyncio.wait({work, renewal}, return_when=asyncio.FIRST_COMPLETED)
            if renewal.done() and not work.done():
                work.cancel()
        finally:
            await _ended(renewal)
            await _ended(work)
            if not _lost(renewal):
                await finished(self._release(lane))
        for each in (renewal, work):
            if not each.cancelled() and (error := each.exception()):
                raise error

    async def _work(self, lane: Lane) -> None:
        running: set[asyncio.Task[None]] = set()
        turns = GoodsTurns()
        try:
            while True:
                running |= await self._claim(lane, len(running), turns)
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                if failed := [error for each in done if (error := each.exception())]:
                    raise failed[0]
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _claim(self, lane: Lane, busy: int, turns: GoodsTurns) -> set[asyncio.Task[None]]:
        try:
            connection = await self.storage.connections.get(lane.connection_id)
        except UnknownConnection as error:
            raise LeaseLost(what="the connection") from error
        if is_held(connection, self.clock.now()):
            return set()
        free = self.spec_of(connection).limits.concurrency - busy
        jobs = await self.storage.jobs.claim(lane, free, self.clock.now()) if free > 0 else []
        return {
            asyncio.create_task(self.runner.run(Task(job, lane, connection, turns)), name=f"{job.kind} {job.id}")
            for job in jobs
        }

    async def _renew(self, lane: Lane) -> None:
        while True:
            await self.pulse.sleep(self.lease_seconds / 3)
            try:
                await self.storage.lanes.renew(lane, self.clock.now(), self.lease_seconds)
            except LeaseLost:
                raise
            except StorageError as error:
                _log.warning("lease not renewed, trying again", action="lane.renew", reason=str(error))

    async def _release(self, lane: Lane) -> None:
        try:
            await self.storage.lanes.release(lane)
        except StorageError as error:
            _log.warning("lease left to run out", action="lane.release", reason=str(error))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


def _lost(renewal: asyncio.Task[None]) -> bool:
    return not renewal.cancelled() and isinstance(renewal.exception(), LeaseLost)
