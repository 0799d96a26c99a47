"""Doctor: each check says what it found and what to do, and one store in trouble hides nothing of the others."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.house import House, open_house_of
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.ids import new_id
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.health import Check, HealthService, Verdict, park_what_does_not_open


async def _check(house: House, name: str, *, live: bool = False) -> Check:
    checks = await house.services.health.doctor(live=live)
    return next(each for each in checks if each.name == name)


async def test_a_well_shop_needs_nothing(house: House) -> None:
    await house.connect("shopify", "Harbour")
    checks = await house.services.health.doctor(live=True)
    assert {each.verdict for each in checks if each.name != "disk"} == {Verdict.WELL}
    assert all(each.words for each in checks)


@pytest.mark.parametrize("state", [each for each in ConnectionState if each is not ConnectionState.READY])
async def test_a_store_that_is_not_ready_says_why_and_what_to_do(house: House, state: ConnectionState) -> None:
    added = await house.connect("shopify", "Harbour")
    await house.storage.connections.save(replace(added, state=state))
    check = await _check(house, "connection Harbour")
    assert check.verdict is Verdict.WATCH
    assert check.next_step


async def test_a_paused_or_held_back_store_is_no_secret(house: House) -> None:
    added = await house.connect("shopify", "Harbour")
    await house.storage.connections.save(replace(added, paused=True))
    assert "paused" in (await _check(house, "connection Harbour")).words
    await house.storage.connections.save(replace(added, paused=False))
    for _ in range(20):
        await house.storage.budgets.report(added.id, False, house.clock.now())
    check = await _check(house, "connection Harbour")
    assert check.verdict is Verdict.WATCH
    assert "failures" in check.words


async def test_live_every_store_is_asked_and_the_one_in_trouble_named(house: House) -> None:
    await house.connect("shopify", "Harbour")
    await house.connect("woocommerce", "Own site")
    house.shops["woocommerce"].revoke_tokens()
    ill = await _check(house, "connection Own site", live=True)
    assert ill.verdict is Verdict.ILL
    assert ill.next_step
    assert (await _check(house, "connection Harbour", live=True)).verdict is Verdict.WELL


@pytest.mark.parametrize(("ahead", "verdict"), [(90.0, Verdict.WELL), (-90.0, Verdict.WELL), (-7200.0, Verdict.ILL)])
async def test_a_clock_that_differs_from_the_stores_is_told(house: House, ahead: float, verdict: Verdict) -> None:
    skews = {new_id(): 1.0, new_id(): ahead}
    health = HealthService(
        house.storage, PlatformServiceRegistry(), house.folder, house.folder / "keyring", lambda: skews
    )
    [check] = [each for each in await health.doctor() if each.name == "clock"]
    assert check.verdict is verdict
    assert ("7200" in check.words) == bool(check.next_step)


async def test_files_others_can_read_are_named_with_the_command(house: House) -> None:
    (house.folder / "keyring").chmod(0o640)
    check = await _check(house, "permissions")
    assert check.verdict is Verdict.ILL
    assert "chmod 600" in check.next_step
    assert "keyring" in check.next_step


def _spoil(database: Path, connection_id: UUID) -> None:
    """What a damaged disk or a foreign row would leave."""
    with closing(sqlite3.connect(database)) as raw:
        changed = raw.execute("UPDATE secret SET closed = 'AAAA' WHERE connection_id = ?", [str(connection_id)])
        assert changed.rowcount
        raw.commit()


async def _park(house: House) -> tuple[str, ...]:
    return await park_what_does_not_open(house.storage, PlatformServiceRegistry().spec)


async def test_credentials_that_do_not_open_lock_their_store_and_no_other(house: House) -> None:
    locked = await house.connect("shopify", "Harbour")
    await house.connect("woocommerce", "Own site")
    _spoil(house.folder / "shop.sqlite3", locked.id)
    for _ in range(2):
        assert await _park(house) == ("Harbour",)
    assert [each.count for each in await house.storage.notifications.unread()] == [1]
    states = {each.connection.name: each.connection.state for each in await house.services.connections.list()}
    assert states == {"Harbour": ConnectionState.LOCKED, "Own site": ConnectionState.READY}
    check = await _check(house, "vault")
    assert check.verdict is Verdict.ILL
    assert "Harbour" in check.words
    assert "Own site" not in check.words


async def test_a_store_that_opens_again_is_as_ready_as_it_was(house: House) -> None:
    ready = await house.connect("shopify", "Harbour")
    tested = await house.connect("woocommerce", "Own site", prepare=False)
    for each in (ready, tested):
        await house.storage.connections.save(replace(each, state=ConnectionState.LOCKED))
    assert await _park(house) == ()
    states = {each.connection.name: each.connection.state for each in await house.services.connections.list()}
    assert states == {"Harbour": ConnectionState.READY, "Own site": ConnectionState.CONNECTED}


async def test_a_refused_store_that_does_not_open_either_stays_refused(house: House) -> None:
    added = await house.connect("shopify", "Harbour")
    await house.storage.connections.save(replace(added, state=ConnectionState.NEEDS_REAUTHENTICATION))
    _spoil(house.folder / "shop.sqlite3", added.id)
    assert await _park(house) == ("Harbour",)
    found = await house.services.connections.find("Harbour")
    assert found.state is ConnectionState.NEEDS_REAUTHENTICATION


async def test_a_store_of_a_platform_not_installed_any_more_does_not_stop_the_start(house: House) -> None:
    added = await house.connect("shopify", "Harbour")
    await house.storage.connections.save(replace(added, state=ConnectionState.LOCKED, platform="corner"))
    assert await _park(house) == ()
    assert [each.state for each in await house.storage.connections.all()] == [ConnectionState.CONNECTED]


async def test_a_disk_that_fills_up_is_told_before_it_is_full(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, verdict in ((150 * 2**20, Verdict.WATCH), (900 * 2**20, Verdict.WELL)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        check = await _check(house, "disk")
        assert check.verdict is verdict
        assert f"{free // 2**20} MB" in check.words
        assert ("space" in check.next_step) == (verdict is Verdict.WATCH)


async def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not (path == house.folder and mode == os.W_OK))
    check = await _check(house, "permissions")
    assert check.verdict is Verdict.ILL
    assert str(house.folder) in check.words
    assert "--data-dir" in check.next_step


async def test_a_damaged_database_is_told_with_the_way_back(tmp_path: Path) -> None:
    """One page of an index nothing reads just then."""
    clock = VirtualClock()
    async with open_house_of(tmp_path, clock, {}):
        pass
    database = tmp_path / "shop.sqlite3"
    with closing(sqlite3.connect(database)) as raw:
        index = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'quarantine' LIMIT 1"
        [(page,)] = raw.execute(index)
        [(size,)] = raw.execute("PRAGMA page_size")
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x5a" * size)
    async with open_house_of(tmp_path, clock, {}) as house:
        check = await _check(house, "database")
    assert check.verdict is Verdict.ILL
    assert "damaged" in check.words
    assert "restore" in check.next_step
