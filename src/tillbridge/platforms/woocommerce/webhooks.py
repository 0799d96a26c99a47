"""Webhook deliveries of a WooCommerce shop: is it from the shop, is it only the ping, and is it a repeat."""

from __future__ import annotations

import base64
import hashlib
import hmac

from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery

SIGNATURE, DELIVERY_ID = "x-wc-webhook-signature", "x-wc-webhook-delivery-id"
_PING = b"webhook_id="


def verify_webhook(delivery: WebhookDelivery, secret: Secret) -> bool:
    """Whether the raw body was signed with the secret. It is never re-serialised: the shop escapes its own way."""
    if not secret:
        return False
    expected = base64.b64encode(hmac.digest(secret.reveal().encode(), delivery.body, hashlib.sha256))
    return hmac.compare_digest(expected, delivery.headers.get(SIGNATURE, "").encode())


def is_ping(delivery: WebhookDelivery) -> bool:
    """The unsigned form the shop posts once when the webhook is made; it is answered with 200 and means nothing."""
    return SIGNATURE not in delivery.headers and delivery.body.startswith(_PING)


def delivery_key(delivery: WebhookDelivery) -> str:
    """What tells a repeated delivery. The shop sends doubles with the same id."""
    return delivery.headers.get(DELIVERY_ID, "") or hashlib.sha256(delivery.body).hexdigest()
