"""How Sylius speaks: its two forms of error turned into typed errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import (
    Conflict,
    MissingPermission,
    NotFound,
    PlatformRefused,
    TillbridgeError,
    TokenRejected,
    WrongCredentials,
)
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.verdicts import VerdictRow, VerdictTable
from tillbridge.platforms.sylius import spec


def body_of(answer: Answer) -> Mapping[str, Any]:
    """The error body, or nothing when it has another form."""
    return answer.body if isinstance(answer.body, dict) else {}


def words_of(answer: Answer) -> str:
    """The shop's words: the API's own detail, or the message of its firewall."""
    body = body_of(answer)
    found = next((body[name] for name in ("detail", "hydra:description", "message") if body.get(name)), "")
    return " ".join(str(found).split())


def violations_of(answer: Answer) -> list[Mapping[str, Any]]:
    """The single faults of a refused body."""
    found = body_of(answer).get("violations")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def wrong_login(request_id: str | None = None) -> WrongCredentials:
    """A refused login: Sylius does not tell which of the two is wrong."""
    named = [each for each in spec.FIELDS if each.name in ("email", "password")]
    return WrongCredentials(
        field=" or ".join(each.title for each in named), where=named[0].where_to_find, request_id=request_id
    )


def _dead_token(answer: Answer, code: str, words: str) -> TillbridgeError:
    # a missing right is 403, so 401 always means the token
    return TokenRejected(certain=True, reason=words, request_id=answer.request_id)


def _forbidden(answer: Answer, code: str, words: str) -> TillbridgeError:
    permission = f"the role {spec.API_ROLE} for the till's administrator ({words})"
    return MissingPermission(permission=permission, request_id=answer.request_id)


def _missing(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what="record", name=words)


def _conflict(answer: Answer, code: str, words: str) -> TillbridgeError:
    return Conflict(what="record", expected="nobody else at work on it", found=words)


def _refused(answer: Answer, code: str, words: str) -> TillbridgeError:
    first = next(iter(violations_of(answer)), {})
    return PlatformRefused(
        field=first.get("propertyPath") or "request",
        code=first.get("code") or code,
        reason=words,
        request_id=answer.request_id,
    )


_TABLE = VerdictTable((
    VerdictRow(401, None, _dead_token),
    VerdictRow(403, None, _forbidden),
    VerdictRow(404, None, _missing),
    VerdictRow(409, None, _conflict),
    VerdictRow(range(400, 500), None, _refused),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer; None when its data may be used or the status alone must decide."""
    if answer.status < 400 or answer.status == 429:
        return None
    code = str(answer.status)
    return _TABLE.judge(answer, code, words_of(answer) or code)


DIALECT = Dialect(judge=judge)
