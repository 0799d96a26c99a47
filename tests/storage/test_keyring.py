"""The keyring: for its owner's eyes, opened by a file, a passphrase or the environment, and never another shop's."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from pathlib import Path

import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.filling import connected
from tillbridge.domain.errors import DataReadOnly, KeyMissing, VaultError, WrongPassphrase
from tillbridge.domain.tokens import Secret
from tillbridge.storage import keyring, open_storage


def test_the_file_is_for_its_owner_alone_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keyring"
    ring = keyring.fresh()
    keyring.save(ring, path)
    assert path.stat().st_mode & 0o777 == 0o600
    left_over = path.with_name("keyring.new")
    left_over.write_text("from a crash")
    left_over.chmod(0o644)
    keyring.save(ring, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in path.parent.iterdir()) == ["keyring"]
    assert keyring.load(path) == ring


def test_it_prints_no_key(tmp_path: Path) -> None:
    ring = keyring.fresh()
    shown = repr(ring) + str(ring)
    for secret in (ring.shop_secret, *ring.keys.values()):
        assert repr(secret)[2:-1] not in shown
        assert b64encode(secret).decode() not in shown


def test_a_passphrase_locks_it(tmp_path: Path) -> None:
    path, ring = tmp_path / "keyring", keyring.fresh()
    keyring.save(ring, path, Secret("correct horse 🐎"))
    assert ring.active not in path.read_text()
    assert keyring.load(path, Secret("correct horse 🐎")) == ring
    with pytest.raises(WrongPassphrase):
        keyring.load(path, Secret("wrong"))
    with pytest.raises(WrongPassphrase):
        keyring.load(path)


def test_no_file_is_no_keyring(tmp_path: Path) -> None:
    assert keyring.load(tmp_path / "keyring") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"active": "k2", "keys": {}, "shop_secret": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}',
        '{"active": "k1", "keys": {"k1": "?"}, "shop_secret": "AA=="}',
        '{"sealed": "AA=="}',
    ],
)
def test_a_damaged_file_is_told_from_a_lost_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyring"
    path.write_text(text)
    with pytest.raises(VaultError, match=r"(?i)damaged|keyring"):
        keyring.load(path, Secret("x"))


def test_a_key_from_the_environment_stands_for_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyring.ENVIRONMENT, b64encode(bytes(range(32))).decode())
    first, second = keyring.load(tmp_path / "keyring"), keyring.load(tmp_path / "other")
    assert first is not None
    assert first == second
    assert not first.on_disk
    for wrong in ("short", b64encode(b"31 bytes are not enough").decode(), "ü" * 44):
        monkeypatch.setenv(keyring.ENVIRONMENT, wrong)
        with pytest.raises(VaultError, match="32 bytes"):
            keyring.load(tmp_path / "keyring")


async def test_a_shop_under_a_key_from_the_environment_keeps_no_file(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keyring.ENVIRONMENT, b64encode(os.urandom(32)).decode())
    address, path = str(tmp_path / "env.sqlite3"), tmp_path / "keyring"
    async with open_storage(address, clock, keyring_path=path) as storage:
        shop = await connected(storage, "Shop", clock.now())
        await storage.vault.put_secret(shop.id, "key", Secret("s3cret"))
        with pytest.raises(VaultError, match=keyring.ENVIRONMENT):
            await storage.vault.rotate()
    async with open_storage(address, clock, keyring_path=path) as storage:
        assert (await storage.vault.secrets(shop.id))["key"].reveal() == "s3cret"
    assert not path.exists()


async def test_a_passphrase_is_asked_for_at_every_opening(tmp_path: Path, clock: VirtualClock) -> None:
    address, path, words = str(tmp_path / "new.sqlite3"), tmp_path / "keyring", Secret("open sesame")
    async with open_storage(address, clock, keyring_path=path, passphrase=words) as storage:
        shop = await connected(storage, "Shop", clock.now())
        await storage.vault.put_secret(shop.id, "key", Secret("s3cret"))
        await storage.vault.rotate()
    assert set(json.loads(path.read_text())) == {"salt", "nonce", "sealed"}
    with pytest.raises(WrongPassphrase):
        async with open_storage(address, clock, keyring_path=path, passphrase=Secret("no")):
            pass
    async with open_storage(address, clock, keyring_path=path, passphrase=words) as storage:
        assert (await storage.vault.secrets(shop.id))["key"].reveal() == "s3cret"


async def test_a_keyring_of_another_shop_is_refused_and_left_alone(tmp_path: Path, clock: VirtualClock) -> None:
    address, path = copy_template(tmp_path), tmp_path / "keyring"
    keyring.save(keyring.fresh(), path)
    before = path.read_bytes()
    for accept in (False, True):
        with pytest.raises(KeyMissing):
            async with open_storage(address, clock, keyring_path=path, accept_new_keyring=accept):
                pass
    assert path.read_bytes() == before


async def test_a_lost_keyring_is_not_replaced_by_itself(tmp_path: Path, clock: VirtualClock) -> None:
    address, path = copy_template(tmp_path), tmp_path / "keyring"
    path.unlink()
    with pytest.raises(KeyMissing):
        async with open_storage(address, clock, keyring_path=path):
            pass
    assert not path.exists()


async def test_with_a_new_keyring_only_connections_with_secrets_are_locked(tmp_path: Path, clock: VirtualClock) -> None:
    address, path = copy_template(tmp_path), tmp_path / "keyring"
    async with open_storage(address, clock, keyring_path=path) as storage:
        closed, bare = await connected(storage, "Closed", clock.now()), await connected(storage, "Bare", clock.now())
        await storage.vault.put_secret(closed.id, "key", Secret("gone"))
    path.unlink()
    async with open_storage(address, clock, keyring_path=path, accept_new_keyring=True) as storage:
        assert await storage.vault.unreadable() == (closed.id,)
        with pytest.raises(KeyMissing):
            await storage.vault.secrets(closed.id)
        await storage.vault.put_secret(bare.id, "key", Secret("typed anew"))
        await storage.vault.put_secret(closed.id, "key", Secret("typed anew"))
    async with open_storage(address, clock, keyring_path=path) as storage:
        assert await storage.vault.unreadable() == ()
        assert (await storage.vault.secrets(closed.id))["key"].reveal() == "typed anew"


@pytest.mark.parametrize("lost", [False, True])
async def test_a_stop_while_the_keyring_is_made_can_be_started_over(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    address, path = str(tmp_path / "new.sqlite3"), tmp_path / "keyring"
    if lost:
        address = copy_template(tmp_path)
        path.unlink()

    def no_room(*_: object) -> None:
        raise DataReadOnly(path=path)

    with monkeypatch.context() as patch:
        patch.setattr(keyring, "save", no_room)
        with pytest.raises(DataReadOnly):
            async with open_storage(address, clock, keyring_path=path, accept_new_keyring=lost):
                pass
    async with open_storage(address, clock, keyring_path=path, accept_new_keyring=lost) as storage:
        assert await storage.vault.unreadable() == ()
