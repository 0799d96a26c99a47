"""How WooCommerce speaks: WordPress error bodies turned into typed errors, words freed of HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import (
    MissingPermission,
    NotFound,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    TillbridgeError,
    TokenRejected,
)
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.verdicts import VerdictRow, VerdictTable, wrong_field
from tillbridge.platforms.woocommerce import spec

MISSING_ROUTE = "route"
"""What is not there when an add-on or a newer version is missing, other than a record."""
DRAFT_PARAM = "draft_order_id"
"""Param of PlatformRefused: the order a refused create left behind."""

_TAG = re.compile(r"<[^>]*>")
_AUTH_CODE = "woocommerce_rest_authentication_error"


def plain(text: object) -> str:
    """A text of the shop as people read it: no markup, entities unescaped."""
    return " ".join(html.unescape(_TAG.sub("", str(text or ""))).split())


def body_of(answer: Answer) -> Mapping[str, Any]:
    """The error body, or nothing when it has another form."""
    return answer.body if isinstance(answer.body, dict) else {}


def data_of(answer: Answer) -> Mapping[str, Any]:
    """The ``data`` of an error body; some errors have a bare number or null there."""
    found = body_of(answer).get("data")
    return found if isinstance(found, dict) else {}


def _authentication(answer: Answer, code: str, words: str) -> TillbridgeError:
    lowered = words.lower()
    if "permissions" in lowered:
        needed = "read" if "read" in lowered else "write"
        return MissingPermission(
            permission=f"{needed} access of the API key (it must be Read/Write)", request_id=answer.request_id
        )
    if "consumer key" in lowered:
        return wrong_field(spec.FIELDS, "consumer_key", answer.request_id)
    if "consumer secret" in lowered or "signature" in lowered:
        return wrong_field(spec.FIELDS, "consumer_secret", answer.request_id)
    if "timestamp" in lowered:
        reason = "the clock of this machine and the shop's differ by more than 15 minutes"
        return PlatformRefused(field="the time", code=code, reason=reason, request_id=answer.request_id)
    if "nonce" in lowered:
        return PlatformUnavailable(status=answer.status, request_id=answer.request_id)
    return TokenRejected(certain=False, reason=words, request_id=answer.request_id)


def _unknown_key(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(certain=False, reason=words, request_id=answer.request_id)


def _forbidden(answer: Answer, code: str, words: str) -> TillbridgeError:
    permission = f"the rights of a shop manager for the key's user ({words})"
    return MissingPermission(permission=permission, request_id=answer.request_id)


def _missing_route(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what=MISSING_ROUTE, name=words)


def _missing_record(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what="record", name=words)


def _parameter(answer: Answer, code: str, words: str) -> TillbridgeError:
    params = data_of(answer).get("params")
    if isinstance(params, dict) and params:
        field, reason = next(iter(params.items()))
        return _refusal(answer, code, plain(reason), str(field))
    field = ", ".join(map(str, params)) if isinstance(params, list) else "request"
    return _refusal(answer, code, words, field)


def _coupon(answer: Answer, code: str, words: str) -> TillbridgeError:
    return _refusal(answer, code, words, "coupon")


def _refund(answer: Answer, code: str, words: str) -> TillbridgeError:
    return _refusal(answer, code, words, "refund")


def _refused(answer: Answer, code: str, words: str) -> TillbridgeError:
    return _refusal(answer, code, words, "request")


def _refusal(answer: Answer, code: str, reason: str, field: str) -> PlatformRefused:
    more: dict[str, object] = {}
    if (draft := data_of(answer).get("new_draft_order_id")) is not None:
        more[DRAFT_PARAM] = draft
    return PlatformRefused(field=field, code=code, reason=reason, request_id=answer.request_id, **more)


def _maintenance(answer: Answer, code: str, words: str) -> TillbridgeError:
    # WordPress answers before any plugin runs, so nothing was done
    return PlatformUnavailable(status=answer.status, request_id=answer.request_id)


def _slow_down(answer: Answer, code: str, words: str) -> TillbridgeError:
    wait = answer.headers.get("ratelimit-retry-after") or answer.headers.get("retry-after") or ""
    return RateLimited(retry_after=float(wait) if wait.isdigit() else None, request_id=answer.request_id)


_TABLE = VerdictTable((
    VerdictRow(401, _AUTH_CODE, _authentication),
    VerdictRow(401, "woocommerce_rest_authentication_missing_parameter", _unknown_key),
    VerdictRow(401, None, _unknown_key),
    VerdictRow(403, None, _forbidden),
    VerdictRow(None, "rate_limit_exceeded", _slow_down),
    VerdictRow(503, "wp_die", _maintenance),
    VerdictRow(404, "rest_no_route", _missing_route),
    VerdictRow(404, None, _missing_record),
    VerdictRow(None, "woocommerce_rest_shop_order_invalid_id", _missing_record),
    VerdictRow(None, "woocommerce_rest_product_invalid_id", _missing_record),
    VerdictRow(400, "rest_invalid_param", _parameter),
    VerdictRow(400, "rest_missing_callback_param", _parameter),
    VerdictRow(400, "woocommerce_rest_invalid_coupon", _coupon),
    VerdictRow(500, "woocommerce_rest_cannot_create_order_refund", _refund),
    VerdictRow(500, "woocommerce_rest_invalid_order_id", _missing_record),
    VerdictRow(500, "001", _missing_record),
    VerdictRow(500, "003", _refused),
    VerdictRow(500, "004", _refused),
    VerdictRow(501, "woocommerce_rest_trash_not_supported", _refused),
    VerdictRow(range(400, 500), None, _refused),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer; None when its data may be used or the status alone must decide."""
    if answer.status < 400 or answer.status == 429:
        return None
    code = str(body_of(answer).get("code") or answer.status)
    return _TABLE.judge(answer, code, plain(body_of(answer).get("message")) or code)


DIALECT = Dialect(judge=judge)
