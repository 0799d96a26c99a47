"""Webhook subscriptions and signed deliveries: REST-shaped bodies, kept until somebody delivers them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from . import selling
from .shop import Row, Shop, number
from .tokens import CLIENT_SECRET

Post = Callable[[str, dict[str, str], bytes], Awaitable[int]]
_GIVE_UP = 8


def subscribe(shop: Shop, topic: str, given: Row) -> Row:
    uri = given.get("uri") or ""
    if not uri.startswith("https://"):
        words = "Address protocol is not supported"
        return {
            "webhookSubscription": None,
            "userErrors": [{"field": ["webhookSubscription", "uri"], "message": words}],
        }
    row: Row = {
        "__typename": "WebhookSubscription", "id": shop.gid("WebhookSubscription"), "topic": topic, "uri": uri,
        "format": given.get("format") or "JSON", "failures": 0,
    }  # fmt: skip
    shop.webhooks[row["id"]] = row
    return {"webhookSubscription": row, "userErrors": []}


def unsubscribe(shop: Shop, id: str) -> Row:
    if shop.webhooks.pop(id, None) is None:
        return {"deletedWebhookSubscriptionId": None, "userErrors": [{"field": ["id"], "message": "does not exist"}]}
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def happened(shop: Shop, topic: str, body: Row) -> None:
    """Something to tell: one delivery for each subscription of the topic."""
    for row in shop.webhooks.values():
        if row["topic"] == topic:
            shop.deliveries.append(
                {"subscription": row["id"], "topic": topic, "body": body, "id": shop.gid("Delivery")}
            )


def order_body(row: Row) -> Row:
    """An order the REST way: snake case, numbers as ids, money as text."""
    sums = selling.totals(row)
    return {
        "id": int(number(row["id"])), "admin_graphql_api_id": row["id"], "name": row["name"], "note": row["note"],
        "currency": row["currencyCode"], "created_at": row["createdAt"], "updated_at": row["updatedAt"],
        "total_price": f"{sums['total']:.2f}", "total_tax": f"{sums['tax']:.2f}",
        "taxes_included": row["taxesIncluded"],
        "financial_status": selling.financial_status(row).lower(), "source_identifier": row["sourceIdentifier"],
        "cancelled_at": row["cancelledAt"],
        "line_items": [
            {
                "id": int(number(line["id"])), "title": line["title"], "sku": line["sku"], "quantity": line["quantity"],
                "price": f"{line['unit']:.2f}",
            }
            for line in row["lines"]
        ],
    }  # fmt: skip


async def deliver(shop: Shop, post: Post, *, twice: bool = False, reverse: bool = False) -> int:
    """Send what waits; how many were taken. Eight failures in a row end a subscription."""
    waiting, shop.deliveries = shop.deliveries, []
    taken = 0
    for delivery in list(reversed(waiting)) if reverse else waiting:
        subscription = shop.webhooks.get(delivery["subscription"])
        if subscription is None:
            continue
        for _ in range(2 if twice else 1):
            taken += await _post(shop, post, subscription, delivery)
    return taken


async def _post(shop: Shop, post: Post, subscription: Row, delivery: Row) -> bool:
    body = json.dumps(delivery["body"]).encode()
    status = await post(subscription["uri"], _headers(shop, delivery, body), body)
    if 200 <= status < 300:
        subscription["failures"] = 0
        return True
    subscription["failures"] += 1
    shop.deliveries.append(delivery)
    if subscription["failures"] >= _GIVE_UP:
        shop.webhooks.pop(subscription["id"], None)
    return False


def _headers(shop: Shop, delivery: Row, body: bytes) -> dict[str, str]:
    digest = hmac.digest(CLIENT_SECRET.encode(), body, hashlib.sha256)
    words: dict[str, Any] = {
        "Content-Type": "application/json", "X-Shopify-Topic": delivery["topic"].lower().replace("_", "/", 1),
        "X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode(), "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": "2026-10", "X-Shopify-Webhook-Id": number(delivery["id"]),
        "X-Shopify-Event-Id": number(delivery["id"]), "X-Shopify-Triggered-At": shop.stamp(),
    }  # fmt: skip
    return {name: str(value) for name, value in words.items()}
