"""Webhook subscriptions and signed deliveries, which wait until somebody delivers them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from .shop import Row, Shop, number
from .tokens import CLIENT_SECRET
from .webhook_bodies import BODIES

Post = Callable[[str, dict[str, str], bytes], Awaitable[int]]
VERSION = "2026-10"
_RETRIES = 8


def subscribe(shop: Shop, topic: str, given: Row) -> Row:
    uri = given.get("uri") or ""
    if not uri.startswith("https://"):
        return _refused("Address protocol is not supported")
    if any((row["topic"], row["uri"]) == (topic, uri) for row in shop.webhooks.values()):
        return _refused("Address for this topic has already been taken")
    row: Row = {
        "__typename": "WebhookSubscription", "id": shop.gid("WebhookSubscription"), "topic": topic, "uri": uri,
        "format": given.get("format") or "JSON", "apiVersion": {"handle": VERSION, "supported": True},
    }  # fmt: skip
    shop.webhooks[row["id"]] = row
    return {"webhookSubscription": row, "userErrors": []}


def _refused(words: str) -> Row:
    return {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription", "uri"], "message": words}]}


def unsubscribe(shop: Shop, id: str) -> Row:
    if shop.webhooks.pop(id, None) is None:
        return {"deletedWebhookSubscriptionId": None, "userErrors": [{"field": ["id"], "message": "does not exist"}]}
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def happened(shop: Shop, topic: str, subject: Any) -> None:
    """Something to tell: one signed delivery for each subscription of the topic, with the state of this moment."""
    for row in shop.webhooks.values():
        if row["topic"] == topic:
            body = json.dumps(BODIES[topic](shop, subject)).encode()
            shop.deliveries.append({
                "subscription": row["id"], "topic": topic, "body": body, "headers": _headers(shop, topic, body),
                "failures": 0,
            })  # fmt: skip


async def deliver(shop: Shop, post: Post, *, twice: bool = False, reverse: bool = False) -> int:
    """Send what waits; how many were taken. What was refused waits for the next round, nine rounds in all.

    Then the subscription is deleted, as happens to those made through the API.
    """
    waiting, shop.deliveries = shop.deliveries, []
    taken = 0
    for delivery in list(reversed(waiting)) if reverse else waiting:
        subscription = shop.webhooks.get(delivery["subscription"])
        if subscription is None:
            continue
        answers = [await post(subscription["uri"], delivery["headers"], delivery["body"]) for _ in range(1 + twice)]
        good = sum(200 <= status < 300 for status in answers)
        taken += good
        if not good:
            _failed(shop, delivery)
    return taken


def _failed(shop: Shop, delivery: Row) -> None:
    delivery["failures"] += 1
    if delivery["failures"] > _RETRIES:
        shop.webhooks.pop(delivery["subscription"], None)
    else:
        shop.deliveries.append(delivery)


def _headers(shop: Shop, topic: str, body: bytes) -> dict[str, str]:
    digest = hmac.digest(CLIENT_SECRET.encode(), body, hashlib.sha256)
    return {
        "Content-Type": "application/json", "X-Shopify-Topic": _wire_topic(topic),
        "X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode(), "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": VERSION, "X-Shopify-Webhook-Id": number(shop.gid("Delivery")),
        "X-Shopify-Event-Id": number(shop.gid("Event")), "X-Shopify-Triggered-At": shop.stamp(),
    }  # fmt: skip


def _wire_topic(topic: str) -> str:
    """ORDERS_CREATE is orders/create; only the last word is the event."""
    noun, _, event = topic.lower().rpartition("_")
    return f"{noun}/{event}"
