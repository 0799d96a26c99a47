"""What databases of tests are filled with: connections, sales with their deliveries, and jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.support.sales import goods, sold
from tillbridge.domain.connections import BreakerState, Connection, ConnectionState, Route, RouteKind
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import Job, JobKind, JobState, Phase
from tillbridge.domain.lanes import Lane
from tillbridge.domain.orders import Order, OrderStatus
from tillbridge.storage import Storage


def connection(name: str, at: datetime, **changes: Any) -> Connection:
    """A ready connection that records all sales."""
    whole = Connection(
        id=new_id(), name=name, platform="stand-in", setup="", settings={"shop": "harbour"}, facts={}, base_url="",
        ca_file="", insecure_http=False, currency="EUR", zone="Europe/Dublin", state=ConnectionState.READY, prepared=(),
        route=Route(RouteKind.ALL), paused=False, breaker=BreakerState.CLOSED, breaker_until=None, created_at=at,
        tested_at=None,
    )  # fmt: skip
    return replace(whole, **changes)


async def connected(storage: Storage, name: str, at: datetime) -> Connection:
    """A connection that is kept."""
    made = connection(name, at)
    await storage.connections.add(made)
    return made


def job(connection_id: UUID, at: datetime, **changes: Any) -> Job:
    """A push that is due."""
    whole = Job(
        id=new_id(), connection_id=connection_id, kind=JobKind.PUSH_ORDER, state=JobState.WAITING, subject_id=None,
        payload={}, priority=50, run_at=at, attempts=0, fence=0, phase=Phase.NOT_SENT, cause="", cause_params={},
        created_at=at, settled_at=None,
    )  # fmt: skip
    return replace(whole, **changes)


async def sale_for(storage: Storage, connection_id: UUID, receipt: str, at: datetime) -> Order:
    """A sale with one delivery and its job, all in one transaction."""
    order = sold([goods("1")], receipt=receipt)
    async with storage.transaction():
        waiting = Delivery(sale_id=order.id, connection_id=connection_id, status=OrderStatus.LOCAL, updated_at=at)
        await storage.sales.add(order, [waiting])
        await storage.jobs.add([job(connection_id, at, subject_id=order.id)])
    return order


async def taken(storage: Storage, owner: str, at: datetime, seconds: float = 30) -> Lane:
    """A lane that must be there to be taken."""
    lane = await storage.lanes.take(owner, at, seconds)
    assert lane is not None
    return lane
