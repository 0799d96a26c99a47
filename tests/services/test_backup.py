"""Copies of the data: consistent while the shop sells, and put back so that nothing is sent a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.house import MAYA, new_shops, open_house_of
from tests.support.records import record
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.orders import OrderStatus
from tillbridge.services.backup import put_back


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
    kept = put_back(copy, tmp_path / "shop.sqlite3", clock.now())
    assert kept is not None
    assert kept.exists()
    async with open_house_of(tmp_path, clock, shops) as house:
        await house.services.backup.begin_epoch(MAYA)
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
    put_back(copy, tmp_path / "shop.sqlite3", clock.now())
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
        put_back(other, database, VirtualClock().now())
    assert database.read_bytes() == before
    assert other.read_text().startswith("Dear shop")
