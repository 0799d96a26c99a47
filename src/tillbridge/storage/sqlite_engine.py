"""The SQLite client: a transaction takes the write lock at once and gives it back whatever happens.

Tortoise's own begins deferred, which fails under several writers, and keeps its lock when a begin is cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections

from tillbridge.domain.errors import StorageError
from tillbridge.storage.trouble import in_utc, translated


class Guarded(SqliteClient):
    """Every statement: times go in as UTC, so that they sort as text, and the driver's errors come out as ours."""

    @property
    def place(self) -> str:
        return str(self.filename)

    def _still_good(self) -> None:
        """Raises StorageError when a statement would not count any more."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        self._still_good()
        with translated(self.place):
            return await super().execute_insert(query, in_utc(values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        self._still_good()
        with translated(self.place):
            await super().execute_many(query, [in_utc(each) for each in values])

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[Any, Any]]]:
        self._still_good()
        with translated(self.place):
            found: tuple[int, Sequence[dict[Any, Any]]] = await super().execute_query(query, in_utc(values or []))
            return found

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[Any, Any]]:
        self._still_good()
        with translated(self.place):
            found: list[dict[Any, Any]] = await super().execute_query_dict(query, in_utc(values or []))
            return found


class ImmediateWrapper(Guarded, SqliteTransactionWrapper):
    @property
    def place(self) -> str:
        return str(getattr(self._parent, "place", ""))

    def _still_good(self) -> None:
        """SQLite undoes a whole transaction by itself when the disk is full; what follows must not slip in alone."""
        if not self._connection.in_transaction:
            raise StorageError(reason="the transaction was undone")

    async def savepoint(self) -> None:
        self._still_good()
        with translated(self.place):
            await super().savepoint()

    async def release_savepoint(self) -> None:
        self._still_good()
        with translated(self.place):
            await super().release_savepoint()

    async def commit(self) -> None:
        self._still_good()
        with translated(self.place):
            await super().commit()

    async def begin(self) -> None:
        with translated(self.place):
            await self._connection.execute("BEGIN IMMEDIATE")

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateWrapper(self))


class ImmediateContext(SqliteTransactionContext):
    connection: Any

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            try:
                if self.connection._connection is not None:
                    await asyncio.shield(self.connection._connection.rollback())
            finally:
                self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client


class ImmediateClient(Guarded):
    def _in_transaction(self) -> TransactionContext:
        return ImmediateContext(ImmediateWrapper(self), self._lock)


client_class = ImmediateClient
