"""A connection's budget and breaker, shared by all processes. The arithmetic is domain.pace's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.connections import BreakerState
from tillbridge.domain.pace import Breaker, Bucket, Pace
from tillbridge.domain.specs import Limits
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.schema import BudgetRow

_RESERVE = 0.1


@dataclass
class _Numbers:
    bucket: Bucket
    breaker: Breaker


class BudgetRepository:
    def __init__(self, database: Database, changes: Changes) -> None:
        self._db, self._changes = database, changes
        self._limits: dict[UUID, Limits] = {}

    async def permit(
        self, connection_id: UUID, limits: Limits, cost: float, *, interactive: bool, now: datetime
    ) -> float:
        """0 when the call may go out, else seconds to wait. Calls nobody waits for leave a reserve."""
        self._limits[connection_id] = limits
        async with self._numbers(connection_id, now) as numbers:
            reserve = 0.0 if interactive else _RESERVE * numbers.bucket.maximum
            numbers.bucket, wait = numbers.bucket.take(cost, now, reserve)
            return wait

    async def learn(self, connection_id: UUID, pace: Pace, now: datetime) -> None:
        async with self._numbers(connection_id, now) as numbers:
            numbers.bucket = numbers.bucket.learn(pace, now)

    async def cool_down(self, connection_id: UUID, seconds: float, now: datetime) -> None:
        async with self._numbers(connection_id, now) as numbers:
            numbers.bucket = numbers.bucket.emptied(seconds, now)

    async def admit(self, connection_id: UUID, now: datetime) -> float:
        """0 to go on, marking the probe of an open breaker; else seconds until one may be tried."""
        row = await BudgetRow.get_or_none(connection_id=connection_id)
        if row is None or row.breaker == BreakerState.CLOSED.value:
            return 0.0
        async with self._numbers(connection_id, now) as numbers:
            breaker = numbers.breaker
            if not breaker.admits(now):
                return (breaker.until - now).total_seconds() if breaker.until else 0.0
            numbers.breaker = breaker.probing(now)
            return 0.0

    async def report(self, connection_id: UUID, well: bool, now: datetime) -> None:
        """How a call ended. A well-meaning closed breaker is not written again."""
        row = await BudgetRow.get_or_none(connection_id=connection_id)
        if well and (row is None or (row.failures == 0 and row.breaker == BreakerState.CLOSED.value)):
            return
        async with self._numbers(connection_id, now) as numbers:
            before = numbers.breaker.state
            numbers.breaker = numbers.breaker.after_success() if well else numbers.breaker.after_failure(now)
            if numbers.breaker.state is not before:
                await self._changes.note("connection", connection_id)

    @asynccontextmanager
    async def _numbers(self, connection_id: UUID, now: datetime) -> AsyncIterator[_Numbers]:
        """Read, let the caller change, and write in one short transaction."""
        async with self._db.transaction():
            row = await self._locked(connection_id)
            if row is None:
                await BudgetRow.bulk_create(
                    [BudgetRow(connection_id=connection_id, **_values(self._first(connection_id, now)))],
                    ignore_conflicts=True,
                )
                row = await self._locked(connection_id)
            assert row is not None
            numbers = _of(row)
            yield numbers
            await BudgetRow.filter(connection_id=connection_id).update(**_values(numbers))

    async def _locked(self, connection_id: UUID) -> BudgetRow | None:
        """SQLite's transactions lock by themselves. Where there is no row yet nothing is locked."""
        query = BudgetRow.filter(connection_id=connection_id)
        return await (query if self._db.is_sqlite else query.select_for_update()).first()

    def _first(self, connection_id: UUID, now: datetime) -> _Numbers:
        limits = self._limits.get(connection_id)
        budget, restore = (limits.budget, limits.restore_per_second) if limits else (10.0, 1.0)
        return _Numbers(Bucket(budget, budget, restore, now), Breaker())


def _values(numbers: _Numbers) -> dict[str, Any]:
    bucket, breaker = numbers.bucket, numbers.breaker
    return {
        "level": bucket.level, "maximum": bucket.maximum, "restore_per_second": bucket.restore_per_second,
        "at": bucket.at, "breaker": breaker.state.value, "failures": breaker.failures, "breaker_until": breaker.until,
    }  # fmt: skip


def _of(row: BudgetRow) -> _Numbers:
    return _Numbers(
        Bucket(row.level, row.maximum, row.restore_per_second, row.at),
        Breaker(BreakerState(row.breaker), row.failures, row.breaker_until),
    )
