"""A connection whose credentials do not open waits for a person, who is told once. Called by tokens and health."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID

from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import SecretUnreadable
from tillbridge.domain.notifications import Severity
from tillbridge.storage import Storage

WAITS_FOR_A_PERSON = frozenset({ConnectionState.LOCKED, ConnectionState.NEEDS_REAUTHENTICATION})


async def lock_out(storage: Storage, connection_id: UUID) -> UUID | None:
    """Lock the connection and tell; the notification's id, or None when it waits for a person already.

    One that was refused stays so: new credentials mend both, and refused ones are never tried again.
    """
    async with storage.transaction():
        now = await storage.connections.get(connection_id)
        if now.state in WAITS_FOR_A_PERSON:
            return None
        await storage.connections.change(connection_id, partial(replace, state=ConnectionState.LOCKED))
        return await storage.notifications.push(
            cause=f"{SecretUnreadable.message_id}:{now.id}",
            severity=Severity.ERROR,
            message_id="tokens.told.locked",
            params={"connection": now.name},
            subject=now.name,
        )
