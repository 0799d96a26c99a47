"""The keys of the vault, outside the database: a file only its owner reads, a passphrase, or the environment.

The keyring also holds the shop secret from which order references are made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tillbridge.domain.errors import DataReadOnly, KeyMissing, VaultError, WrongPassphrase
from tillbridge.domain.tokens import Secret
from tillbridge.storage.trouble import translated

ENVIRONMENT = "TILLBRIDGE_KEYRING_KEY"
_KEY_BYTES = 32
_MEMORY_KIB = 64 * 1024
_DAMAGED = "the keyring file is damaged; put it back from its own backup"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by id, the one new secrets are closed with, and the shop secret. Prints none of them."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)
    shop_secret: bytes = field(repr=False)
    on_disk: bool = True
    """Whether it lives in a file; one from the environment cannot be changed by us."""

    def key(self, key_id: str) -> bytes:
        """Raises KeyMissing for a key this keyring does not hold."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise KeyMissing(key_id=key_id) from None

    def check_value(self) -> str:
        """Kept in the database: proves that a keyring belongs to it, and tells nothing about the keys."""
        return hmac.digest(self.shop_secret, b"tillbridge keyring check", hashlib.sha256).hex()[:32]

    def with_new_key(self) -> Keyring:
        """A fresh key becomes the active one; older keys stay until nothing is closed with them."""
        key_id = f"k{secrets.token_hex(4)}"
        return replace(self, active=key_id, keys={**self.keys, key_id: os.urandom(_KEY_BYTES)})

    def only(self, key_ids: frozenset[str]) -> Keyring:
        """Without keys nobody needs any more; the active one always stays."""
        return replace(
            self, keys={name: key for name, key in self.keys.items() if name in key_ids or name == self.active}
        )


def fresh() -> Keyring:
    """A new keyring with one key and a new shop secret."""
    return Keyring("", {}, os.urandom(_KEY_BYTES)).with_new_key()


def from_environment(value: str) -> Keyring:
    """A keyring from one base64 key of 32 bytes: for machines that may keep no key on disk."""
    try:
        key = _key(value)
    except ValueError:
        raise VaultError(reason=f"{ENVIRONMENT} must hold 32 bytes in base64") from None
    key_id = "e" + hashlib.sha256(b"id" + key).hexdigest()[:8]
    return Keyring(key_id, {key_id: key}, hmac.digest(key, b"tillbridge shop secret", hashlib.sha256), on_disk=False)


def load(path: Path, passphrase: Secret | None = None) -> Keyring | None:
    """The keyring of a file, None when there is none. Raises WrongPassphrase, or VaultError for a damaged file."""
    if value := os.environ.get(ENVIRONMENT):
        return from_environment(value)
    document = _document(path)
    return None if document is None else _read(document, passphrase)


def _document(path: Path) -> Mapping[str, Any] | None:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise DataReadOnly(path=path) from error
    except ValueError as error:
        raise VaultError(reason=_DAMAGED) from error
    if not isinstance(document, dict):
        raise VaultError(reason=_DAMAGED)
    return document


def save(keyring: Keyring, path: Path, passphrase: Secret | None = None) -> None:
    """Replace the file in one step; it is never half written, and only its owner may read it."""
    body: dict[str, Any] = {
        "active": keyring.active,
        "keys": {name: b64encode(key).decode() for name, key in keyring.keys.items()},
        "shop_secret": b64encode(keyring.shop_secret).decode(),
    }
    document = body if passphrase is None else _sealed(json.dumps(body).encode(), passphrase)
    with translated(str(path.parent)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Only now is the new name durable: no secret may be closed with a key that a power cut could take back."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(path: Path) -> tuple[int, int, int] | None:
    """Changes when another process replaces the file; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(document: Mapping[str, Any], passphrase: Secret | None) -> Keyring:
    try:
        body = _unsealed(document, passphrase) if "sealed" in document else document
        keys = {name: _key(text) for name, text in body["keys"].items()}
        ring = Keyring(body["active"], keys, _key(body["shop_secret"]))
        ring.key(ring.active)
        return ring
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise VaultError(reason=_DAMAGED) from error


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return key


def _derived(passphrase: Secret, salt: bytes) -> bytes:
    stretch = Argon2id(salt=salt, length=_KEY_BYTES, iterations=3, lanes=2, memory_cost=_MEMORY_KIB)
    return stretch.derive(passphrase.reveal().encode())


def _sealed(body: bytes, passphrase: Secret) -> dict[str, str]:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derived(passphrase, salt)).encrypt(nonce, body, b"tillbridge keyring")
    return {"salt": b64encode(salt).decode(), "nonce": b64encode(nonce).decode(), "sealed": b64encode(sealed).decode()}


def _unsealed(document: Mapping[str, Any], passphrase: Secret | None) -> Mapping[str, Any]:
    if passphrase is None:
        raise WrongPassphrase()
    salt, nonce, sealed = (b64decode(document[name]) for name in ("salt", "nonce", "sealed"))
    try:
        body: Mapping[str, Any] = json.loads(
            AESGCM(_derived(passphrase, salt)).decrypt(nonce, sealed, b"tillbridge keyring")
        )
    except InvalidTag:
        raise WrongPassphrase() from None
    return body
