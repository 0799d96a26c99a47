"""Webhook deliveries of a site, signed in hex with a hex secret, and what tells a repeat. Extensions only."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta

from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery

SIGNATURE = "squarespace-signature"
_RETRIES_FOR = timedelta(hours=72)
"""Longer than the 48 hours of repeats, so a remembered id is never forgotten too early."""


def verify_webhook(delivery: WebhookDelivery, secret: Secret) -> bool:
    """Whether the raw body was signed with the subscription's secret, whose hex is decoded to be the key.

    Nothing in it tells the time: a delivery caught and sent again holds, so remember ids (see Replays).
    """
    try:
        key = bytes.fromhex(secret.reveal())
    except ValueError:
        return False
    given = delivery.headers.get(SIGNATURE, "")
    if not key or not given:
        return False
    expected = hmac.digest(key, delivery.body, hashlib.sha256).hex()
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def delivery_id(delivery: WebhookDelivery) -> str:
    """The notification's own id, the same in every repeat; empty when the body has none."""
    try:
        body = json.loads(delivery.body)
    except ValueError:
        return ""
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


class Replays:
    """Remembers handled deliveries. One that was not handled is not remembered, so that its repeat gets through."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def is_repeat(self, delivery: WebhookDelivery, now: datetime) -> bool:
        """Whether a delivery with this id was handled already."""
        self._seen = {key: at for key, at in self._seen.items() if now - at < _RETRIES_FOR}
        return delivery_id(delivery) in self._seen

    def remember(self, delivery: WebhookDelivery, now: datetime) -> None:
        """Call once the delivery was handled."""
        if key := delivery_id(delivery):
            self._seen[key] = now
