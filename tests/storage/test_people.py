"""What operators are told: one row per cause, counted while unread, read once for all terminals."""

from __future__ import annotations

import asyncio
from uuid import UUID

from tests.support.clock import VirtualClock
from tillbridge.domain.notifications import Notification, Severity
from tillbridge.storage import Storage


async def _push(storage: Storage, cause: str = "disk", **params: str) -> UUID:
    return await storage.notifications.push(cause, Severity.ERROR, "error.disk_full", params, "Häfen")


async def test_the_same_cause_counts_up_and_shows_the_newest_words(storage: Storage, clock: VirtualClock) -> None:
    first_at = clock.now()
    first = await _push(storage, path="/a")
    clock.advance(60)
    assert await _push(storage, path="/ü") == first
    other = await _push(storage, "else")
    [newest, older] = sorted(await storage.notifications.unread(), key=lambda each: each.id != other)
    assert newest.id == other
    assert older == Notification(
        id=first,
        cause="disk",
        severity=Severity.ERROR,
        message_id="error.disk_full",
        params={"path": "/ü"},
        subject="Häfen",
        count=2,
        first_at=first_at,
        last_at=clock.now(),
        read_by="",
        read_at=None,
    )


async def test_many_workers_with_one_trouble_make_one_row(storage: Storage) -> None:
    ids = await asyncio.gather(*(_push(storage) for _ in range(8)))
    assert len(set(ids)) == 1
    [only] = await storage.notifications.unread()
    assert only.count == 8


async def test_read_once_it_is_read_everywhere_and_the_next_is_new(storage: Storage, clock: VirtualClock) -> None:
    first = await _push(storage)
    read_at = clock.now()
    await storage.notifications.mark_read(first, "Zoë")
    assert await storage.notifications.unread() == ()
    clock.advance(60)
    await storage.notifications.mark_read(first, "Tomás")
    [kept] = await storage.notifications.list()
    assert (kept.read_by, kept.read_at) == ("Zoë", read_at)
    second = await _push(storage)
    assert second != first
    assert [(each.id, each.count) for each in await storage.notifications.unread()] == [(second, 1)]
    assert len(await storage.notifications.list()) == 2


async def test_newest_first(storage: Storage, clock: VirtualClock) -> None:
    ids = []
    for cause in ("a", "b", "c"):
        clock.advance(1)
        ids.append(await _push(storage, cause))
    clock.advance(1)
    await _push(storage, "a")
    assert [each.id for each in await storage.notifications.unread()] == [ids[0], ids[2], ids[1]]
    assert [each.id for each in await storage.notifications.list(limit=1)] == [ids[0]]


async def test_a_long_cause_is_still_one_cause(storage: Storage) -> None:
    assert await _push(storage, "x" * 500) == await _push(storage, "x" * 500)
