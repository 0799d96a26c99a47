"""The background worker: takes lanes, one per connection, and drives them side by side.

Wiring builds it for the console, ``tillbridge worker`` and ``tillbridge sync``; any number may run on one database.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import LeaseLost, StorageError
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.storage import Storage
from tillbridge.sync.cancel_order import CancelOrder
from tillbridge.sync.lanes import LaneDriver, is_held
from tillbridge.sync.planner import Planner
from tillbridge.sync.push_order import PushOrder
from tillbridge.sync.refund_order import RefundOrder
from tillbridge.sync.running import JobRunner
from tillbridge.sync.tasks import Handlers, OrderServiceFactory, Publish, SpecOf

_log = structlog.get_logger(__name__)
_POLL = 1.0
_LOOK = 0.1
_AFTER_TROUBLE = 2.0
_REST = timedelta(minutes=1)
"""How long a lane is left alone that ended in a bug."""


class BackgroundSyncService:
    """Works the queue. ``order_service_factory`` gives a connection's order service, ``handlers`` do the other kinds.

    ``owner`` must differ between workers. ``pulse`` renews leases and defaults to ``clock``.
    """

    def __init__(
        self,
        storage: Storage,
        order_service_factory: OrderServiceFactory,
        handlers: Handlers,
        clock: Clock,
        *,
        publish: Publish,
        owner: str,
        spec_of: SpecOf,
        lease_seconds: float = 30.0,
        pulse: Clock | None = None,
    ) -> None:
        parts = (storage, order_service_factory, spec_of, clock)
        table: Handlers = {
            JobKind.PUSH_ORDER: PushOrder(*parts),
            JobKind.CANCEL_ORDER: CancelOrder(*parts),
            JobKind.REFUND_ORDER: RefundOrder(*parts),
            **handlers,
        }
        runner = JobRunner(storage, table, spec_of, clock, publish)
        self._driver = LaneDriver(storage, runner, spec_of, clock, pulse or clock, lease_seconds)
        self._planner = Planner(storage, clock, frozenset(handlers))
        self._storage, self._clock, self._owner, self._lease = storage, clock, owner, lease_seconds
        self._lanes: dict[UUID, asyncio.Task[None]] = {}
        self._resting: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Work until cancelled. Jobs under way are handed back with what they had reached."""
        try:
            while True:
                await self._round(plan=True)
                if self._lanes:
                    await asyncio.wait(self._lanes.values(), timeout=_POLL, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await self._wait_for_a_change()
        finally:
            await self._stop()

    async def _wait_for_a_change(self) -> None:
        try:
            await self._storage.changes.wait(_POLL)
        except StorageError as error:
            _log.warning("changes cannot be read, waiting", action="worker.wait", reason=str(error))
            await self._clock.sleep(_AFTER_TROUBLE)

    async def run_until_idle(self, patience: timedelta = timedelta(minutes=2)) -> None:
        """Work until nothing is due within ``patience``. Jobs of held connections do not count."""
        try:
            while True:
                await self._round(plan=False)
                if self._lanes:
                    await asyncio.wait(self._lanes.values(), timeout=_POLL, return_when=asyncio.FIRST_COMPLETED)
                    continue
                pause = await self._pause(patience)
                if pause is None:
                    return
                await self._clock.sleep(pause)
        finally:
            await self._stop()

    async def _pause(self, patience: timedelta) -> float | None:
        """Seconds until there may be work again; None when idle. Work under way at another worker is waited for."""
        held = await self._held()
        due = await self._storage.jobs.next_due(held)
        if due is not None and due - self._clock.now() <= patience:
            return max(_LOOK, (due - self._clock.now()).total_seconds())
        counts = await self._storage.queue.counts()
        elsewhere = any(state is JobState.RUNNING and id_ not in held for id_, state in counts)
        return _LOOK if elsewhere else None

    async def plan(self) -> None:
        """Put into the queue what is due by rhythm and clear away old rows; ``run`` does so each round."""
        await self._planner.plan()
        await self._planner.clear_away()

    async def _round(self, *, plan: bool) -> None:
        """Gather lanes that ended and take those that have work. A database in trouble is waited for."""
        try:
            await self._gather()
            if plan:
                await self._planner.plan()
            await self._take_lanes()
            if plan:
                # last, since the sales of a morning must not wait for the clearing away of old rows
                await self._planner.clear_away()
        except StorageError as error:
            _log.warning("database in trouble, waiting", action="worker.round", reason=str(error))
            await self._clock.sleep(_AFTER_TROUBLE)

    async def _gather(self) -> None:
        """Clear away lanes that ended. A lost lease is somebody else's work, or nobody's when its store was removed.

        A lane that met a bug rests and stops no other. Raises the StorageError a lane ended with.
        """
        trouble: StorageError | None = None
        for connection_id, task in list(self._lanes.items()):
            if not task.done():
                continue
            del self._lanes[connection_id]
            try:
                task.result()
            except LeaseLost as error:
                _log.info("lane lost", action="lane.lost", connection=str(connection_id), reason=str(error))
            except StorageError as error:
                trouble = error
            except Exception:  # one lane's bug must not stop the work of all other stores
                _log.exception("lane met a bug", action="lane.bug", connection=str(connection_id))
                self._resting[connection_id] = self._clock.now() + _REST
        if trouble is not None:
            raise trouble

    async def _take_lanes(self) -> None:
        while True:
            exclude = {*await self._held(), *self._lanes}
            lane = await self._storage.lanes.take(self._owner, self._clock.now(), self._lease, exclude)
            if lane is None:
                return
            self._lanes[lane.connection_id] = asyncio.create_task(self._driver.drive(lane))

    async def _held(self) -> set[UUID]:
        """Connections whose jobs wait, and lanes that rest."""
        now = self._clock.now()
        self._resting = {lane: until for lane, until in self._resting.items() if now < until}
        held = {each.id for each in await self._storage.connections.all() if is_held(each, now)}
        return held | self._resting.keys()

    async def _stop(self) -> None:
        tasks = list(self._lanes.values())
        self._lanes.clear()
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
