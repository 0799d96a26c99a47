"""Webhook deliveries recorded from a real shop prove themselves, forged ones do not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery
from tillbridge.platforms.woocommerce.webhooks import delivery_key, is_ping, verify_webhook

RECORDING = Path(__file__).parents[4] / "shared" / "recordings" / "woocommerce" / "11-webhooks.json"
SIGNED = WebhookDelivery(
    {
        "x-wc-webhook-signature": "yxWyY5qQ3UfY4BwZrB9FBsp2LD4tQKqY3FAIw+vh3bI=",
        "x-wc-webhook-delivery-id": "d1",
    },
    b'{"id":1}',
)


def deliveries() -> list[tuple[WebhookDelivery, str]]:
    rows = [each for each in json.loads(RECORDING.read_text())["exchanges"] if each.get("direction")]
    return [
        (
            WebhookDelivery(
                {name.lower(): value for name, value in each["request"]["headers"]},
                each["request"]["text"].encode(),
            ),
            each["secret_used"],
        )
        for each in rows
        if each.get("request") and "text" in each["request"]
    ]


@pytest.mark.skipif(not RECORDING.exists(), reason="needs ../shared/recordings/woocommerce")
def test_recorded_deliveries_are_the_shops_and_pings_are_pings() -> None:
    kinds = []
    for delivery, secret in deliveries():
        kinds.append(
            "ping" if is_ping(delivery) else "signed" if verify_webhook(delivery, Secret(secret)) else "forged"
        )
        assert not verify_webhook(replace(delivery, body=delivery.body + b" "), Secret(secret))
        assert not verify_webhook(delivery, Secret("another secret"))
    assert set(kinds) == {"ping", "signed"}


def test_without_a_secret_nothing_is_believed() -> None:
    assert not verify_webhook(SIGNED, Secret(""))
    assert not verify_webhook(replace(SIGNED, headers={}), Secret("s"))


def test_a_repeated_delivery_has_the_same_key() -> None:
    assert delivery_key(SIGNED) == "d1"
    bare = replace(SIGNED, headers={})
    assert delivery_key(bare) == delivery_key(bare) != delivery_key(replace(bare, body=b"{}"))
