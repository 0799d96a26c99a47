"""The SQLite file itself: made for its owner alone, locked while it is brought up to date, copied while in use."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import DatabaseBusy, StorageError

_LOOK_EVERY = 0.05
_PATIENCE = 60.0
STEPS = "SELECT name FROM tortoise_migrations"
_DAMAGED = "the copy is damaged; nothing was replaced"


def prepare(path: Path) -> None:
    """The file exists and only its owner may read it, before anything is written to it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


@asynccontextmanager
async def start_up_lock(path: Path, clock: Clock) -> AsyncIterator[None]:
    """One process at a time. Raises DatabaseBusy when another holds it for a minute."""
    lock = path.with_name(path.name + ".lock")
    prepare(lock)
    connection = sqlite3.connect(lock, isolation_level=None, timeout=0)
    try:
        await _begin(connection, clock)
        yield
    finally:
        connection.close()


async def _begin(connection: sqlite3.Connection, clock: Clock) -> None:
    until = clock.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            if clock.monotonic() > until:
                raise DatabaseBusy() from error
        await clock.sleep(_LOOK_EVERY)


def steps_taken(path: Path) -> set[str]:
    """Names of the migrations a file has behind it; empty for one without tables."""
    with closing(sqlite3.connect(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'").fetchone():
            return set()
        return {name for (name,) in connection.execute(STEPS)}


def copy(source: Path, target: Path, check_value: str | None = None) -> None:
    """A consistent copy of a file that may be in use, with what its log holds, there whole or not at all.

    With ``check_value`` it is first restored on trial. Raises StorageError for a copy that would not open.
    """
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    prepare(draft)
    try:
        with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(draft)) as goal:
            origin.backup(goal)
        prove(draft)
        if check_value is not None:
            _restore_on_trial(draft, check_value)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def prove(path: Path) -> None:
    """Let SQLite check every page of a copy. Raises StorageError for one that is damaged or not of a shop."""
    with closing(sqlite3.connect(path)) as connection:
        answers = connection.execute("PRAGMA integrity_check").fetchall()
        steps = connection.execute("SELECT count(*) FROM tortoise_migrations").fetchone()[0]
        connection.execute("PRAGMA journal_mode = DELETE")
    if answers != [("ok",)] or not steps:
        raise StorageError(reason=_DAMAGED)


def _restore_on_trial(copy: Path, check_value: str) -> None:
    """Put the copy somewhere else, open it for writing as a shop would, and see that the shop's keyring is its own."""
    trial = copy.with_name(copy.name + ".trial")
    try:
        prepare(trial)
        shutil.copyfile(copy, trial)
        with closing(sqlite3.connect(trial)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("UPDATE shop SET epoch = epoch + 1 WHERE id = 1")
            connection.commit()
            found = connection.execute("SELECT key_check FROM shop WHERE id = 1").fetchone()
        if found != (check_value,):
            raise StorageError(reason=_DAMAGED)
        prove(trial)
    finally:
        for ending in ("", "-wal", "-shm"):
            trial.with_name(trial.name + ending).unlink(missing_ok=True)


async def copied(source: Path, target: Path, check_value: str | None = None) -> None:
    """``copy`` without holding up anybody else."""
    await asyncio.to_thread(copy, source, target, check_value)
