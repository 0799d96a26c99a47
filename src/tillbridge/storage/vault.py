"""The vault: secrets and tokens closed with the keyring, the lease under which one process renews, and rotation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import KeyMissing, SecretUnreadable, VaultError
from tillbridge.domain.tokens import Secret, Token, TokenFacts, TokenType
from tillbridge.storage import cipher, keyring
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.keyring import Keyring
from tillbridge.storage.schema import ConnectionRow, SecretRow, TokenRow

_DOUBTED = (ConnectionState.NEEDS_REAUTHENTICATION, ConnectionState.LOCKED)


class Vault:
    """Opens nothing without its keyring. ``path`` is where the keyring file lives."""

    def __init__(
        self, database: Database, changes: Changes, clock: Clock, ring: Keyring, path: Path, passphrase: Secret | None
    ) -> None:
        self._db, self._changes, self._clock = database, changes, clock
        self._ring, self._path, self._passphrase = ring, path, passphrase
        self._stamp = keyring.stamp(path)

    @property
    def ring(self) -> Keyring:
        return self._ring

    @property
    def shop_secret(self) -> bytes:
        """The key of order references."""
        return self._ring.shop_secret

    async def put_secret(self, connection_id: UUID, name: str, secret: Secret) -> None:
        async with self._closing():
            values = self._close(connection_id, _of_secret(name), secret)
            await SecretRow.update_or_create(connection_id=connection_id, name=name, defaults=values)

    async def secrets(self, connection_id: UUID) -> Mapping[str, Secret]:
        """The secret form fields. Raises KeyMissing or SecretUnreadable."""
        rows = await SecretRow.filter(connection_id=connection_id)
        return {row.name: self._open(connection_id, _of_secret(row.name), row.key_id, row.closed) for row in rows}

    async def drop_all(self, connection_id: UUID) -> None:
        """Forget every secret and token of a connection, those that do not open too."""
        for model in (SecretRow, TokenRow):
            await model.filter(connection_id=connection_id).delete()
        await self._changes.note("token", connection_id)

    async def put_token(
        self, connection_id: UUID, token: Token, *, renewable: bool = False, renewed: bool = False
    ) -> None:
        """Store or replace a token; call inside one transaction to store a pair at once."""
        async with self._closing():
            values = {
                **self._close(connection_id, _of_token(token.type.value), token.value), "issued_at": token.issued_at,
                "expires_at": token.expires_at, "renewed_at": self._clock.now() if renewed else None,
                "renewable": renewable, "generation": token.generation,
            }  # fmt: skip
            await TokenRow.update_or_create(connection_id=connection_id, type=token.type.value, defaults=values)
            await self._changes.note("token", connection_id)

    async def token(self, connection_id: UUID, token_type: TokenType) -> Token | None:
        row = await TokenRow.get_or_none(connection_id=connection_id, type=token_type.value)
        if row is None:
            return None
        value = self._open(connection_id, _of_token(row.type), row.key_id, row.closed)
        return Token(token_type, value, row.issued_at, row.expires_at, row.generation)

    async def token_facts(self) -> tuple[TokenFacts, ...]:
        """All tokens without their values, by connection name."""
        known = {row.id: row for row in await ConnectionRow.all()}
        rows = await TokenRow.all()
        facts = [
            TokenFacts(
                known[row.connection_id].name, TokenType(row.type), row.issued_at, row.expires_at, row.renewed_at,
                row.renewable, row.generation, known[row.connection_id].state not in _DOUBTED,
            )
            for row in rows
            if row.connection_id in known
        ]  # fmt: skip
        return tuple(sorted(facts, key=lambda each: (each.connection.casefold(), each.type.value)))

    async def take_renewal_lease(self, connection_id: UUID, owner: str, seconds: float) -> bool:
        """Whether ``owner`` may renew now; at most one may, until it releases or the lease runs out."""
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        rows = await self._db.rows(
            "INSERT INTO renewal (connection_id, owner, lease_until) VALUES (?, ?, ?) "
            "ON CONFLICT (connection_id) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until "
            "WHERE renewal.lease_until < ? OR renewal.owner = excluded.owner RETURNING owner",
            connection_id, owner, until, now,
        )  # fmt: skip
        return bool(rows)

    async def release_renewal_lease(self, connection_id: UUID, owner: str) -> None:
        await self._db.run("DELETE FROM renewal WHERE connection_id = ? AND owner = ?", connection_id, owner)

    async def unreadable(self) -> tuple[UUID, ...]:
        """Connections whose secrets or tokens do not open with the keys at hand."""
        locked: dict[UUID, None] = {}
        for secret in await SecretRow.all():
            if not self._opens(secret.connection_id, _of_secret(secret.name), secret.key_id, secret.closed):
                locked[secret.connection_id] = None
        for token in await TokenRow.all():
            if not self._opens(token.connection_id, _of_token(token.type), token.key_id, token.closed):
                locked[token.connection_id] = None
        return tuple(locked)

    def keys(self) -> tuple[str, ...]:
        """Ids of all keys, the active one first."""
        return (self._ring.active, *sorted(set(self._ring.keys) - {self._ring.active}))

    async def rotate(self) -> str:
        """Close everything with a new key and forget keys nobody needs; answers the new key's id.

        The new key is saved before it is used and an old one dropped only when no row needs it, so running it again
        finishes what a stop left undone. Other processes read the changed file before they close anything.
        Raises VaultError for a key that comes from the environment, which only its owner can change.
        """
        if not self._ring.on_disk:
            raise VaultError(reason=f"{keyring.ENVIRONMENT} holds the key; rotation needs a keyring file")
        async with self._db.start_up_lock():
            self._read_again()
            await self._save(self._ring.with_new_key())
            async with self._closing(alone=True):
                for secret in await SecretRow.exclude(key_id=self._ring.active):
                    await self._close_again(secret, _of_secret(secret.name))
                for token in await TokenRow.exclude(key_id=self._ring.active):
                    await self._close_again(token, _of_token(token.type))
                needed = {row.key_id for row in await SecretRow.all()} | {row.key_id for row in await TokenRow.all()}
            await self._save(self._ring.only(frozenset(needed)))
        return self._ring.active

    async def _close_again(self, row: SecretRow | TokenRow, name: str) -> None:
        """What does not open stays as it is, with its key, for the day its keyring turns up."""
        if self._opens(row.connection_id, name, row.key_id, row.closed):
            value = self._open(row.connection_id, name, row.key_id, row.closed)
            await type(row).filter(id=row.id).update(**self._close(row.connection_id, name, value))

    async def _save(self, ring: Keyring) -> None:
        await asyncio.to_thread(keyring.save, ring, self._path, self._passphrase)
        self._ring, self._stamp = ring, keyring.stamp(self._path)

    @asynccontextmanager
    async def _closing(self, *, alone: bool = False) -> AsyncIterator[None]:
        """A transaction in which no other process drops a key under us, or, ``alone``, closes with an old one."""
        async with self._db.transaction():
            if not self._db.is_sqlite:
                await self._db.rows(f"SELECT id FROM shop WHERE id = 1 FOR {'UPDATE' if alone else 'SHARE'}")
            if not alone:
                self._read_again()
            yield

    def _read_again(self) -> None:
        """Take up what another process made of the keyring file. A file that went away is still known here."""
        found = keyring.stamp(self._path)
        if not self._ring.on_disk or found is None or found == self._stamp:
            return
        ring = keyring.load(self._path, self._passphrase)
        if ring is not None and ring.shop_secret == self._ring.shop_secret:
            self._ring, self._stamp = ring, found

    def _close(self, connection_id: UUID, name: str, secret: Secret) -> dict[str, Any]:
        key_id = self._ring.active
        return {"closed": cipher.close(self._ring.key(key_id), key_id, connection_id, name, secret), "key_id": key_id}

    def _open(self, connection_id: UUID, name: str, key_id: str, closed: str) -> Secret:
        if key_id not in self._ring.keys:
            self._read_again()
        return cipher.open_secret(self._ring.key(key_id), key_id, connection_id, name, closed)

    def _opens(self, connection_id: UUID, name: str, key_id: str, closed: str) -> bool:
        try:
            self._open(connection_id, name, key_id, closed)
        except (KeyMissing, SecretUnreadable):
            return False
        return True


def _of_secret(name: str) -> str:
    """What a value is bound to: a secret named like a type of token still opens as no token."""
    return f"secret:{name}"


def _of_token(token_type: str) -> str:
    return f"token:{token_type}"
