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


def once(store: Store, call: Call, route: str, do: Callable[[str], Response]) -> Response:
    """Do it, or answer as before. Only what went well is kept, so a refused call may be sent again changed."""
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
        return Response(known["body"], known["status"], media_type="application/json")
    answer = do(key)
    store.answered[key] = {
        "at": store.now(), "digest": digest, "body": bytes(answer.body), "status": answer.status_code,
    }  # fmt: skip
    return answer
