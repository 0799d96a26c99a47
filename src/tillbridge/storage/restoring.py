"""Putting a copy in the place of a database, so that a stop at any step leaves the old one or the new one whole.

services.backup calls it; the copy is opened and made ready as a draft beside the database before anything is replaced.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

from tillbridge.domain.clock import SystemClock
from tillbridge.domain.errors import DatabaseBusy, StorageError
from tillbridge.storage import files
from tillbridge.storage.trouble import translated

_BESIDE = ("-wal", "-shm")


def may_be_copy(copy: Path, database: Path) -> bool:
    """Whether it is a database file other than the one it is to replace."""
    with copy.open("rb") as file:
        head = file.read(16)
    return head == b"SQLite format 3\x00" and not (database.exists() and copy.samefile(database))


@asynccontextmanager
async def draft_of(copy: Path, database: Path) -> AsyncIterator[Path]:
    """A proven draft of a copy in a folder of its own beside the database; gone at the end with all that is there.

    Raises StorageError for a damaged copy. Nobody else opens the database meanwhile.
    """
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = database.with_name(f"{database.name}.restoring")
    async with files.start_up_lock(database, SystemClock()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            draft = folder / f"{database.name}.part"
            with translated(str(copy)):
                await files.copied(copy, draft)
            yield draft
        finally:
            shutil.rmtree(folder, ignore_errors=True)


async def put_in_place(draft: Path, database: Path, now: datetime) -> Path | None:
    """Swap the draft in; the old database is kept beside it, whole, and its path answered.

    Raises DatabaseBusy while another process has the database open; then nothing was changed.
    """
    return await asyncio.to_thread(_put_in_place, draft, database, now)


def _put_in_place(draft: Path, database: Path, now: datetime) -> Path | None:
    with translated(str(database)):
        settle(draft)
        kept = None
        if database.exists():
            kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
            keep(database, kept)
            try:
                close(database)
            except DatabaseBusy:
                kept.unlink()
                raise
        swap(draft, database)
    return kept


def settle(path: Path) -> None:
    """All in one file, proven and on the disk. Raises DatabaseBusy when somebody has it open."""
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise DatabaseBusy()
    files.prove(path)
    _to_disk(path)


def keep(database: Path, kept: Path) -> None:
    """The old database with what only its log holds. One that is damaged is kept as its files are."""
    try:
        files.copy(database, kept)
    except (sqlite3.DatabaseError, StorageError):
        for ending in ("", *_BESIDE):
            source, target = (each.with_name(each.name + ending) for each in (database, kept))
            if source.exists():
                shutil.copyfile(source, target)
                target.chmod(0o600)
                _to_disk(target)


def close(database: Path) -> None:
    """Bring the old log into the old file: a log that stayed would be read into the new one."""
    try:
        settle(database)
    except DatabaseBusy:
        raise
    except (sqlite3.DatabaseError, StorageError) as error:
        if "locked" in str(error):
            raise DatabaseBusy() from error
        for ending in _BESIDE:
            database.with_name(database.name + ending).unlink(missing_ok=True)


def swap(draft: Path, database: Path) -> None:
    """One step for everybody who looks, durable when it returns."""
    draft.chmod(0o600)
    draft.replace(database)
    _to_disk(database.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
