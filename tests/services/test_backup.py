"""Copies of the data: consistent while the shop sells, and put back so that nothing is sent a second time."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.house import MAYA, new_shops, open_house_of
from tests.support.records import record
from tillbridge.domain.errors import DatabaseBusy, DiskFull, InvalidInput, KeyMissing, StorageError
from tillbridge.domain.orders import OrderStatus
from tillbridge.services.backup import put_back
from tillbridge.storage import restoring


async def _put_back(copy: Path, folder: Path, clock: VirtualClock) -> Path | None:
    return await put_back(copy, folder / "shop.sqlite3", clock, MAYA, keyring=folder / "keyring")


async def test_after_a_restore_what_was_sent_meanwhile_is_found_instead_of_sent_again(tmp_path: Path) -> None:
    clock = VirtualClock()
    shops = new_shops(clock)
    copy = tmp_path / "copy.db"
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.connect("shopify", "Harbour")
        await house.stock_up("Harbour")
        await house.services.orders.add([record("R-1")], MAYA)
        assert await house.services.backup.make(copy, MAYA) == copy
        await house.services.work()
        assert (await house.services.orders.show("R-1")).status is OrderStatus.SYNCED
    sold = len(shops["shopify"].ledger.orders)
    kept = await _put_back(copy, tmp_path, clock)
    assert kept is not None
    assert kept.exists()
    async with open_house_of(tmp_path, clock, shops) as house:
        assert (await house.services.shop.get()).epoch == 2
        assert (await house.services.orders.show("R-1")).status is OrderStatus.LOCAL
        await house.services.work()
        assert (await house.services.orders.show("R-1")).status is OrderStatus.SYNCED
        assert "health.audit.restored" in await house.done()
    assert len(shops["shopify"].ledger.orders) == sold


async def test_a_copy_opens_with_the_keyring_of_the_shop_and_holds_no_secret_in_clear(tmp_path: Path) -> None:
    clock = VirtualClock()
    shops = new_shops(clock)
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.connect("woocommerce", "Own site")
        copy = await house.services.backup.make(None, MAYA)
        assert (await house.done())[-1] == "health.audit.backup"
    assert shops["woocommerce"].credentials()["consumer_secret"].encode() not in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    await _put_back(copy, tmp_path, clock)
    async with open_house_of(tmp_path, clock, shops) as house:
        assert (await house.services.connections.test("Own site")).name


async def test_nothing_is_overwritten_and_nothing_strange_put_back(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear shop, this is a letter.")
    async with open_house_of(tmp_path, VirtualClock(), {}) as house:
        with pytest.raises(InvalidInput, match="letter"):
            await house.services.backup.make(other, MAYA)
    database = tmp_path / "shop.sqlite3"
    before = database.read_bytes()
    with pytest.raises(InvalidInput, match="letter"):
        await _put_back(other, tmp_path, VirtualClock())
    assert database.read_bytes() == before
    assert other.read_text().startswith("Dear shop")


STEPS = ("settle", "keep", "close", "swap")
RESTORE = """
import asyncio, os, sys
from pathlib import Path
from tests.support.clock import VirtualClock
from tests.support.house import MAYA
from tillbridge.services.backup import put_back
from tillbridge.storage import restoring
from tillbridge.storage import restoring
folder, step, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
real = getattr(restoring, step)
def dying(*given):
    if moment == "after":
        real(*given)
    os._exit(9)
