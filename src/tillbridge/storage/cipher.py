"""Closing and opening secrets: AES-256-GCM, a fresh nonce each, bound to the row they stand in."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tillbridge.domain.errors import SecretUnreadable
from tillbridge.domain.tokens import Secret

_NONCE = 12


def close(key: bytes, key_id: str, connection_id: UUID, name: str, secret: Secret) -> str:
    """Nonce and ciphertext in base64; opens only for the same connection, name and key id."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, secret.reveal().encode(), _bound_to(key_id, connection_id, name))
    return b64encode(nonce + sealed).decode()


def open_secret(key: bytes, key_id: str, connection_id: UUID, name: str, closed: str) -> Secret:
    """Raises SecretUnreadable when it was damaged, or moved from another row."""
    try:
        raw = b64decode(closed, validate=True)
        value = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(key_id, connection_id, name))
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadable(connection=connection_id) from error
    return Secret(value.decode())


def _bound_to(key_id: str, connection_id: UUID, name: str) -> bytes:
    return f"{connection_id}\0{name}\0{key_id}".encode()
