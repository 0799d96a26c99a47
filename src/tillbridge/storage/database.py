"""Opens the database: SQLite file or PostgreSQL, brought up to date first, and gives transactions on it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from tillbridge.domain.errors import DataReadOnly, NewerDatabase, StorageError
from tillbridge.storage.trouble import translated

LABEL = "tillbridge"
_MODELS = "tillbridge.storage.schema"
_MIGRATIONS = "tillbridge.storage.migrations"
_BUSY_MS = 30_000
_START_UP_LOCK = 7_711_301


class Database:
    """One open database. ``dialect`` is "sqlite" or "postgresql"; ``place`` may be shown to anybody."""

    def __init__(self, address: str) -> None:
        self.dialect = "postgresql" if address.startswith(("postgres://", "postgresql://")) else "sqlite"
        self.address = address
        self.path = Path(address.removeprefix("sqlite://")) if self.dialect == "sqlite" else None
        self.place = str(self.path) if self.path else _without_password(address)
        self._context: TortoiseContext | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    def client(self) -> BaseDBAsyncClient:
        """The connection of the running transaction, or the shared one outside."""
        if self._context is None:
            raise StorageError(reason="the database is closed")
        return self._context.connections.get(self.dialect)

    @property
    def reader(self) -> BaseDBAsyncClient:
        """For long reads: on SQLite a connection of its own, so that writers do not wait."""
        if self._context is None:
            raise StorageError(reason="the database is closed")
        return self._context.connections.get("reader" if self.is_sqlite else self.dialect)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing, durable when it ends. Start no task inside: it would inherit the transaction."""
        with translated(self.place):
            async with in_transaction(self.dialect):
                yield

    async def rows(self, sql: str, *values: Any, long: bool = False) -> list[dict[str, Any]]:
        """Rows of a statement written with ``?``; also of UPDATE ... RETURNING."""
        with translated(self.place):
            client = self.reader if long else self.client()
            return await client.execute_query_dict(self.placed(sql), [self.value(each) for each in values])

    async def run(self, sql: str, *values: Any) -> int:
        """The number of rows a statement touched."""
        with translated(self.place):
            count, _ = await self.client().execute_query(self.placed(sql), [self.value(each) for each in values])
            return count

    def placed(self, sql: str) -> str:
        """``?`` as PostgreSQL numbers them. No statement of ours holds a question mark in a literal."""
        if self.is_sqlite:
            return sql
        parts = sql.split("?")
        return "".join(f"{part}${at}" if at < len(parts) else part for at, part in enumerate(parts, start=1))

    def value(self, value: Any) -> Any:
        """A parameter as the driver wants it, equal to what Tortoise writes."""
        if self.is_sqlite:
            if isinstance(value, datetime):
                return value.astimezone(UTC).isoformat(" ")
            if isinstance(value, UUID):
                return str(value)
        return value

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        """Bring up to date, connect, and close whatever happens: an open SQLite connection would hang the exit."""
        with translated(self.place):
            if self.path is not None:
                _prepare_file(self.path)
            async with self._start_up_lock():
                await self._bring_up()
        async with TortoiseContext() as context:
            with translated(self.place):
                await context.init(config=self._config())
                self._context = context
                await self.client().execute_query("SELECT 1")
            try:
                yield self
            finally:
                self._context = None

    async def _bring_up(self) -> None:
        config = self._config(foreign_keys=False)
        async with TortoiseContext() as context:
            await context.init(config=config)
            client = context.connections.get(self.dialect)
            # plan() would take an unreachable database for an empty one
            await client.execute_query("SELECT 1")
            executor = MigrationExecutor(client, cast(Any, config["apps"]))
            steps = await executor.plan()
            known = set(executor.loader.disk_migrations)
            if unknown := set(executor.loader.applied_migrations) - known:
                raise NewerDatabase(steps=", ".join(sorted(each.name for each in unknown)))
            if not steps:
                return
            if self.path is not None and executor.loader.applied_migrations:
                _copy(
                    self.path,
                    self.path.with_suffix(f".before-{steps[-1].name if hasattr(steps[-1], 'name') else 'update'}"),
                )
            await executor.migrate(direction="forward")
            if self.is_sqlite and (await client.execute_query("PRAGMA foreign_key_check"))[1]:
                raise StorageError(reason="the update left rows without their owner; the copy before it is kept")

    @asynccontextmanager
    async def _start_up_lock(self) -> AsyncIterator[None]:
        """One process brings the database up to date, others wait."""
        if self.path is not None:
            with _side_lock(self.path):
                yield
            return
        import asyncpg  # noqa: PLC0415  an extra: only where PostgreSQL is used

        connection = await asyncpg.connect(self.address)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _START_UP_LOCK)
            yield
        finally:
            await connection.close()

    def _config(self, *, foreign_keys: bool = True) -> dict[str, Any]:
        app = {"models": [_MODELS], "default_connection": self.dialect, "migrations": _MIGRATIONS}
        return {"connections": self._connections(foreign_keys), "apps": {LABEL: app}, "use_tz": True, "timezone": "UTC"}

    def _connections(self, foreign_keys: bool) -> Mapping[str, Any]:
        if self.path is None:
            return {
                self.dialect: {"engine": "tillbridge.storage.asyncpg_engine", "credentials": _credentials(self.address)}
            }
        pragmas = {
            "file_path": str(self.path), "journal_mode": "WAL", "synchronous": "FULL", "busy_timeout": _BUSY_MS,
            "foreign_keys": "ON" if foreign_keys else "OFF",
        }  # fmt: skip
        engine = "tillbridge.storage.sqlite_engine"
        return {
            self.dialect: {"engine": engine, "credentials": pragmas},
            "reader": {"engine": engine, "credentials": {**pragmas, "query_only": "ON"}},
        }


def _credentials(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    return {
        "host": parts.hostname or dict(parse_qsl(parts.query)).get("host", "localhost"),
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": parts.path.lstrip("/"),
        "minsize": 1,
        "maxsize": 5,
    }


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.hostname or 'local'}:{parts.port or 5432}{parts.path}"


def _prepare_file(path: Path) -> None:
    """The file exists and only its owner may read it, before anything is written to it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except PermissionError as error:
        raise DataReadOnly(path=path.parent) from error
    except OSError as error:
        if error.errno == 30:
            raise DataReadOnly(path=path.parent) from error
        raise


@contextmanager
def _side_lock(path: Path) -> Any:
    lock = path.with_name(path.name + ".lock")
    connection = sqlite3.connect(lock, isolation_level=None, timeout=60)
    try:
        lock.chmod(0o600)
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


def _copy(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite file that may be in use."""
    with sqlite3.connect(source) as origin, sqlite3.connect(target) as copy:
        origin.backup(copy)
    origin.close()
    copy.close()
    target.chmod(0o600)


async def backup(database: Database, target: Path) -> None:
    """A consistent copy while running; refuses to call it good before it opened and answered."""
    if database.path is None:
        raise StorageError(reason="back up PostgreSQL with pg_dump; Tillbridge copies its own SQLite file")
    await asyncio.to_thread(_copy, database.path, target)
    await asyncio.to_thread(_prove, target)


def _prove(path: Path) -> None:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        answers: Sequence[Any] = connection.execute("PRAGMA integrity_check").fetchall()
        connection.execute("SELECT count(*) FROM sale").fetchone()
    finally:
        connection.close()
    if answers != [("ok",)]:
        raise StorageError(reason="the copy is damaged; nothing was replaced")
