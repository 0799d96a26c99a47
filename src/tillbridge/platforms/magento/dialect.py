"""How Magento speaks: messages with placeholders turned into typed errors, and what its one kind of 401 means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import (
    MissingPermission,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    TillbridgeError,
    TokenRejected,
)
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.magento import spec

TAKEN = "taken"
"""Code of PlatformRefused when the shop has an order of that number already."""

_PLACEHOLDER = re.compile(r"%(\w+)")
_NO_RIGHT = "isn't authorized to access"
_OAUTH_FIELDS = (("signature", "consumer_secret"), ("consumer", "consumer_key"), ("token", "access_token"))


def body_of(answer: Answer) -> Mapping[str, Any]:
    """The error body, or nothing when it has another form."""
    return answer.body if isinstance(answer.body, dict) else {}


def words_of(body: Mapping[str, Any]) -> str:
    """The message with its placeholders filled: ``%name`` from an object, ``%1`` from a list; each error's after it."""
    said = [_filled(body)]
    said += [_filled(each) for each in body.get("errors") or () if isinstance(each, dict)]
    return one_line(" ".join(part for part in " ".join(said).split()), 300)


def _filled(body: Mapping[str, Any]) -> str:
    told = body.get("parameters")
    if isinstance(told, list):
        told = {str(at): value for at, value in enumerate(told, 1)}
    values = told if isinstance(told, dict) else {}
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), str(body.get("message") or ""))


def resource_of(answer: Answer) -> str:
    """The permission a 401 names."""
    told = body_of(answer).get("parameters")
    return str(told.get("resources", "")) if isinstance(told, dict) else ""


def _unauthorised(answer: Answer, *, signed: bool) -> TillbridgeError:
    """A refused signature is told by its words; a refused bearer looks exactly like a missing permission."""
    said = words_of(body_of(answer))
    if _NO_RIGHT in said or not said:
        resource = resource_of(answer) or said or "a resource"
        if signed:
            return MissingPermission(permission=resource, request_id=answer.request_id)
        return TokenRejected(certain=False, reason=resource, request_id=answer.request_id)
    lowered = said.lower()
    if "nonce" in lowered or "timestamp" in lowered:
        # every try is signed anew, so it may simply be made again
        return PlatformUnavailable(status=answer.status, request_id=answer.request_id)
    field = next((name for word, name in _OAUTH_FIELDS if word in lowered), "access_token")
    return wrong_field(spec.FIELDS, field, answer.request_id)


def _refused(answer: Answer) -> PlatformRefused:
    body = body_of(answer)
    said = words_of(body) or one_line(answer.text)
    told = body.get("parameters")
    field = str(told.get("fieldName", "")) if isinstance(told, dict) else ""
    code = TAKEN if "Unique constraint violation" in said else str(answer.status)
    return PlatformRefused(field=field or "request", code=code, reason=said, request_id=answer.request_id)


def _verdict(answer: Answer, repeat: Repeat, *, signed: bool) -> TillbridgeError | None:
    status = answer.status
    if status < 400 or status == 429:
        return None
    if status == 401:
        return _unauthorised(answer, signed=signed)
    if status == 404:
        return NotFound(what="record", name=words_of(body_of(answer)) or "no such route")
    if status < 500:
        return _refused(answer)
    if status == 503:
        # maintenance, said before anything of the shop runs
        return PlatformUnavailable(status=status, request_id=answer.request_id)
    if repeat is Repeat.NEVER:
        return OutcomeUnknown(evidence=f"status {status}: {words_of(body_of(answer))}", request_id=answer.request_id)
    return None


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer to a bearer; None when its data may be used or the status alone must decide."""
    return _verdict(answer, repeat, signed=False)


def judge_signed(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer to a signed call."""
    return _verdict(answer, repeat, signed=True)


BEARER = Dialect(judge=judge)
SIGNED = Dialect(judge=judge_signed)
