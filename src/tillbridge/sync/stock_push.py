"""Brings a connection's stock in line with what was sold or returned elsewhere: one SKU, one change, booked once.

Handler of PUSH_STOCK jobs. It reads first and writes only against the number it read, so a lost answer can be judged.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.catalog import Listing
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.domain.specs import Noun
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome
from tillbridge.platforms.contract import InventoryService
from tillbridge.storage import Storage
from tillbridge.sync.bodies import as_text
from tillbridge.sync.circumstances import circumstances
from tillbridge.sync.schedule import back_off
from tillbridge.sync.settle import Circumstances, parked, succeeded, wait_for
from tillbridge.sync.tasks import Outcome, SpecOf, Task
from tillbridge.sync.turns import pause

ACTION = "stock.set"
InventoryServiceFactory = Callable[[Connection], Awaitable[InventoryService]]
_REMEMBERED = 256


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

    def of(self, change: StockChange) -> _Place:
        """Where a change went, should the listing have been linked anew since."""
        listing = replace(self.listing, inventory_id=change.inventory_id)
        return _Place(self.service, listing, change.location_id)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A change that went out under ``key``."""

    change: StockChange
    key: str


class PushStock:
    """Jobs of one SKU on one connection take turns, also with sales of it; what has no answer yet goes first.

    A change is absolute (from ``expected`` to ``quantity``) and carries the key of its try, since platforms refuse a
    known key with other input. When its answer was lost, what the job itself sent last decides:

    - The platform has compare-and-set: the same change goes out again under its own key. A platform that knows the key
      repeats its answer; any other takes the change only from the old number, so it counts once. Refused at the new
      number means done; refused at any other is for a person.
    - It has none: the number is read. The new number means done; at the old one the same change goes out again, and a
      first write that arrives late sets the same number. Any other is for a person.

    What stays open: without known keys, a number that others moved by exactly our change in between looks like ours.
    """

    def __init__(self, storage: Storage, inventory: InventoryServiceFactory, spec_of: SpecOf, clock: Clock) -> None:
        self._storage, self._inventory, self._spec_of, self._clock = storage, inventory, spec_of, clock
        self._answered: deque[tuple[UUID, int]] = deque(maxlen=_REMEMBERED)

    async def __call__(self, task: Task) -> Outcome:
        sku = str(task.job.payload["sku"])
        async with task.turns.change(sku):
            outcome = await self._push(task, sku)
            done = outcome.settlement
            if done.state is JobState.SUCCEEDED or done.phase is Phase.NOT_SENT:
                # its settlement is written after the turn; until then the database shows it as sent
                self._answered.append((task.job.id, task.job.fence))
        return outcome

    async def _push(self, task: Task, sku: str) -> Outcome:
        at = await circumstances(self._storage, task, self._spec_of(task.connection), self._clock)
        delta = Decimal(str(task.job.payload["delta"]))
        place = await self._place(task, sku)
        if place is None:
            return Outcome(succeeded("not listed there"))
        if delta != delta.to_integral_value():
            return Outcome(succeeded("not counted there: a part of a unit"))
        if at.sent and (sent := await self._sent(task)) is not None:
            return await self._again(task, at, place.of(sent.change), sent)
        if (left := await self._others(task, sku)) is not None:
            facts = {"connection": task.connection.name, "sku": sku}
            return Outcome(wait_for(at, "queue.stock_in_turn", facts, left))
        return await self._fresh(task, at, place, delta)

    async def _place(self, task: Task, sku: str) -> _Place | None:
        listings = await self._storage.catalogue.listings_for([sku], task.connection.id)
        if sku not in listings:
            return None
        ours = str(task.job.payload.get("location", ""))
        locations = await self._storage.connections.location_map(task.connection.id)
        return _Place(await self._inventory(task.connection), listings[sku], locations.get(ours, ""))

    async def _others(self, task: Task, sku: str) -> timedelta | None:
        """How long to wait for changes and sales of the SKU whose answer was lost; None when there are none."""
        changes = [
            each.run_at
            for each in await self._storage.stock.in_doubt(task.connection.id, {sku})
            if each.job_id != task.job.id and not (each.running and (each.job_id, each.fence) in self._answered)
        ]
        orders = await self._storage.stock.orders_in_doubt(task.connection.id, sku)
        return pause([*changes, *orders], self._clock.now())

    async def _sent(self, task: Task) -> _Sent | None:
        """What this job sent last, as kept with its attempt."""
        tries = [each for each in await self._storage.jobs.attempts(task.job.id) if each.sent_at is not None]
        return _Sent(_read_change(tries[-1].body), tries[-1].idempotency_key) if tries else None

    async def _fresh(self, task: Task, at: Circumstances, place: _Place, delta: Decimal) -> Outcome:
        found = await place.read()
        if found is None or found.available is None:
            return Outcome(succeeded("not counted there"))
        change = StockChange(found.inventory_id, found.location_id, found.available + delta, expected=found.available)
        done = await self._set(task, place, _Sent(change, f"{task.job.id}-{task.job.fence}"), found)
        if done.applied:
            return Outcome(succeeded(f"{change.expected} to {change.quantity}"))
        return self._refused(task, at, place, done)

    async def _again(self, task: Task, at: Circumstances, place: _Place, sent: _Sent) -> Outcome:
        """After a lost answer: the rule of this class."""
        found: StockLevel | None = None
        if self._spec_of(task.connection).absence(Noun.INVENTORY, "compare_and_set") is not None:
            found = await place.read()
            if found is None or found.available is None:
                return Outcome(succeeded("not counted there"))
            if found.available != sent.change.expected:
                await self._storage.stock.record_read(task.connection.id, [found])
                return self._judged(task, at, place, sent, found.available)
        done = await self._set(task, place, sent, found)
        if done.applied:
            return Outcome(succeeded(f"{sent.change.expected} to {sent.change.quantity}"))
        if done.found is None:
            return self._refused(task, at, place, done)
        return self._judged(task, at, place, sent, done.found)

    def _judged(self, task: Task, at: Circumstances, place: _Place, sent: _Sent, now: Decimal) -> Outcome:
        """A number other than the old one: ours, or one that neither explains and a person must see."""
        expected = sent.change.quantity
        if now == expected:
            return Outcome(succeeded("done; its answer was lost"))
        facts = {"sku": place.listing.sku, "found": str(now), "expected": str(expected)}
        return Outcome(parked(at, "queue.stock_unclear", {**facts, "connection": task.connection.name}))

    def _refused(self, task: Task, at: Circumstances, place: _Place, done: StockOutcome) -> Outcome:
        """The platform said no: the number moved and is read again, or a person must see why."""
        facts = {"connection": task.connection.name, "sku": place.listing.sku, "reason": done.reason or "–"}
        if done.found is None:
            return Outcome(parked(at, "queue.stock_refused", facts))
        return Outcome(wait_for(at, "queue.stock_moved", facts, back_off(at.attempts)))

    async def _set(self, task: Task, place: _Place, sending: _Sent, found: StockLevel | None) -> StockOutcome:
        """Mark "about to send" with the exact change and the number read before it, then send it."""
        change, now = sending.change, self._clock.now()
        written = StockLevel(change.inventory_id, change.location_id, change.quantity, now)
        async with self._storage.transaction():
            if found is not None:
                await self._storage.stock.record_read(task.connection.id, [found])
            await self._storage.stock.record_write(task.connection.id, [written])
            await self._storage.jobs.mark_sending(
                task.job,
                task.lane,
                action=ACTION,
                idempotency_key=sending.key,
                body=as_text(change),
                now=now,
            )
        (done,) = await place.service.set_levels([change], sending.key)
        return done


def _read_change(body: str) -> StockChange:
    kept = json.loads(body)
    expected = None if kept["expected"] is None else Decimal(kept["expected"])
    return StockChange(kept["inventory_id"], kept["location_id"], Decimal(kept["quantity"]), expected)
