"""Webhooks, for extensions only: signed in hex with the decoded secret, repeated, and in the end deleted."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from .speech import Call, Refusal, invalid, iso, missing
from .state import Row, Store

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Delivers to an address and answers the status."""

TOPICS = (
    "order.create", "order.update", "contact.create", "contact.update", "contact.delete", "address.create",
    "address.update", "address.delete", "extension.uninstall",
)  # fmt: skip
_MOST = 25
RETRIES = (60, 600, 3600, 21600, 43200, 86400)


def list_hooks(store: Store, call: Call) -> Response:
    """GET: never with the secret."""
    return JSONResponse({"webhookSubscriptions": [_view(row) for row in store.hooks.values()]})


def _view(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "secret"}


def add_hook(store: Store, call: Call) -> Response:
    """POST: the only time the secret is shown."""
    body = call.record()
    _check(body)
    if len(store.hooks) >= _MOST:
        raise Refusal(409, "There are 25 subscriptions.", "WEBHOOK_SUBSCRIPTION_LIMIT_REACHED")
    row = {
        "id": store.new_uuid(), "endpointUrl": body["endpointUrl"], "topics": list(body["topics"]),
        "secret": secrets.token_hex(32), "createdOn": iso(store.now()), "updatedOn": iso(store.now()),
    }  # fmt: skip
    store.hooks[row["id"]] = row
    return JSONResponse(row, 201)


def _check(body: Row) -> None:
    if not str(body.get("endpointUrl", "")).startswith("https://"):
        raise missing("endpointUrl")
    if not body.get("topics") or any(each not in TOPICS for each in body["topics"]):
        raise invalid("topics are not known.")


def _hook(store: Store, call: Call) -> Row:
    row = store.hooks.get(call.ids[0])
    if row is None:
        raise Refusal(404, "The subscription was not found.")
    return row


def drop_hook(store: Store, call: Call) -> Response:
    """DELETE one."""
    del store.hooks[_hook(store, call)["id"]]
    return Response(status_code=204)


def rotate(store: Store, call: Call) -> Response:
    """The old secret is dead at once."""
    row = _hook(store, call)
    row["secret"] = secrets.token_hex(32)
    return JSONResponse({"secret": row["secret"]})


def send_test(store: Store, call: Call) -> Response:
    """A test notification waits like any other, and is not repeated."""
    row, topic = _hook(store, call), call.record().get("topic")
    if topic not in TOPICS:
        raise invalid("topic is not known.")
    _enqueue(store, row, topic, {"orderId": store.new_id()}, tries=len(RETRIES))
    return Response(status_code=204)


def happened(store: Store, topic: str, data: Any) -> None:
    """Something changed: a notification waits for each subscription that listens."""
    for row in store.hooks.values():
        if topic in row["topics"]:
            _enqueue(store, row, topic, data)


def _enqueue(store: Store, hook: Row, topic: str, data: Any, tries: int = 0) -> None:
    body = {
        "id": store.new_id(), "websiteId": store.website_id, "subscriptionId": hook["id"], "topic": topic,
        "createdOn": iso(store.now()), "data": data,
    }  # fmt: skip
    store.waiting.append({"hook": hook["id"], "body": json.dumps(body).encode(), "tried": tries, "due": store.now()})


async def deliver(store: Store, post: Post, *, twice: bool = False, reverse: bool = False) -> int:
    """Send what is due, in order or not, once or twice; how many were taken."""
    due = [each for each in store.waiting if each["due"] <= store.now()]
    store.waiting = [each for each in store.waiting if each["due"] > store.now()]
    taken = 0
    for each in reversed(due) if reverse else due:
        hook = store.hooks.get(each["hook"])
        if hook is None:
            continue
        statuses = [await post(hook["endpointUrl"], _headers(hook, each["body"]), each["body"])]
        if twice:
            statuses.append(await post(hook["endpointUrl"], _headers(hook, each["body"]), each["body"]))
        taken += _settle(store, each, statuses)
    return taken


def _headers(hook: Row, body: bytes) -> dict[str, str]:
    signature = hmac.digest(bytes.fromhex(hook["secret"]), body, hashlib.sha256).hex()
    return {
        "Content-Type": "application/json", "User-Agent": "Squarespace/1.0", "Squarespace-Signature": signature,
    }  # fmt: skip


def _settle(store: Store, each: Row, statuses: Sequence[int]) -> int:
    """Taken, to be sent again later, or given up together with its subscription."""
    if any(200 <= status < 300 for status in statuses):
        return 1
    if each["tried"] < len(RETRIES):
        store.waiting.append(each | {"due": store.now() + timedelta(seconds=RETRIES[each["tried"]])})
        each["tried"] += 1
        store.waiting[-1]["tried"] = each["tried"]
    elif each["hook"] in store.hooks:
        del store.hooks[each["hook"]]
    return 0
