"""The PostgreSQL client: a transaction that is cancelled or refused gives its pooled connection back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from tillbridge.storage.trouble import translated

CONNECT_SECONDS = 10
"""A server that goes away just now may leave a call half answered; it is tried anew then."""
_FROM_ADDRESS = ("host", "port", "user", "database", "loop")


class Guarded(AsyncpgDBClient):
    """Every statement: the driver's errors come out as ours."""

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with translated("PostgreSQL"):
            return await super()._translate_exceptions(func, *args, **kwargs)


class SafeWrapper(Guarded, TransactionWrapper):
    """Its ends too: Tortoise opens savepoints of its own, and they end in the driver's errors otherwise."""

    async def begin(self) -> None:
        with translated("PostgreSQL"):
            await super().begin()

    async def commit(self) -> None:
        with translated("PostgreSQL"):
            await super().commit()

    async def rollback(self) -> None:
        with translated("PostgreSQL"):
            await super().rollback()

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(SafeWrapper(self))


class SafeContext(TransactionContextPooled):
    client: Any

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await asyncio.shield(pool.release(self.client._connection))
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        client: TransactionalDBClient = self.client
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """As Tortoise's, but a connection that died is forgotten even when giving it back fails."""
        try:
            if exc_type is None:
                await self.client.commit()
            elif exc_type is not TransactionManagementError:
                await self.client.rollback()
        finally:
            get_connections().reset(self.token)
            if (pool := self.client._parent._pool) is not None:
                await pool.release(self.client._connection)


class AloneContext(SafeContext):
    """A connection for one statement, which the server ends by itself: no BEGIN, no COMMIT, two round trips less."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self.client._connection = await self.client._parent._pool.acquire()
        self.token = get_connections().set(self.connection_name, self.client)
        client: TransactionalDBClient = self.client
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        if (pool := self.client._parent._pool) is not None:
            await pool.release(self.client._connection)


class SafeClient(Guarded):
    def _in_transaction(self) -> TransactionContext:
        return SafeContext(SafeWrapper(self), self._pool_init_lock)

    def for_one_statement(self) -> TransactionContext:
        return AloneContext(SafeWrapper(self), self._pool_init_lock)

    async def create_pool(self, **kwargs: Any) -> Any:
        """From the address as a whole, so that asyncpg reads all its options, such as those for TLS."""
        address = kwargs.pop("address")
        options = {name: value for name, value in kwargs.items() if name not in _FROM_ADDRESS}
        return await asyncpg.create_pool(address, timeout=CONNECT_SECONDS, reset=_as_it_is, **options)


async def _as_it_is(connection: Any) -> None:
    """Nothing of ours outlives its transaction, so a pooled connection needs no round trip to be clean again.

    An open transaction was rolled back before this is called.
    """


client_class = SafeClient
