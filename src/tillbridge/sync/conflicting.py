"""Tells operators of conflicts that wait for them: once per store, noun and field, however many records it concerns.

Called by the pulls, inside the transaction that keeps the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tillbridge.domain.conflicts import FieldConflict
from tillbridge.domain.connections import Connection
from tillbridge.domain.notifications import Severity
from tillbridge.messages import text
from tillbridge.storage import Storage


async def tell(storage: Storage, connection: Connection, opened: Sequence[FieldConflict]) -> None:
    """``opened`` are those of one page that are new, or have another value of the store."""
    causes: dict[tuple[str, str], list[FieldConflict]] = defaultdict(list)
    for each in opened:
        causes[each.noun.value, each.field].append(each)
    for (noun, field), found in causes.items():
        await storage.notifications.push(
            cause=f"conflict:{connection.id}:{noun}:{field}",
            severity=Severity.WARNING,
            message_id="conflicts.told",
            params={"connection": connection.name, "field": text(f"conflicts.field.{field}"), "name": found[0].name},
            subject=str(connection.id),
        )
