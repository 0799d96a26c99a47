"""What a driver says, in the words of domain.errors. Wrapped around every use of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.exceptions import DBConnectionError, OperationalError

from tillbridge.domain.errors import DatabaseBusy, DatabaseUnreachable, DataReadOnly, DiskFull, StorageError

RESTARTED = (
    "CannotConnectNowError", "AdminShutdownError", "ConnectionDoesNotExistError", "InterfaceError", "InternalClientError",
    "CrashShutdownError", "ConnectionFailureError", "TooManyConnectionsError",
)  # fmt: skip
"""asyncpg's names for a server that went away; by name, since the driver is an extra."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise StorageError's children instead of the driver's. ``place`` is the path or server, without password."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError, sqlite3.DatabaseError, DBConnectionError) as error:
        raise _named(error, place) from error
    except OSError as error:
        if error.errno == 28:
            raise DiskFull(path=place) from error
        raise DatabaseUnreachable(reason=type(error).__name__) from error
    except Exception as error:  # asyncpg's classes have no common base we may import; all others go on as they are
        if type(error).__name__ in RESTARTED:
            raise DatabaseUnreachable(reason=type(error).__name__) from error
        raise


def _named(error: Exception, place: str) -> StorageError:
    words = str(error).lower()
    if "locked" in words or "busy" in words:
        return DatabaseBusy()
    if "full" in words or "disk i/o" in words:
        return DiskFull(path=place)
    if "readonly" in words or "read-only" in words or "unable to open" in words:
        return DataReadOnly(path=place)
    if any(name.lower() in words for name in RESTARTED) or "connect" in words:
        return DatabaseUnreachable(reason=type(error).__name__)
    return StorageError(reason=str(error)[:200])
