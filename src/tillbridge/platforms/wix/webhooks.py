"""Webhook deliveries of a Wix app: the whole body is a JWT signed RS256, and the event lies three JSON texts deep."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tillbridge.domain.clock import SystemClock
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery

_PARTS = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.+)-----END PUBLIC KEY-----", re.DOTALL)
_ALGORITHM = "RS256"
_LEEWAY = timedelta(minutes=5)
"""How far two clocks may be apart."""
_RETRIES_FOR = timedelta(hours=72)
"""Longer than Wix repeats a lost delivery, so a remembered id is never forgotten too early."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a delivery tells. Order is not guaranteed and a repeat shows its first time, so the record is read again."""

    id: str
    type: str
    instance_id: str
    entity_id: str
    slug: str


def verify_webhook(delivery: WebhookDelivery, secret: Secret, now: datetime | None = None) -> bool:
    """Whether the body is a JWT of the app whose public key ``secret`` holds, and has not run out."""
    parts = _PARTS.fullmatch(delivery.body)
    key = _public_key(secret.reveal())
    if parts is None or key is None or _json(parts[1]).get("alg") != _ALGORITHM:
        return False
    signed = delivery.body.rpartition(b".")[0]
    try:
        key.verify(_raw(parts[3]), signed, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return _is_running(_json(parts[2]), now or SystemClock().now())


def _public_key(pem: str) -> RSAPublicKey | None:
    """A key as the dashboard shows it, whatever became of its line breaks on the way through a form."""
    found = _PEM.search(pem)
    if found is None:
        return None
    try:
        key = load_der_public_key(base64.b64decode("".join(found[1].split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _is_running(claims: Mapping[str, Any], now: datetime) -> bool:
    """Neither run out nor from a future that no clock's error explains. A token without an end is none of Wix's."""
    ends, begun = _moment(claims.get("exp")), _moment(claims.get("iat"))
    return ends is not None and now <= ends + _LEEWAY and (begun is None or begun <= now + _LEEWAY)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _raw(part: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return b""


def _json(part: bytes) -> Mapping[str, Any]:
    return _object(_raw(part))


def _object(text: Any) -> Mapping[str, Any]:
    """JSON written into a text, as an object; nothing when it is none."""
    if isinstance(text, dict):
        return text
    try:
        found = json.loads(text)
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def read_event(delivery: WebhookDelivery) -> WebhookEvent | None:
    """The event of a verified delivery; None when it has another shape."""
    parts = _PARTS.fullmatch(delivery.body)
    if parts is None:
        return None
    outer = _object(_json(parts[2]).get("data"))
    inner = _object(outer.get("data"))
    names = ("id", "entityId", "slug")
    texts = {name: str(inner.get(name) or "") for name in names}
    if not texts["id"]:
        return None
    kind, instance = str(outer.get("eventType") or ""), str(outer.get("instanceId") or "")
    return WebhookEvent(texts["id"], kind, instance, texts["entityId"], texts["slug"])


class Replays:
    """Remembers handled events. One that was not handled is not remembered, so that its repeat gets through."""

    def __init__(self, instance_id: str) -> None:
        self._instance_id = instance_id
        self._seen: dict[str, datetime] = {}

    def is_welcome(self, event: WebhookEvent, now: datetime) -> bool:
        """Whether an event is of this installation and was not handled before."""
        self._seen = {key: at for key, at in self._seen.items() if now - at < _RETRIES_FOR}
        return event.instance_id == self._instance_id and event.id not in self._seen

    def remember(self, event: WebhookEvent, now: datetime) -> None:
        """Call once the event was handled."""
        self._seen[event.id] = now
