"""Webhooks: the routes, what fires them, and deliveries with ping, signature and giving up after failures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from . import arguments as args
from .routing import CREATE, EDIT, READ, REMOVE, Route, batch, chosen, links, ordered, paged, route
from .state import WOOCOMMERCE, WORDPRESS, Shop
from .wordpress import Answer, Call, RestError, Row, no_trash

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
View = Callable[[int], Row | None]

MAX_FAILURES = 5
_HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["woocommerce_before_delete_order", "woocommerce_trash_order"],
    "order.restored": ["woocommerce_untrash_order"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
    "product.published": ["transition_post_status"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
}


def encode(body: Any) -> str:
    """JSON as PHP prints it: slashes and everything beyond ASCII escaped."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/")


def happened(shop: Shop, resource: str, event: str, resource_id: int) -> None:
    """Queue deliveries of an event; the same event of the same thing waits only once."""
    for row in shop.webhooks.values():
        if row["status"] == "active" and row["topic"] == f"{resource}.{event}":
            shop.waiting.setdefault((row["id"], resource_id), {"webhook": row, "resource_id": resource_id})


async def deliver(shop: Shop, post: Post, views: Mapping[str, View], *, twice: bool = False) -> int:
    """Send all that waits, rendered now; returns how many were sent. A failed delivery is not repeated.

    ``twice``: the shop's queue ran a job again, so every delivery arrives in duplicate.
    """
    jobs = list(shop.waiting.values())
    shop.waiting.clear()
    sent = 0
    for job in jobs:
        row = job["webhook"]
        if row["status"] != "active" or row["id"] not in shop.webhooks:
            continue
        sent += 1
        row["date_modified_gmt"] = shop.stamp()
        if job["resource_id"] == 0:
            await post(row["delivery_url"], _ping_headers(), f"webhook_id={row['id']}".encode())
        else:
            _count(row, await _send(shop, row, job["resource_id"], post, views, copies=2 if twice else 1))
    return sent


def _ping_headers() -> dict[str, str]:
    return {"User-Agent": _agent(), "Content-Type": "application/x-www-form-urlencoded"}


def _agent() -> str:
    return f"WooCommerce/{WOOCOMMERCE} Hookshot (WordPress/{WORDPRESS})"


async def _send(shop: Shop, row: Row, resource_id: int, post: Post, views: Mapping[str, View], *, copies: int) -> int:
    resource, _, event = row["topic"].partition(".")
    payload = None if event == "deleted" else views[resource](resource_id)
    body = encode({"id": resource_id} if payload is None else payload).encode()
    digest = hmac.new(row["secret"].encode(), body, hashlib.sha256).digest()
    headers = {
        "User-Agent": _agent(),
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{shop.home}/",
        "X-WC-Webhook-Topic": row["topic"],
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-WC-Webhook-ID": str(row["id"]),
        "X-WC-Webhook-Delivery-ID": shop.token(32, "0123456789abcdef"),
    }
    for _ in range(copies - 1):
        await post(row["delivery_url"], headers, body)
    return await post(row["delivery_url"], headers, body)


def _count(row: Row, status: int) -> None:
    if 200 <= status < 300 or status in (301, 302):
        row["failures"] = 0
    elif row["failures"] > MAX_FAILURES:
        row["status"] = "disabled"
    else:
        row["failures"] += 1


def _view(shop: Shop, row: Row) -> Row:
    resource, _, event = row["topic"].partition(".")
    view: Row = {name: row[name] for name in ("id", "name", "status", "topic", "delivery_url")}
    view |= {"resource": resource, "event": event, "hooks": _HOOKS.get(row["topic"], [event])}
    for name in ("date_created", "date_modified"):
        view |= {name: shop.local(row[f"{name}_gmt"]), f"{name}_gmt": row[f"{name}_gmt"]}
    return view | {"_links": links(shop, f"/wc/v3/webhooks/{row['id']}")}


def list_webhooks(shop: Shop, call: Call) -> Answer:
    """GET /webhooks."""
    status = call.text("status") or "all"
    rows = [row for row in shop.webhooks.values() if status in ("all", row["status"])]
    rows = chosen(call, rows)
    if call.text("orderby") in ("", "date"):  # hooks of one second stay in the order of their ids
        rows.sort(key=lambda row: str(row["date_created_gmt"]), reverse=call.text("order") != "asc")
    else:
        rows = ordered(call, rows)
    return paged(shop, call, rows, lambda row: _view(shop, row))


def _webhook(shop: Shop, call: Call, status: int) -> Row:
    row = shop.webhooks.get(call.whole("id"))
    if row is None:
        raise RestError("woocommerce_rest_shop_webhook_invalid_id", "ID is invalid.", status)
    return row


def get_webhook(shop: Shop, call: Call) -> Answer:
    """GET one; the secret is never shown."""
    return Answer(_view(shop, _webhook(shop, call, 404)))


def _check(body: Row) -> None:
    topic = body.get("topic")
    if topic is not None and topic not in _HOOKS and not str(topic).startswith("action."):
        words = "Webhook topic is required and must be valid."
        raise RestError("woocommerce_rest_shop_webhook_invalid_topic", words, 400)
    url = body.get("delivery_url")
    if url is not None and not str(url).startswith(("http://", "https://")):
        words = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise RestError("woocommerce_rest_shop_webhook_invalid_delivery_url", words, 400)


def create_webhook(shop: Shop, call: Call) -> Answer:
    """POST /webhooks; a ping follows."""
    _check(call.params)
    row: Row = {
        "id": next(shop.ids.webhooks),
        "name": call.text("name") or f"Webhook created on {shop.stamp()}",
        "status": call.text("status") or "active",
        "topic": call.text("topic"),
        "secret": call.text("secret") or shop.token(50),
        "delivery_url": call.text("delivery_url"),
        "date_created_gmt": shop.stamp(),
        "date_modified_gmt": None,
        "failures": 0,
    }
    shop.webhooks[row["id"]] = row
    shop.waiting[row["id"], 0] = {"webhook": row, "resource_id": 0}
    return Answer(_view(shop, row), 201, [("Location", shop.url(f"/wc/v3/webhooks/{row['id']}"))])


def edit_webhook(shop: Shop, call: Call) -> Answer:
    """PUT one: name, topic, secret, address, status."""
    row = _webhook(shop, call, 400)
    _check(call.params)
    for name in ("name", "topic", "secret", "delivery_url", "status"):
        if call.params.get(name) is not None:
            row[name] = call.text(name)
    if call.params.get("status") == "active":
        row["failures"] = 0
    row["date_modified_gmt"] = shop.stamp()
    return Answer(_view(shop, row))


def delete_webhook(shop: Shop, call: Call) -> Answer:
    """DELETE one; only with force."""
    row = _webhook(shop, call, 404)
    if not call.flag("force"):
        raise no_trash("Webhooks")
    del shop.webhooks[row["id"]]
    return Answer(_view(shop, row))


_PATH = "/wc/v3/webhooks"
ROUTES: list[Route] = [
    route(READ, _PATH, list_webhooks, args.WEBHOOK_LIST, "list"),
    route(CREATE, _PATH, create_webhook, args.NEW_WEBHOOK, "create"),
    route(EDIT, f"{_PATH}/batch", batch(create_webhook, edit_webhook, delete_webhook), {}, "batch"),
    route(READ, f"{_PATH}/{{id}}", get_webhook, args.ONE, "view"),
    route(EDIT, f"{_PATH}/{{id}}", edit_webhook, args.WEBHOOK, "edit"),
    route(REMOVE, f"{_PATH}/{{id}}", delete_webhook, args.DELETE, "delete"),
]
