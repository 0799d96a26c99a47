"""Brings a connection's stock in line with what was sold or returned elsewhere: one SKU, one change, booked once.

Handler of PUSH_STOCK jobs. It reads first and writes only against the number it read, so a lost answer can be judged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.catalog import Listing
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.stock import Sighting, StockChange, StockLevel
from tillbridge.platforms.contract import InventoryService
from tillbridge.storage import Storage
from tillbridge.sync.bodies import as_text
from tillbridge.sync.circumstances import circumstances
from tillbridge.sync.schedule import back_off
from tillbridge.sync.settle import Circumstances, parked, succeeded, wait_for
from tillbridge.sync.tasks import Outcome, SpecOf, Task

ACTION = "stock.set"
InventoryServiceFactory = Callable[[Connection], Awaitable[InventoryService]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a SKU is kept on a platform."""

    service: InventoryService
    listing: Listing
    location_id: str

    async def read(self) -> StockLevel | None:
        """None when the platform keeps no number there."""
        levels = await self.service.read_levels([self.listing], self.location_id)
        return next((each for each in levels if each.available is not None), None)


class PushStock:
    def __init__(self, storage: Storage, inventory: InventoryServiceFactory, spec_of: SpecOf, clock: Clock) -> None:
        self._storage, self._inventory, self._spec_of, self._clock = storage, inventory, spec_of, clock

    async def __call__(self, task: Task) -> Outcome:
        at = await circumstances(self._storage, task, self._spec_of(task.connection), self._clock)
        sku, delta = str(task.job.payload["sku"]), Decimal(str(task.job.payload["delta"]))
        place = await self._place(task, sku)
        if place is None:
            return Outcome(succeeded("not listed there"))
        if delta != delta.to_integral_value():
            return Outcome(succeeded("not counted there: a part of a unit"))
        before = await self._storage.stock.last_seen(task.connection.id, sku) if at.sent else None
        found = await place.read()
        if found is None or found.available is None:
            return Outcome(succeeded("not counted there"))
        if before is not None and (judged := self._judge(task, at, sku, found.available, before)) is not None:
            return judged
        return await self._set(task, at, place, found, delta)

    async def _place(self, task: Task, sku: str) -> _Place | None:
        listings = await self._storage.catalogue.listings_for([sku], task.connection.id)
        if sku not in listings:
            return None
        ours = str(task.job.payload.get("location", ""))
        locations = await self._storage.connections.location_map(task.connection.id)
        return _Place(await self._inventory(task.connection), listings[sku], locations.get(ours, ""))

    def _judge(self, task: Task, at: Circumstances, sku: str, now: Decimal, last: Sighting) -> Outcome | None:
        """After a lost answer: done, not done (None), or a number that neither explains and a person must see."""
        if last.direction != "written" or last.quantity is None:
            return None
        delta = Decimal(str(task.job.payload["delta"]))
        if now == last.quantity:
            return Outcome(succeeded("done; its answer was lost"))
        if now == last.quantity - delta:
            return None
        facts = {"connection": task.connection.name, "sku": sku, "found": str(now), "expected": str(last.quantity)}
        return Outcome(parked(at, "queue.stock_unclear", facts))

    async def _set(self, task: Task, at: Circumstances, place: _Place, found: StockLevel, delta: Decimal) -> Outcome:
        level = found.available or Decimal(0)
        change = StockChange(found.inventory_id, found.location_id, level + delta, expected=level)
        written = StockLevel(found.inventory_id, found.location_id, change.quantity, self._clock.now())
        async with self._storage.transaction():
            await self._storage.stock.record_read(task.connection.id, [found])
            await self._storage.stock.record_write(task.connection.id, [written])
            await self._storage.jobs.mark_sending(
                task.job,
                task.lane,
                action=ACTION,
                idempotency_key=str(task.job.id),
                body=as_text(change),
                now=self._clock.now(),
            )
        (done,) = await place.service.set_levels([change], str(task.job.id))
        if done.applied:
            return Outcome(succeeded(f"{level} to {change.quantity}"))
        facts = {"connection": task.connection.name, "sku": place.listing.sku, "reason": done.reason or "–"}
        if done.found is None:
            return Outcome(parked(at, "queue.stock_refused", facts))
        return Outcome(wait_for(at, "queue.stock_moved", facts, back_off(at.attempts)))
