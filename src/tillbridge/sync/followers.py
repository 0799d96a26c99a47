"""Stock of connections that follow an order: what they do not record themselves is booked there by a job.

Called where sales, returns, cancellations, refunds and online orders come in, in the transaction that writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.jobs import Job
from tillbridge.domain.orders import Order
from tillbridge.domain.refunds import freed
from tillbridge.storage import Storage
from tillbridge.sync.enqueue import stock_jobs
from tillbridge.sync.movements import moved

Changes = Mapping[str, Decimal]
"""By SKU: below zero sold, above zero given back."""

RECORDING = frozenset({ConnectionState.READY, ConnectionState.NEEDS_REAUTHENTICATION, ConnectionState.LOCKED})
"""A connection that was ready once keeps receiving: its jobs wait until it can work again."""


async def follow(
    storage: Storage, changes: Changes, own: Mapping[UUID, Changes], location: str, now: datetime
) -> list[Job]:
    """Stock jobs for all linked connections; ``own`` is what a connection books by recording it, never booked twice."""
    jobs: list[Job] = []
    for each in await storage.connections.all():
        if each.state not in RECORDING:
            continue
        booked = own.get(each.id, {})
        open_ = {sku: change - booked.get(sku, Decimal(0)) for sku, change in changes.items()}
        linked = await storage.catalogue.listings_for([sku for sku, change in open_.items() if change], each.id)
        jobs += stock_jobs(each.id, {sku: open_[sku] for sku in linked}, location, now)
    return jobs


async def book(storage: Storage, before: Order, after: Order, now: datetime) -> None:
    """The stock of an order that changed: our movements, and jobs for the connections that do not record it.

    Only the difference counts, so the same state booked again moves nothing.
    """
    changes = freed(before, after)
    deliveries = await storage.sales.deliveries(after.id)
    own = {each.connection_id: freed(before, after, each.lines) for each in deliveries}
    await storage.stock.add_movements(moved(before, after, changes, now))
    await storage.jobs.add(await follow(storage, changes, own, after.location, now))
