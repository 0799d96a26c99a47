"""Commits of many callers as one: what arrives within a few milliseconds shares a transaction and its disk write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tillbridge.domain.errors import DatabaseBusy, DatabaseUnreachable
from tillbridge.storage.database import Database

T = TypeVar("T")
_GATHER_SECONDS = 0.002
_MOST = 100


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Callable[[], Awaitable[Any]]
    done: asyncio.Future[Any]


class Together:
    """Each caller goes on after the commit; the failure of one undoes only its own writes."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of ``work``, durable. Inside a transaction it joins that.

        It may run twice when the server went away before the commit.
        """
        if self._db.in_transaction:
            return await self._db.whole(work)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit_all())
        return await done

    async def aclose(self) -> None:
        """Let what was handed over be committed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _commit_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(_GATHER_SECONDS)
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._commit(group)

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            results = await self._db.whole(lambda: self._each(group))
        except BaseException as error:  # each caller is told, and a cancelled loop must not leave them waiting
            for each in group:
                if not each.done.done():
                    each.done.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise
            return
        for each, (result, failure) in zip(group, results, strict=True):
            if each.done.done():
                continue
            if failure is not None:
                each.done.set_exception(failure)
            else:
                each.done.set_result(result)

    async def _each(self, group: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        if len(group) == 1:
            return [(await group[0].work(), None)]
        results: list[tuple[Any, Exception | None]] = []
        for each in group:
            try:
                async with self._db.transaction():
                    results.append((await each.work(), None))
            except (DatabaseUnreachable, DatabaseBusy):
                raise
            except Exception as error:  # belongs to the one caller who handed it over
                results.append((None, error))
        return results