setattr(restoring, step, dying)
restore = put_back(folder / "copy.db", folder / "shop.sqlite3", VirtualClock(), MAYA, keyring=folder / "keyring")
asyncio.run(restore)
"""


@pytest.fixture
async def cut_off(tmp_path: Path) -> Path:
    """A shop as a power cut left it: R-1 is in the copy, R-2 only in the log beside the database."""
    clock, live, left = VirtualClock(), tmp_path / "live", tmp_path / "left"
    live.mkdir()
    left.mkdir()
    async with open_house_of(live, clock, {}) as house:
        await house.services.orders.add([record("R-1")], MAYA)
        await house.services.backup.make(left / "copy.db", MAYA)
        await house.services.orders.add([record("R-2")], MAYA)
        for name in ("shop.sqlite3", "shop.sqlite3-wal", "keyring"):
            shutil.copy(live / name, left / name)
    return left


async def _receipts(folder: Path) -> tuple[set[str], int]:
    async with open_house_of(folder, VirtualClock(), {}) as house:
        found = {each.receipt for each in await house.services.orders.window()}
        return found, (await house.services.shop.get()).epoch


async def test_the_database_kept_aside_has_what_only_its_log_held(cut_off: Path) -> None:
    kept = await _put_back(cut_off / "copy.db", cut_off, VirtualClock())
    assert await _receipts(cut_off) == ({"R-1"}, 2)
    assert kept is not None
    with closing(sqlite3.connect(kept)) as old:
        assert {receipt for (receipt,) in old.execute("SELECT receipt FROM sale")} == {"R-1", "R-2"}
    assert not list(cut_off.glob("*.restoring*"))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_restore_that_is_killed_leaves_the_old_shop_or_the_new_one_whole(
    cut_off: Path, step: str, moment: str
) -> None:
    command = [sys.executable, "-c", RESTORE, str(cut_off), step, moment]
    killed = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
    assert killed.returncode == 9
    swapped = (step, moment) == ("swap", "after")
    assert await _receipts(cut_off) == (({"R-1"}, 2) if swapped else ({"R-1", "R-2"}, 1))
    await _put_back(cut_off / "copy.db", cut_off, VirtualClock())
    assert await _receipts(cut_off) == ({"R-1"}, 2)
    assert not list(cut_off.glob("*.restoring*"))


@pytest.mark.parametrize("step", STEPS)
async def test_a_restore_that_fails_at_any_step_leaves_the_old_shop_as_it_was(
    cut_off: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, step, failing)
    with pytest.raises(DiskFull):
        await _put_back(cut_off / "copy.db", cut_off, VirtualClock())
    assert await _receipts(cut_off) == ({"R-1", "R-2"}, 1)
    assert not list(cut_off.glob("*.restoring*"))


async def test_a_damaged_copy_and_one_of_another_shop_are_not_put_back(cut_off: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    content = bytearray((cut_off / "copy.db").read_bytes())
    content[3 * 4096 : 9 * 4096] = b"\x5a" * (6 * 4096)
    damaged.write_bytes(content)
    with pytest.raises(StorageError):
        await _put_back(damaged, cut_off, VirtualClock())
    foreign = tmp_path / "foreign.db"
    shutil.copy(cut_off / "copy.db", foreign)
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("UPDATE shop SET key_check = 'of somebody else'")
        other.commit()
    with pytest.raises(KeyMissing):
        await _put_back(foreign, cut_off, VirtualClock())
    assert await _receipts(cut_off) == ({"R-1", "R-2"}, 1)


async def test_a_shop_that_is_open_somewhere_is_not_replaced(cut_off: Path) -> None:
    with closing(sqlite3.connect(cut_off / "shop.sqlite3")) as other:
        assert other.execute("SELECT count(*) FROM sale").fetchone() == (2,)
        with pytest.raises(DatabaseBusy):
            await _put_back(cut_off / "copy.db", cut_off, VirtualClock())
        assert not list(cut_off.glob("*.before-restore*"))
    assert await _receipts(cut_off) == ({"R-1", "R-2"}, 1)


async def test_a_damaged_database_can_be_replaced_and_its_files_are_kept(cut_off: Path) -> None:
    database = cut_off / "shop.sqlite3"
    database.write_bytes(b"\x5a" * 8192)
    kept = await _put_back(cut_off / "copy.db", cut_off, VirtualClock())
    assert kept is not None
    assert kept.read_bytes() == b"\x5a" * 8192
    assert kept.with_name(kept.name + "-wal").exists()
    assert await _receipts(cut_off) == ({"R-1"}, 2)


async def test_a_copy_that_would_not_open_is_not_called_good(tmp_path: Path) -> None:
    async with open_house_of(tmp_path, VirtualClock(), {}) as house:
        await house.storage.shop.save_key_check("of somebody else")
        with pytest.raises(StorageError, match="damaged"):
            await house.services.backup.make(tmp_path / "copy.db", MAYA)
    assert not list(tmp_path.glob("copy.db*"))
