"""Opens the database: SQLite file or PostgreSQL, brought up to date first, and gives transactions on it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.context import TortoiseContext, get_current_context, set_global_context

from tillbridge.domain.clock import Clock, SystemClock
from tillbridge.domain.errors import DatabaseBusy, DatabaseUnreachable, StorageError
from tillbridge.storage import files, migrations
from tillbridge.storage.trouble import in_utc, translated

T = TypeVar("T")
LABEL = "tillbridge"
_MODELS = "tillbridge.storage.schema"
_MIGRATIONS = "tillbridge.storage.migrations"
_BUSY_MS = 30_000
_START_UP_LOCK = 7_711_301
_PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0)


class Database:
    """One open database. ``dialect`` is "sqlite" or "postgresql"; ``place`` may be shown to anybody.

    Tasks find it when they were started under it, or, ``for_all_tasks``, whenever: a screen is there before its data.
    """

    def __init__(self, address: str, clock: Clock | None = None, *, for_all_tasks: bool = False) -> None:
        self._for_all_tasks = for_all_tasks
        self.dialect = "postgresql" if address.startswith(("postgres://", "postgresql://")) else "sqlite"
        self.address = address
        self.path = Path(address.removeprefix("sqlite://")) if self.dialect == "sqlite" else None
        self.place = str(self.path) if self.path else _shown(address)
        self._clock = clock or SystemClock()
        self._context: TortoiseContext | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    def client(self) -> BaseDBAsyncClient:
        """The connection of the running transaction, or the shared one outside."""
        return self._opened.connections.get(self.dialect)

    @property
    def reader(self) -> BaseDBAsyncClient:
        """For long reads: on SQLite a connection of its own, so that writers do not wait."""
        return self._opened.connections.get("reader" if self.is_sqlite else self.dialect)

    @property
    def _opened(self) -> TortoiseContext:
        if self._context is None:
            raise StorageError(reason="the database is closed")
        return self._context

    @property
    def in_transaction(self) -> bool:
        """Whether the caller's task is inside a transaction."""
        return isinstance(self.client(), TransactionalDBClient)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing, durable when it ends. Start no task inside: it would inherit the transaction."""
        context = self.client()._in_transaction()
        with translated(self.place):
            await context.__aenter__()
        try:
            yield
        except BaseException as error:
            try:
                with translated(self.place):
                    await context.__aexit__(*sys.exc_info())
            except StorageError as second:
                # nothing was written either way, and the first failure is the one to be told
                error.add_note(f"undoing it said: {second}")
            raise
        with translated(self.place):
            await context.__aexit__(None, None, None)

    async def whole(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction; again from its start when the server went away before the commit.

        A commit that was cut off is not repeated, since it may have happened: then DatabaseUnreachable is raised.
        Inside another transaction it simply joins that.
        """
        if self.in_transaction:
            async with self.transaction():
                return await work()
        for pause in (*_PAUSES, None):
            committing = False
            try:
                async with self.transaction():
                    result = await work()
                    committing = True
                return result
            except (DatabaseUnreachable, DatabaseBusy):
                if committing or pause is None or self.is_sqlite:
                    raise
                await self._clock.sleep(pause)
        raise AssertionError("unreachable")

    async def at_once(self, statement: Callable[[], Awaitable[T]], *, repeatable: bool = False) -> T:
        """Run what is one statement on PostgreSQL without the round trips of a transaction around it.

        Inside a transaction it joins that; on SQLite, where it is several statements, it is ``whole``. One that was cut
        off may have happened: DatabaseUnreachable is raised, unless doing it twice is doing it once (``repeatable``).
        """
        if self.is_sqlite:
            return await self.whole(statement)
        if self.in_transaction:
            return await statement()
        for pause in (*_PAUSES, None):
            sent = False
            try:
                async with self._for_one_statement():
                    sent = True
                    return await statement()
            except DatabaseUnreachable:
                if pause is None or (sent and not repeatable):
                    raise
                await self._clock.sleep(pause)
            except DatabaseBusy:
                if pause is None:
                    raise
                await self._clock.sleep(pause)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _for_one_statement(self) -> AsyncIterator[None]:
        context = cast(Any, self.client()).for_one_statement()
        with translated(self.place):
            async with context:
                yield

    async def alone(self, mark: int) -> None:
        """Of transactions with this mark only one goes on at a time, until it ends; SQLite has one writer anyway."""
        if not self.is_sqlite:
            await self.rows("SELECT pg_advisory_xact_lock(?::bigint)", mark)

    async def rows(self, sql: str, *values: Any, long: bool = False) -> list[dict[str, Any]]:
        """Rows of a statement written with ``?``; also of UPDATE ... RETURNING."""
        client = self.reader if long else self.client()
        with translated(self.place):
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
        if isinstance(value, datetime):
            [text] = in_utc([value])
            return text if self.is_sqlite else value
        return str(value) if self.is_sqlite and isinstance(value, UUID) else value

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        """Bring up to date, connect, and close whatever happens: an open SQLite connection would hang the exit."""
        if get_current_context() is not None:
            raise StorageError(reason="another database is open in this task; close it first")
        with translated(self.place):
            if self.path is not None:
                files.prepare(self.path)
            if not await self._is_current():
                from tillbridge.storage.upgrading import bring_up  # noqa: PLC0415  heavy, and seldom needed

                async with self.start_up_lock():
                    await bring_up(self._config(foreign_keys=False), self.dialect, self.path)
        async with TortoiseContext() as context:
            with translated(self.place):
                await context.init(config=self._config())
                self._context = context
                if self._for_all_tasks:
                    set_global_context(context)
                await self.client().execute_query("SELECT 1")
                if self.is_sqlite:
                    # a first read that is given up while it connects would keep the library's lock for ever
                    await self.reader.execute_query("SELECT 1")
            try:
                yield self
            finally:
                self._context = None

    async def _is_current(self) -> bool:
        """Whether all steps of this version and no others were taken; then nothing of them needs to be loaded."""
        shipped = {each.name for each in pkgutil.iter_modules(migrations.__path__)}
        return await self._steps_taken() == shipped

    async def _steps_taken(self) -> set[str]:
        """Names of the steps a database has behind it; empty for one without tables."""
        if self.path is not None:
            return files.steps_taken(self.path)
        async with self._bare_connection() as connection:
            there = await connection.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL")
            return {row["name"] for row in await connection.fetch(files.STEPS)} if there else set()

    @asynccontextmanager
    async def start_up_lock(self) -> AsyncIterator[None]:
        """One process at a time prepares what all share; others wait."""
        if self.path is not None:
            # other processes move in real time, whatever clock the shop runs on
            async with files.start_up_lock(self.path, SystemClock()):
                yield
            return
        async with self._bare_connection() as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _START_UP_LOCK)
            yield

    @asynccontextmanager
    async def _bare_connection(self) -> AsyncIterator[Any]:
        """To PostgreSQL, beside the shared ones."""
        import asyncpg  # noqa: PLC0415  an extra: only where PostgreSQL is used

        from tillbridge.storage.asyncpg_engine import CONNECT_SECONDS  # noqa: PLC0415  likewise

        connection = await asyncpg.connect(self.address, timeout=CONNECT_SECONDS)
        try:
            yield connection
        finally:
            await connection.close()

    def _config(self, *, foreign_keys: bool = True) -> dict[str, Any]:
        app = {"models": [_MODELS], "default_connection": self.dialect, "migrations": _MIGRATIONS}
        return {"connections": self._connections(foreign_keys), "apps": {LABEL: app}, "use_tz": True, "timezone": "UTC"}

    def _connections(self, foreign_keys: bool) -> Mapping[str, Any]:
        if self.path is None:
            credentials = {"address": _without_password(self.address), "password": _password(self.address)}
            return {self.dialect: {"engine": "tillbridge.storage.asyncpg_engine", "credentials": credentials}}
        pragmas = {
            "file_path": str(self.path), "journal_mode": "WAL", "synchronous": "FULL", "busy_timeout": _BUSY_MS,
            "foreign_keys": "ON" if foreign_keys else "OFF",
        }  # fmt: skip
        engine = "tillbridge.storage.sqlite_engine"
        return {
            self.dialect: {"engine": engine, "credentials": pragmas},
            "reader": {"engine": engine, "credentials": {**pragmas, "query_only": "ON"}},
        }


def _password(address: str) -> str | None:
    password = urlsplit(address).password
    return unquote(password) if password else None


def _without_password(address: str) -> str:
    """The driver logs this, so the password goes another way."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}").geturl()


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.hostname or 'local'}:{parts.port or 5432}{parts.path}"


async def backup(database: Database, target: Path, check_value: str) -> None:
    """A consistent copy while running; refuses to call it good before it was restored on trial."""
    if database.path is None:
        raise StorageError(reason="back up PostgreSQL with pg_dump; Tillbridge copies its own SQLite file")
    with translated(str(target)):
        await files.copied(database.path, target, check_value)
