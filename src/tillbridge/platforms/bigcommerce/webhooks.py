"""Webhook deliveries of a BigCommerce store, signed by the Standard Webhooks scheme, and what tells a repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

from tillbridge.domain.clock import SystemClock
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.bigcommerce.spec import WEBHOOK_WINDOW
from tillbridge.platforms.contract import WebhookDelivery

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_SCHEME = "v1,"
_RETRIES_FOR = timedelta(hours=72)
"""Longer than BigCommerce repeats a lost delivery, so a remembered id is never forgotten too early."""


def verify_webhook(delivery: WebhookDelivery, secret: Secret, now: datetime | None = None) -> bool:
    """Whether the id, the time and the raw body were signed with the client secret, at most five minutes ago.

    The key is the secret's own bytes. Several signatures may stand side by side while a secret changes.
    """
    identifier, sent_at = delivery.headers.get(ID, ""), delivery.headers.get(TIMESTAMP, "")
    if not (secret and identifier and _is_recent(sent_at, now or SystemClock().now())):
        return False
    signed = f"{identifier}.{sent_at}.".encode() + delivery.body
    digest = hmac.digest(secret.reveal().encode(), signed, hashlib.sha256)
    expected = _SCHEME.encode() + base64.b64encode(digest)
    given = delivery.headers.get(SIGNATURE, "").split()
    # each is compared, so that time tells nothing
    return any([hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in given])


def _is_recent(sent_at: str, now: datetime) -> bool:
    """Neither old nor from a future that no clock's error explains."""
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 11):
        return False
    return abs(now - datetime.fromtimestamp(int(sent_at), UTC)) <= WEBHOOK_WINDOW


def delivery_keys(delivery: WebhookDelivery) -> frozenset[str]:
    """What tells a repeated delivery: its id, and the hash BigCommerce puts into doubled events."""
    try:
        body = json.loads(delivery.body)
    except ValueError:
        body = None
    event = body.get("hash") if isinstance(body, dict) else None
    found = {f"id:{delivery.headers.get(ID, '')}", f"hash:{event}" if event else ""}
    return frozenset(found - {"id:", ""})


class Replays:
    """Remembers handled deliveries. One that was not handled is not remembered, so that its repeat gets through."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def is_repeat(self, delivery: WebhookDelivery, now: datetime) -> bool:
        """Whether a delivery with this id, or of this very event, was handled already."""
        self._seen = {key: at for key, at in self._seen.items() if now - at < _RETRIES_FOR}
        return any(key in self._seen for key in delivery_keys(delivery))

    def remember(self, delivery: WebhookDelivery, now: datetime) -> None:
        """Call once the delivery was handled."""
        self._seen |= dict.fromkeys(delivery_keys(delivery), now)
