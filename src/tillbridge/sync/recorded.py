"""A sale as one connection records it: its own lines, each linked to what that connection lists.

Called by push_order, refund_order and cancel_order, so that a platform is told of its own goods at every step.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from tillbridge.domain.orders import Order
from tillbridge.storage import Storage
from tillbridge.sync.portion import portion


async def recorded(storage: Storage, order: Order, line_ids: Collection[str], connection_id: UUID) -> Order | None:
    """The part of ``line_ids`` (empty: all lines); None when nothing of it is sold, only given back."""
    part = portion(order, frozenset(line_ids))
    if part is None:
        return None
    skus = sorted({line.sku for line in part.lines if line.sku})
    listings = await storage.catalogue.listings_for(skus, connection_id)
    lines = tuple(replace(each, listing=each.listing or listings.get(each.sku)) for each in part.lines)
    return replace(part, lines=lines)
