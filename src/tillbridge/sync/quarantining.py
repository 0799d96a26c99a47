"""Keeps a page's records: those that fit leave quarantine, those that do not enter it and operators are told by path.

Called by the pulls, inside the transaction that keeps the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tillbridge.domain.connections import Connection
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.notifications import Severity
from tillbridge.platforms.contract import RefusedRecord
from tillbridge.storage import Storage


def shape_of(path: str) -> str:
    """A path without the places in its lists, so that equal trouble of many records is one."""
    return re.sub(r"\[\d+\]", "[]", path)


async def sort_in(
    storage: Storage, connection: Connection, kind: JobKind, fine: Sequence[str], refused: Sequence[RefusedRecord]
) -> None:
    """``fine`` are ids of records that fit. A record that waits already and did not change is not told again."""
    await storage.quarantine.settle(connection.id, kind.value, fine)
    for record in refused:
        if await storage.quarantine.add(connection.id, kind.value, record):
            path = shape_of(record.path)
            await storage.notifications.push(
                cause=f"quarantine:{connection.id}:{kind.value}:{path}",
                severity=Severity.WARNING,
                message_id="quarantine.told",
                params={
                    "connection": connection.name, "path": path, "expected": record.expected, "found": record.found,
                },
                subject=str(connection.id),
            )  # fmt: skip
