"""How Squarespace speaks: one envelope for all errors, turned into typed errors. Called by ``calls``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import (
    MissingPermission,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ShopClosed,
    TillbridgeError,
    TokenRejected,
)
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import VerdictRow, VerdictTable

INSUFFICIENT_STOCK = "INSUFFICIENT_STOCK"
DUPLICATE_CONTACT = "DUPLICATE_USER_CONFLICT"
VARIANT_GONE = "PRODUCT_VARIANT_NOT_FOUND"
_BUSY = "CONCURRENT_MODIFICATION"
_FORBIDDEN = {
    "OAUTH_TOKEN_REQUIRED": "an extension's access: an API key may not do this",
    "FORBIDDEN_RESOURCE": "this part of the shop: the site's plan or the key leaves it out",
}


def body_of(answer: Answer) -> Mapping[str, Any]:
    """The envelope, or nothing when the answer has another form."""
    return answer.body if isinstance(answer.body, dict) else {}


def code_of(answer: Answer) -> str:
    """The finer word of the two the envelope has."""
    body = body_of(answer)
    return str(body.get("subtype") or body.get("type") or answer.status)


def context_of(answer: Answer) -> str:
    """What the platform's support asks for; it stands in the envelope, not in a header."""
    told = body_of(answer).get("contextId")
    return one_line(str(told), 64) if told else ""


def _rejected(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(reason=words, request_id=context_of(answer))


def _closed(answer: Answer, code: str, words: str) -> TillbridgeError:
    return ShopClosed(status=answer.status, request_id=context_of(answer))


def _forbidden(answer: Answer, code: str, words: str) -> TillbridgeError:
    permission = _FORBIDDEN.get(code, f"a permission of the key or extension ({words})")
    return MissingPermission(permission=permission, request_id=context_of(answer))


def _missing(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what="record", name=words)


def _busy(answer: Answer, code: str, words: str) -> TillbridgeError:
    # no outage, so it must not look like one to the breaker
    return PlatformUnavailable(status="still busy with the same request", request_id=context_of(answer))


def _slow_down(answer: Answer, code: str, words: str) -> TillbridgeError:
    return RateLimited(request_id=context_of(answer))


def _refused(answer: Answer, code: str, words: str) -> TillbridgeError:
    return PlatformRefused(field="request", code=code, reason=words, request_id=context_of(answer))


_TABLE = VerdictTable((
    VerdictRow(401, None, _rejected),
    VerdictRow(402, None, _closed),
    VerdictRow(403, None, _forbidden),
    VerdictRow(404, VARIANT_GONE, _refused),
    VerdictRow(404, None, _missing),
    VerdictRow(409, _BUSY, _busy),
    VerdictRow(429, None, _slow_down),
    VerdictRow(range(400, 500), None, _refused),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer; None when its data may be used or the status alone must decide."""
    if answer.status < 400:
        return None
    code, words = code_of(answer), one_line(str(body_of(answer).get("message") or answer.text))
    if repeat is Repeat.NEVER and (code == _BUSY or "idempotency" in words.lower()):
        # the first send is under way, or was made with another body: either way an order may be there
        return OutcomeUnknown(evidence=f"the shop knows this order already: {words}", request_id=context_of(answer))
    return _TABLE.judge(answer, code, words)


DIALECT = Dialect(judge=judge)
