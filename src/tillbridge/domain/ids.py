"""Our own ids: UUIDv7, so that rows sort by the time they were made."""

from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """A fresh id, ascending in time."""
    return UUID(int=uuid7().int)
