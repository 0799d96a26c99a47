"""Webhooks: kept per account, thin events, signed as Standard Webhooks has it, repeated and in the end given up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from .speech import Call, Refusal, data, page
from .state import Account, Row, Store

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Delivers to a destination and answers the status."""

RETRIES = (60, 180, 300, 600, 900, 1800, 3600, 7200, 21600, 50400, 86400)
_MOST = 10


def list_hooks(store: Store, call: Call) -> Response:
    """GET /v3/hooks: only those of the account that asks."""
    return page(call, [_view(row) for row in store.hooks.values() if row["client_id"] == call.client_id])


def _view(row: Row) -> Row:
    return dict(row)


def add_hook(store: Store, call: Call) -> Response:
    """POST /v3/hooks."""
    body = call.record()
    missing = {name: f"{name} is required" for name in ("scope", "destination") if not body.get(name)}
    own = [row for row in store.hooks.values() if row["client_id"] == call.client_id]
    if missing or not str(body["destination"]).startswith("https://"):
        raise Refusal(422, "Missing Required Fields", missing or {"destination": "must be https"})
    if sum(row["scope"] == body["scope"] for row in own) >= _MOST:
        raise Refusal(422, "Too many hooks", {"scope": f"at most {_MOST}"})
    if any((row["scope"], row["destination"]) == (body["scope"], body["destination"]) for row in own):
        raise Refusal(409, "A hook with this scope and destination exists.")
    at = int(store.now().timestamp())
    row = {
        "id": next(store.ids), "client_id": call.client_id, "store_hash": store.hash, "scope": body["scope"],
        "destination": body["destination"], "is_active": body.get("is_active", True),
        "headers": dict(body.get("headers") or {}), "created_at": at, "updated_at": at,
    }  # fmt: skip
    store.hooks[row["id"]] = row
    return data(_view(row))


def edit_hook(store: Store, call: Call) -> Response:
    """PUT one, such as to switch it on again."""
    row = store.hooks.get(int(call.ids[0]))
    if row is None or row["client_id"] != call.client_id:
        raise Refusal(404, "The hook does not exist.")
    body = call.record()
    row |= {name: body[name] for name in ("is_active", "headers", "destination", "scope") if name in body}
    return data(_view(row))


def happened(store: Store, scope: str, kind: str, key: int, **more: Any) -> None:
    """Something changed: one delivery waits for each hook that listens."""
    body: dict[str, Any] = {
        "scope": scope, "store_id": "1001", "data": {"type": kind, "id": key, **more},
        "created_at": int(store.now().timestamp()), "producer": f"stores/{store.hash}",
    }  # fmt: skip
    body["hash"] = hashlib.sha1(json.dumps(body, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    for row in store.hooks.values():
        if row["is_active"] and _listens(row["scope"], scope):
            delivery = {"id": f"msg_{next(store.ids)}", "hook": row["id"], "body": body, "tried": 0}
            store.waiting.append(delivery | {"due": store.now()})


def _listens(scope: str, event: str) -> bool:
    return scope == event or (scope.endswith("/*") and event.startswith(scope.removesuffix("*")))


def stock_changed(store: Store, variant_id: int, quantity: int, *, relative: bool) -> None:
    """A change of stock tells the variant and how."""
    found = store.variant(variant_id)
    product_id = found[0]["id"] if found else 0
    change = {
        "product_id": product_id, "variant_id": variant_id, "method": "relative" if relative else "absolute",
        "value": quantity,
    }  # fmt: skip
    happened(store, "store/sku/inventory/updated", "sku", variant_id, inventory=change)


async def deliver(store: Store, post: Post, *, twice: bool = False, reverse: bool = False) -> int:
    """Send what is due; answers how many went out. A lost one waits for its next time, at last its hook goes off."""
    due = [each for each in store.waiting if each["due"] <= store.now()]
    store.waiting = [each for each in store.waiting if each["due"] > store.now()]
    for each in reversed(due) if reverse else due:
        hook = store.hooks.get(each["hook"])
        if hook is None or not hook["is_active"]:
            continue
        for _ in range(2 if twice else 1):
            status = await post(hook["destination"], *signed(store, hook, each))
        if not 200 <= status < 300:
            _again(store, hook, each)
    return len(due)


def _again(store: Store, hook: Row, delivery: Row) -> None:
    if delivery["tried"] >= len(RETRIES):
        hook["is_active"] = False
        store.mail("owner@harbourlane.example", "A webhook was switched off")
        return
    wait = timedelta(seconds=RETRIES[delivery["tried"]])
    store.waiting.append(delivery | {"tried": delivery["tried"] + 1, "due": store.now() + wait})


def signed(store: Store, hook: Row, delivery: Row) -> tuple[dict[str, str], bytes]:
    """Headers and body. The key is the client secret's own bytes; the id stays the same when it is sent again."""
    account: Account = next(each for each in store.accounts if each.client_id == hook["client_id"])
    body = json.dumps(delivery["body"], separators=(",", ":")).encode()
    at = str(int(store.now().timestamp()))
    content = f"{delivery['id']}.{at}.".encode() + body
    digest = hmac.new(account.client_secret.encode(), content, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json", "webhook-id": delivery["id"], "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }  # fmt: skip
    return headers | {name.lower(): value for name, value in hook["headers"].items()}, body
