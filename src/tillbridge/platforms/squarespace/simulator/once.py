"""Idempotency: the same key and body are answered as the first time for 48 hours, another body is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from starlette.responses import Response

from .speech import Call, Refusal, invalid
from .state import Store

_FORM = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEPT = timedelta(hours=48)
_CONFLICT = 409


def once(store: Store, call: Call, route: str, do: Callable[[str], Response]) -> Response:
    """Do it, or answer as before. A call refused for the state of things binds its key too, and is tried anew."""
    key = call.headers.get("idempotency-key", "")
    if not _FORM.fullmatch(key):
        raise invalid("A valid Idempotency-Key header is required.")
    if key in store.in_flight:
        raise Refusal(409, "A request with this key is being processed.", "CONCURRENT_MODIFICATION")
    store.answered = {each: row for each, row in store.answered.items() if store.now() - row["at"] < _KEPT}
    digest = hashlib.sha256(route.encode() + call.raw).hexdigest()
    if known := store.answered.get(key):
        if known["digest"] != digest:
            raise invalid("The idempotency key was used with a different request.")
        if known["status"]:
            return Response(known["body"], known["status"], media_type="application/json")
    kept = {"at": store.now(), "digest": digest, "body": b"", "status": 0}
    try:
        answer = do(key)
    except Refusal as refusal:
        if refusal.status == _CONFLICT:
            store.answered[key] = kept
        raise
    store.answered[key] = kept | {"body": bytes(answer.body), "status": answer.status_code}
    return answer
