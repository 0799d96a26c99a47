"""The feed of changes: whoever follows it hears of everything, once, in order, also of what was committed late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import Context
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, job
from tillbridge.domain.clock import SystemClock
from tillbridge.storage import Storage, open_storage

T = TypeVar("T")
_LONG = 30.0
"""Longer than any machine takes; nothing waits this long unless it is broken."""
Elsewhere = Callable[[Callable[[Storage], Coroutine[Any, Any, T]]], Awaitable[T]]


@pytest.fixture
async def here(address: str, tmp_path: Path) -> AsyncIterator[Storage]:
    """A storage that waits in real time, as the parts that listen to a server must."""
    async with open_storage(address, SystemClock(), keyring_path=tmp_path / "keyring") as opened:
        yield opened


@pytest.fixture
def elsewhere(address: str, here: Storage, tmp_path: Path) -> Elsewhere[Any]:
    """Runs work on the same shop as another process would: over an opening of its own."""

    def run(work: Callable[[Storage], Coroutine[Any, Any, T]]) -> Awaitable[T]:
        async def whole() -> T:
            async with open_storage(address, SystemClock(), keyring_path=tmp_path / "keyring") as other:
                return await work(other)

        return asyncio.create_task(whole(), context=Context())

    return run


async def _kinds(storage: Storage, after: int) -> list[str]:
    return [each.kind for each in await storage.changes.tail(after)]


async def test_a_change_is_told_with_its_subject_and_only_when_it_is_kept(
    storage: Storage, clock: VirtualClock
) -> None:
    place = await storage.changes.newest()
    shop = await connected(storage, "Shop", clock.now())
    [change] = await storage.changes.tail(place)
    assert (change.kind, change.subject) == ("connection", str(shop.id))

    async def undone() -> None:
        async with storage.transaction():
            await storage.jobs.add([job(shop.id, clock.now())])
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await undone()
    assert await storage.changes.tail(change.seq) == ()
    assert await storage.changes.newest() == change.seq


async def test_the_feed_is_read_in_portions(storage: Storage) -> None:
    place = await storage.changes.newest()
    async with storage.transaction():
        for number in range(25):
            await storage.changes.note("sale", str(number))
    seen: list[str] = []
    while rows := await storage.changes.tail(place, limit=10):
        assert len(rows) <= 10
        seen += [each.subject for each in rows]
        place = rows[-1].seq
    assert seen == [str(number) for number in range(25)]


async def test_another_process_is_heard(here: Storage, elsewhere: Elsewhere[None]) -> None:
    place = await here.changes.newest()
    waiting = asyncio.create_task(here.changes.wait(_LONG, place))
    await elsewhere(lambda other: other.changes.note("sale"))
    assert await asyncio.wait_for(waiting, _LONG / 2)
    assert await _kinds(here, place) == ["sale"]


async def test_the_own_process_is_heard_by_all_who_wait(here: Storage) -> None:
    """The screens' feed and the worker both wait; neither may take the other's news away."""
    place = await here.changes.newest()
    waiting = [asyncio.create_task(here.changes.wait(_LONG, place)) for _ in range(3)]
    await asyncio.sleep(0)
    await here.changes.note("job")
    assert await asyncio.wait_for(asyncio.gather(*waiting), _LONG / 2) == [True, True, True]


async def test_nothing_is_missed_between_two_waits(here: Storage) -> None:
    assert not await here.changes.wait(0)
    await here.changes.note("job")
    assert await here.changes.wait(_LONG)
    assert not await here.changes.wait(0)


async def test_a_quiet_shop_is_waited_for_no_longer_than_asked(sqlite_storage: Storage, clock: VirtualClock) -> None:
    before = clock.monotonic()
    assert not await sqlite_storage.changes.wait(5)
    assert clock.monotonic() - before == pytest.approx(5)


@asynccontextmanager
async def _open_transaction(elsewhere: Elsewhere[None], kind: str) -> AsyncIterator[None]:
    """A transaction elsewhere that has drawn its number and commits when the block ends."""
    drawn, commit = asyncio.Event(), asyncio.Event()

    async def write(other: Storage) -> None:
        async with other.transaction():
            await other.changes.note(kind)
            drawn.set()
            await commit.wait()

    running = elsewhere(write)
    await drawn.wait()
    try:
        yield
    finally:
        commit.set()
        await running


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_what_is_committed_late_is_not_passed_over(here: Storage, elsewhere: Elsewhere[None]) -> None:
    """Numbers are drawn before the commit: one drawn first and committed last must still be heard, and in order."""
    place = await here.changes.newest()
    async with _open_transaction(elsewhere, "late"):
        await here.changes.note("early")
        assert await _kinds(here, place) == []
        assert await here.changes.newest() == place
        assert not await here.changes.wait(0, place)
    assert await asyncio.wait_for(here.changes.wait(_LONG, place), _LONG / 2)
    assert await _kinds(here, place) == ["late", "early"]


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_what_is_undone_holds_nothing_back(here: Storage) -> None:
    place = await here.changes.newest()

    async def undone() -> None:
        async with here.transaction():
            await here.changes.note("undone")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        await undone()
    async with here.transaction():
        for each in ("one", "two", "three"):
            await here.changes.note(each)
    assert await _kinds(here, place) == ["one", "two", "three"]


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_a_broken_line_to_the_server_is_laid_anew(here: Storage, elsewhere: Elsewhere[None]) -> None:
    place = await here.changes.newest()
    assert not await here.changes.wait(0, place)
    here.changes._listener.terminate()
    waiting = asyncio.create_task(here.changes.wait(_LONG, place))
    await elsewhere(lambda other: other.changes.note("sale"))
    assert await asyncio.wait_for(waiting, _LONG / 2)


async def test_pruning_keeps_the_newest(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tillbridge.storage.changes._KEEP", 5)
    async with storage.transaction():
        for number in range(20):
            await storage.changes.note("sale", str(number))
    await storage.changes.prune()
    assert [each.subject for each in await storage.changes.tail(0)] == [str(each) for each in range(14, 20)]
