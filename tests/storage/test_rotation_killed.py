"""Rotation in a process that is killed at each of its writes: everything opens afterwards, and the next one ends it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import Cluster, copy_template
from tests.support.filling import connected
from tillbridge.domain.tokens import Secret, Token, TokenType
from tillbridge.storage import Storage, open_storage

SECRETS = {"one": "eins", "two": "zwei"}
WRITES = 15


async def _fill(address: str, path: Path) -> UUID:
    clock = VirtualClock()
    async with open_storage(address, clock, keyring_path=path) as storage:
        shop = await connected(storage, "Shop", clock.now())
        for name, value in SECRETS.items():
            await storage.vault.put_secret(shop.id, name, Secret(value))
        ends = clock.now() + timedelta(hours=1)
        for each in (TokenType.ACCESS, TokenType.REFRESH):
            await storage.vault.put_token(shop.id, Token(each, Secret(each.value), clock.now(), ends))
    return shop.id


async def _all_open(storage: Storage, shop_id: UUID) -> None:
    found = {name: each.reveal() for name, each in (await storage.vault.secrets(shop_id)).items()}
    assert found == SECRETS
    for each in (TokenType.ACCESS, TokenType.REFRESH):
        token = await storage.vault.token(shop_id, each)
        assert token is not None
        assert token.value.reveal() == each.value
    assert await storage.vault.unreadable() == ()


async def _killed_at_each_write(folder: Path, address: str, again: Callable[[Path], str]) -> None:
    shop_id = await _fill(address, folder / "keyring")
    shops: list[tuple[str, Path]] = []
    for number in range(WRITES + 3):
        place = folder / f"shop-{number}"
        place.mkdir()
        shutil.copy(folder / "keyring", place / "keyring")
        shops.append((again(place), place / "keyring"))
    command = [sys.executable, "-m", "tests.support.rotating", *(str(each) for pair in shops for each in pair)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    killed = int(done.stdout)
    assert killed == WRITES, "each write of the keyring and of the rows is a step"
    for database, path in shops[: killed + 1]:
        async with open_storage(database, VirtualClock(), keyring_path=path) as storage:
            await _all_open(storage, shop_id)
            fresh = await storage.vault.rotate()
            assert storage.vault.keys() == (fresh,)
            await _all_open(storage, shop_id)


async def test_on_sqlite_nothing_is_lost(tmp_path: Path) -> None:
    address = copy_template(tmp_path)

    def again(place: Path) -> str:
        return shutil.copy(address, str(place / "shop.sqlite3"))

    await _killed_at_each_write(tmp_path, address, again)


@pytest.mark.soak
async def test_on_postgresql_nothing_is_lost(postgresql: Cluster, tmp_path: Path) -> None:
    address = postgresql.fresh()
    template = address.split("/")[3].split("?")[0]
    await _killed_at_each_write(tmp_path, address, lambda place: postgresql.fresh(template))
