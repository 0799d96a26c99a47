"""A delivery counts only when Shopify signed exactly these bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac

from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.shopify.webhooks import delivery_id, topic, verify_webhook

SECRET = Secret("shpss_harbour")
BODY = '{"id":1,"note":"naïve 🎁"}'.encode()


def delivery(body: bytes = BODY, secret: Secret = SECRET, signed: str = "") -> WebhookDelivery:
    signature = signed or base64.b64encode(hmac.digest(secret.reveal().encode(), body, hashlib.sha256)).decode()
    known = {"x-shopify-hmac-sha256": signature, "x-shopify-webhook-id": "d-1", "x-shopify-topic": "orders/create"}
    return WebhookDelivery(known, BODY)


def test_a_genuine_delivery_is_accepted_and_has_an_id_against_replays() -> None:
    assert verify_webhook(delivery(), SECRET)
    assert (delivery_id(delivery()), topic(delivery())) == ("d-1", "orders/create")


def test_another_body_another_key_and_no_signature_are_refused() -> None:
    assert not verify_webhook(delivery(BODY + b" "), SECRET)
    assert not verify_webhook(delivery(secret=Secret("shpss_other")), SECRET)
    assert not verify_webhook(WebhookDelivery({}, BODY), SECRET)
    assert not verify_webhook(delivery(signed="ünlesbar"), SECRET)
