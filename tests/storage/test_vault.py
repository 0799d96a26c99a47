"""The vault: nothing opens in another row or with another key, and no stop during rotation loses a credential."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.filling import connected
from tillbridge.domain.errors import SecretUnreadable
from tillbridge.domain.tokens import Secret, Token, TokenFacts, TokenType
from tillbridge.storage import Storage, Vault, keyring, open_storage
from tillbridge.storage.database import Database


def _token(clock: VirtualClock, value: str = "access", **changes: Any) -> Token:
    expires = clock.now() + timedelta(hours=1)
    return Token(changes.pop("type", TokenType.ACCESS), Secret(value), clock.now(), expires, **changes)


async def _raw(storage: Storage, sql: str, *values: object) -> list[dict[str, Any]]:
    return await storage._database.rows(sql, *values)


async def test_secrets_and_tokens_come_back(storage: Storage, clock: VirtualClock) -> None:
    shop, other = await connected(storage, "Shop", clock.now()), await connected(storage, "Other", clock.now())
    await storage.vault.put_secret(shop.id, "client_secret", Secret("ключ"))
    await storage.vault.put_secret(shop.id, "client_secret", Secret("новый ключ"))
    await storage.vault.put_secret(other.id, "client_secret", Secret("x"))
    assert {name: each.reveal() for name, each in (await storage.vault.secrets(shop.id)).items()} == {
        "client_secret": "новый ключ"
    }
    token, lasting = _token(clock, generation=3), Token(TokenType.API_KEY, Secret("k"), clock.now())
    await storage.vault.put_token(shop.id, token, renewable=True, renewed=True)
    await storage.vault.put_token(other.id, lasting)
    assert await storage.vault.token(shop.id, TokenType.ACCESS) == token
    assert await storage.vault.token(other.id, TokenType.API_KEY) == lasting
    assert await storage.vault.token(other.id, TokenType.ACCESS) is None
    now = clock.now()
    assert await storage.vault.token_facts() == (
        TokenFacts("Other", TokenType.API_KEY, now, None, None, False, 1),
        TokenFacts("Shop", TokenType.ACCESS, now, token.expires_at, now, True, 3),
    )
    await storage.vault.drop_all(shop.id)
    assert await storage.vault.token(shop.id, TokenType.ACCESS) is None


async def test_no_value_stands_in_the_database_in_clear(tmp_path: Path, clock: VirtualClock) -> None:
    address = copy_template(tmp_path)
    async with open_storage(address, clock, keyring_path=tmp_path / "keyring") as storage:
        shop = await connected(storage, "Shop", clock.now())
        await storage.vault.put_secret(shop.id, "key", Secret("hunter2hunter2"))
        await storage.vault.put_token(shop.id, _token(clock, "hunter2hunter2"))
        for file in tmp_path.iterdir():
            assert b"hunter2" not in file.read_bytes(), file


async def test_the_same_secret_never_looks_the_same(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.vault.put_secret(shop.id, "a", Secret("same"))
    first = await _raw(storage, "SELECT closed FROM secret")
    await storage.vault.put_secret(shop.id, "a", Secret("same"))
    assert await _raw(storage, "SELECT closed FROM secret") != first


@pytest.mark.parametrize("change", ["connection", "name", "value"])
async def test_a_value_moved_to_another_row_does_not_open(storage: Storage, clock: VirtualClock, change: str) -> None:
    shop, other = await connected(storage, "Shop", clock.now()), await connected(storage, "Other", clock.now())
    await storage.vault.put_secret(shop.id, "key", Secret("mine"))
    await storage.vault.put_secret(other.id, "fine", Secret("untouched"))
    moved: UUID = shop.id
    if change == "connection":
        moved = other.id
        await _raw(storage, "UPDATE secret SET connection_id = ? WHERE name = 'key'", other.id)
    elif change == "name":
        await _raw(storage, "UPDATE secret SET name = 'other' WHERE name = 'key'")
    else:
        [row] = await _raw(storage, "SELECT closed FROM secret WHERE name = 'key'")
        flipped = ("B" if row["closed"][30] == "A" else "A").join((row["closed"][:30], row["closed"][31:]))
        await _raw(storage, "UPDATE secret SET closed = ? WHERE name = 'key'", flipped)
    with pytest.raises(SecretUnreadable):
        await storage.vault.secrets(moved)
    assert await storage.vault.unreadable() == (moved,)


async def test_a_token_does_not_open_as_another_type(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.vault.put_token(shop.id, _token(clock))
    await _raw(storage, "UPDATE token SET type = 'refresh'")
    with pytest.raises(SecretUnreadable):
        await storage.vault.token(shop.id, TokenType.REFRESH)


async def test_a_secret_does_not_open_as_a_token_of_its_name(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.vault.put_token(shop.id, _token(clock))
    await storage.vault.put_secret(shop.id, "access", Secret("typed by somebody"))
    await _raw(storage, "UPDATE token SET closed = (SELECT closed FROM secret)")
    with pytest.raises(SecretUnreadable):
        await storage.vault.token(shop.id, TokenType.ACCESS)


async def test_one_owner_renews_at_a_time(storage: Storage, clock: VirtualClock) -> None:
    shop, other = await connected(storage, "Shop", clock.now()), await connected(storage, "Other", clock.now())
    take = storage.vault.take_renewal_lease
    taken = await asyncio.gather(*(take(shop.id, f"w{each}", 30) for each in range(5)))
    assert sum(taken) == 1
    owner = f"w{taken.index(True)}"
    assert await take(other.id, "x", 30)
    assert await take(shop.id, owner, 30)
    await storage.vault.release_renewal_lease(shop.id, "x")
    assert not await take(shop.id, "x", 30)
    clock.advance(31)
    assert await take(shop.id, "x", 30)
    await storage.vault.release_renewal_lease(shop.id, owner)
    assert not await take(shop.id, owner, 30)
    await storage.vault.release_renewal_lease(shop.id, "x")
    assert await take(shop.id, owner, 30)


async def _filled(storage: Storage, clock: VirtualClock) -> UUID:
    shop = await connected(storage, "Shop", clock.now())
    for name in ("one", "two", "three"):
        await storage.vault.put_secret(shop.id, name, Secret(name))
    await storage.vault.put_token(shop.id, _token(clock))
    await storage.vault.put_token(shop.id, _token(clock, "refresh", type=TokenType.REFRESH), renewable=True)
    return shop.id


async def _all_open(storage: Storage, shop_id: UUID) -> None:
    secrets = await storage.vault.secrets(shop_id)
    assert {name: each.reveal() for name, each in secrets.items()} == {n: n for n in ("one", "two", "three")}
    for type_, value in ((TokenType.ACCESS, "access"), (TokenType.REFRESH, "refresh")):
        token = await storage.vault.token(shop_id, type_)
        assert token is not None
        assert token.value.reveal() == value
    assert await storage.vault.unreadable() == ()


async def test_rotation_leaves_one_key_that_opens_everything(storage: Storage, clock: VirtualClock) -> None:
    shop_id = await _filled(storage, clock)
    [old] = storage.vault.keys()
    new = await storage.vault.rotate()
    assert storage.vault.keys() == (new,) != (old,)
    await _all_open(storage, shop_id)
    assert {row["key_id"] for row in await _raw(storage, "SELECT key_id FROM secret")} == {new}


async def test_rotation_keeps_the_key_of_what_it_cannot_open(storage: Storage, clock: VirtualClock) -> None:
    """A damaged secret loses nothing more: should its row come back from a backup, its key is still there."""
    shop_id = await _filled(storage, clock)
    [old] = storage.vault.keys()
    [row] = await _raw(storage, "SELECT closed FROM secret WHERE name = 'two'")
    await _raw(storage, "UPDATE secret SET closed = 'AAAA' WHERE name = 'two'")
    new = await storage.vault.rotate()
    assert storage.vault.keys() == (new, old)
    await _raw(storage, "UPDATE secret SET closed = ? WHERE name = 'two'", row["closed"])
    await storage.vault.rotate()
    assert len(storage.vault.keys()) == 1
    await _all_open(storage, shop_id)


class _PowerCut(BaseException):
    """Nothing in the program may catch it."""


class _Countdown:
    """Cuts the power at the n-th step, before or after the step took effect."""

    def __init__(self, steps: int, *, after: bool) -> None:
        self.left, self.after = steps, after

    def burn(self, *, after: bool) -> None:
        if after is self.after:
            self.left -= 1
            if self.left < 0:
                raise _PowerCut

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.burn(after=False)
            result = call(*args, **kwargs)
            self.burn(after=True)
            return result

        return stepped

    def awaiting(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def stepped(*args: Any, **kwargs: Any) -> Any:
            self.burn(after=False)
            result = await call(*args, **kwargs)
            self.burn(after=True)
            return result

        return stepped


def _wire(patch: pytest.MonkeyPatch, countdown: _Countdown) -> None:
    patch.setattr(keyring, "save", countdown.around(keyring.save))
    patch.setattr(Vault, "_close_again", countdown.awaiting(Vault._close_again))


async def _rotation_cut(storage: Storage, patch: pytest.MonkeyPatch, steps: int, *, after: bool) -> bool:
    """Whether the power failed before the rotation was through."""
    with patch.context() as inner:
        _wire(inner, _Countdown(steps, after=after))
        try:
            await storage.vault.rotate()
        except _PowerCut:
            return True
    return False


@pytest.mark.parametrize("after", [False, True])
async def test_a_rotation_stopped_at_any_step_loses_nothing(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    for steps in range(20):
        folder = tmp_path / str(steps)
        folder.mkdir()
        address, path = copy_template(folder), folder / "keyring"
        async with open_storage(address, clock, keyring_path=path) as storage:
            shop_id = await _filled(storage, clock)
            cut = await _rotation_cut(storage, monkeypatch, steps, after=after)
        async with open_storage(address, clock, keyring_path=path) as storage:
            await _all_open(storage, shop_id)
            assert (await storage.vault.rotate(),) == storage.vault.keys()
            await _all_open(storage, shop_id)
        if not cut:
            assert steps == 7, "both saves and each of the five values are a step"
            return
    pytest.fail("rotation never ended")


async def test_a_process_that_slept_through_a_rotation_goes_on(
    address: str, clock: VirtualClock, tmp_path: Path
) -> None:
    """The worker renews a token while the operator rotates at the console: neither may lose a credential."""
    opened: asyncio.Queue[str] = asyncio.Queue()
    rotated, written = asyncio.Event(), asyncio.Event()
    shops: list[UUID] = []

    async def console() -> None:
        async with open_storage(address, clock, keyring_path=tmp_path / "keyring") as storage:
            shops.append(await _filled(storage, clock))
            opened.put_nowait("console")
            await opened.join()
            await storage.vault.rotate()
            rotated.set()
            await written.wait()
            [token] = [await storage.vault.token(shops[0], TokenType.ACCESS)]
            assert token is not None
            assert token.value.reveal() == "renewed"
            assert await storage.vault.unreadable() == ()

    async def worker() -> None:
        await opened.get()
        async with open_storage(address, clock, keyring_path=tmp_path / "keyring") as storage:
            opened.task_done()
            await rotated.wait()
            refresh = await storage.vault.token(shops[0], TokenType.REFRESH)
            assert refresh is not None
            await storage.vault.put_token(shops[0], _token(clock, "renewed", generation=2))
            written.set()

    await asyncio.gather(asyncio.create_task(console()), asyncio.create_task(worker()))


async def test_two_rotations_at_once_lose_no_key(address: str, clock: VirtualClock, tmp_path: Path) -> None:
    async with open_storage(address, clock, keyring_path=tmp_path / "keyring") as storage:
        shop_id = await _filled(storage, clock)
        await asyncio.gather(storage.vault.rotate(), storage.vault.rotate())
    async with open_storage(address, clock, keyring_path=tmp_path / "keyring") as storage:
        await _all_open(storage, shop_id)


def test_a_database_tells_its_place_without_its_password() -> None:
    place = Database("postgresql://till:hunter2@db.example:5433/shop").place
    assert "hunter2" not in place
    assert "db.example" in place
