"""Whether a delivery is Shopify's own, and its id against replays. Called before a body is parsed."""

from __future__ import annotations

import base64
import hashlib
import hmac

from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.shopify.spec import SPEC


def verify_webhook(delivery: WebhookDelivery, secret: Secret) -> bool:
    """HMAC-SHA256 over the raw bytes with the client secret, compared in constant time.

    After the secret was rotated Shopify may sign with either for an hour: try both.
    """
    scheme = SPEC.webhooks
    sent = delivery.headers.get(scheme.signature_header, "") if scheme else ""
    digest = hmac.digest(secret.reveal().encode(), delivery.body, hashlib.sha256)
    return bool(sent) and hmac.compare_digest(base64.b64encode(digest), sent.strip().encode("utf-8", "replace"))


def delivery_id(delivery: WebhookDelivery) -> str:
    """What to remember, since the time of a delivery is not signed: a repeated id is a repeated delivery."""
    return delivery.headers.get(SPEC.webhooks.delivery_id_header if SPEC.webhooks else "", "")


def topic(delivery: WebhookDelivery) -> str:
    """Such as ``orders/create``."""
    return delivery.headers.get("x-shopify-topic", "")
