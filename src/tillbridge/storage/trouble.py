"""What a driver says, in the words of domain.errors. Wrapped around every use of the database."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from tillbridge.domain.errors import DatabaseBusy, DatabaseUnreachable, DataReadOnly, DiskFull, StorageError

_GONE = [
    "CannotConnectNowError",
    "AdminShutdownError",
    "ConnectionDoesNotExistError",
    "InterfaceError",
    "InternalClientError",
    "CrashShutdownError",
    "ConnectionFailureError",
    "TooManyConnectionsError",
    "InvalidPasswordError",
    "InvalidCatalogNameError",
    "InvalidAuthorizationSpecificationError",
    "ClientConfigurationError",
]
_BUSY = ["DeadlockDetectedError", "SerializationError", "LockNotAvailableError"]
_FULL = ["DiskFullError"]
_READ_ONLY = ["ReadOnlySQLTransactionError"]


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Raise StorageError's children instead of the driver's. ``place`` is the path or server, without password.

    IntegrityError goes on as it is: a repository knows what it means.
    """
    try:
        yield
    except (IntegrityError, sqlite3.IntegrityError):
        raise
    except (OperationalError, sqlite3.Error, DBConnectionError) as error:
        raise _of_words(error, place) from error
    except OSError as error:
        raise _of_number(error, place) from error
    except Exception as error:  # asyncpg is an extra, so its classes are known by name; all others go on as they are
        if make := _of_name(error):
            raise make(place, error) from error
        raise


def in_utc(values: Sequence[Any]) -> list[Any]:
    """Times as SQLite keeps them: UTC text that sorts by time. Raises ValueError for a time without zone."""
    return [_utc(each) if isinstance(each, datetime) else each for each in values]


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a time without zone must not reach the database")
    return at.astimezone(UTC).isoformat(" ")


def _of_words(error: Exception, place: str) -> StorageError:
    words = str(error).lower()
    if "locked" in words or "busy" in words:
        return DatabaseBusy()
    if "is full" in words or "disk i/o" in words:
        return DiskFull(path=place)
    if "readonly" in words or "read-only" in words or "unable to open" in words:
        return DataReadOnly(path=place)
    if isinstance(error, DBConnectionError):
        return DatabaseUnreachable(reason=str(error)[:200])
    return StorageError(reason=str(error)[:200])


def _of_number(error: OSError, place: str) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(path=place)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DataReadOnly(path=place)
    return DatabaseUnreachable(reason=error.strerror or type(error).__name__)


def _of_name(error: Exception) -> Callable[[str, Exception], StorageError] | None:
    names = {each.__name__ for each in type(error).__mro__}
    table: tuple[tuple[Sequence[str], Callable[[str, Exception], StorageError]], ...] = (
        (_BUSY, lambda place, error: DatabaseBusy()),
        (_FULL, lambda place, error: DiskFull(path=place)),
        (_READ_ONLY, lambda place, error: DataReadOnly(path=place)),
        (_GONE, lambda place, error: DatabaseUnreachable(reason=str(error)[:200])),
    )
    return next((make for known, make in table if not names.isdisjoint(known)), None)
