"""Commits of many callers as one: what comes while another commit is under way shares a transaction and disk write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from tillbridge.domain.errors import DatabaseBusy, DatabaseUnreachable
from tillbridge.storage.database import Database

T = TypeVar("T")
Write = Callable[[Sequence[Any]], Awaitable[Sequence[Exception | None]]]
"""Writes many entries of a kind, on PostgreSQL in one statement; answers for each what went wrong, or None.

Written twice the same entries must be as written once.
"""
_MOST = 100


@dataclass(frozen=True, slots=True)
class _Waiting:
    """``entry`` with all others for the same ``write``, then ``work`` in a savepoint of its own."""

    done: asyncio.Future[Any]
    work: Callable[[], Awaitable[Any]] | None = None
    write: Write | None = None
    entry: Any = None


class _Spoiled(Exception):
    """What belongs to an entry failed after it was written with the others: they are written again without it."""

    def __init__(self, waiting: _Waiting, failure: Exception) -> None:
        self.waiting, self.failure = waiting, failure


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
        await self._handed(_Waiting(done, work))
        return await done

    async def write(self, write: Write, entry: Any, also: Callable[[], Awaitable[None]] | None = None) -> None:
        """Write ``entry`` with all others of its kind, durable; ``also`` runs after it and shares its fate."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(done, also, write, entry)
        if self._db.in_transaction:
            await self._db.whole(lambda: self._alone(waiting))
        else:
            await self._handed(waiting)

    async def _handed(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit_all())
        await waiting.done

    async def aclose(self) -> None:
        """Let what was handed over be committed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _commit_all(self) -> None:
        while self._waiting:
            # those who are as far in this turn of the loop come along; later ones gather while this group is committed
            await asyncio.sleep(0)
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._commit(group)

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            while group:
                try:
                    results = await self._committed(group)
                except _Spoiled as spoiled:
                    group = [each for each in group if each is not spoiled.waiting]
                    _tell(spoiled.waiting, None, spoiled.failure)
                else:
                    for each, (result, failure) in zip(group, results, strict=True):
                        _tell(each, result, failure)
                    return
        except BaseException as error:  # each caller is told, and a cancelled loop must not leave them waiting
            for each in group:
                _tell(each, None, error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise

    async def _committed(self, group: list[_Waiting]) -> list[tuple[Any, BaseException | None]]:
        """Entries of one kind with nothing besides are a statement that may be written twice."""
        if len({each.write for each in group}) == 1 and group[0].write and not any(each.work for each in group):
            write = partial(group[0].write, [each.entry for each in group])
            return [(None, failure) for failure in await self._db.at_once(write, repeatable=True)]
        return await self._db.whole(partial(self._each, group))

    async def _each(self, group: list[_Waiting]) -> list[tuple[Any, BaseException | None]]:
        if len(group) == 1:
            return [(await self._alone(group[0]), None)]
        failures: dict[int, Exception | None] = {}
        kinds: dict[Write, list[int]] = {}
        for at, each in enumerate(group):
            if each.write is not None:
                kinds.setdefault(each.write, []).append(at)
        for write, places in kinds.items():
            failures |= zip(places, await write([group[at].entry for at in places]), strict=True)
        return [(None, failures[at]) if failures.get(at) else await self._worked(each) for at, each in enumerate(group)]

    async def _alone(self, waiting: _Waiting) -> Any:
        if waiting.write is not None:
            [failure] = await waiting.write([waiting.entry])
            if failure is not None:
                raise failure
        return await waiting.work() if waiting.work is not None else None

    async def _worked(self, each: _Waiting) -> tuple[Any, Exception | None]:
        if each.work is None:
            return None, None
        try:
            async with self._db.transaction():
                return await each.work(), None
        except (DatabaseUnreachable, DatabaseBusy):
            raise
        except Exception as error:  # belongs to the one caller who handed it over
            if each.write is not None:
                raise _Spoiled(each, error) from error
            return None, error


def _tell(waiting: _Waiting, result: Any, failure: BaseException | None) -> None:
    """A caller that was cancelled meanwhile hears nothing."""
    if waiting.done.done():
        return
    if failure is not None:
        waiting.done.set_exception(failure)
    else:
        waiting.done.set_result(result)
