"""How BigCommerce speaks: the error bodies of both API versions turned into typed errors, and the pace it tells."""

from __future__ import annotations

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
from tillbridge.domain.pace import Pace
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import VerdictRow, VerdictTable

_QUOTA, _LEFT = "x-rate-limit-requests-quota", "x-rate-limit-requests-left"
_KEPT_BACK = 0.1
_WINDOW, _RESET = "x-rate-limit-time-window-ms", "x-rate-limit-time-reset-ms"


def body_of(answer: Answer) -> Mapping[str, Any]:
    """The error object of either version: v2 puts it into a list. Nothing when it has another form."""
    body = answer.body
    first = body[0] if isinstance(body, list) and body else body
    return first if isinstance(first, dict) else {}


def words_of(answer: Answer) -> str:
    """What BigCommerce says in words."""
    body = body_of(answer)
    return one_line(str(body.get("message") or body.get("title") or "")) if body else one_line(answer.text)


def _field(answer: Answer) -> tuple[str, str]:
    """The first field v3 complains about, with its words; the request as a whole where it names none."""
    errors = body_of(answer).get("errors")
    if isinstance(errors, dict) and errors:
        name, said = next(iter(errors.items()))
        return str(name), one_line(str(said))
    return "request", words_of(answer)


def _refused(answer: Answer, code: str, words: str) -> TillbridgeError:
    field, reason = _field(answer)
    return PlatformRefused(field=field, code=code, reason=reason or words, request_id=answer.request_id)


def _rejected(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(reason=words, request_id=answer.request_id)


def _forbidden(answer: Answer, code: str, words: str) -> TillbridgeError:
    return MissingPermission(permission=f"a scope of the API account ({words})", request_id=answer.request_id)


def _missing(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what="record", name=words)


def _locked(answer: Answer, code: str, words: str) -> TillbridgeError:
    # said before anything is done, so that even a create may be sent again
    return PlatformUnavailable(status=answer.status, request_id=answer.request_id)


def _slow_down(answer: Answer, code: str, words: str) -> TillbridgeError:
    """The wait is told in milliseconds; without it the platform sheds load and the wait is ours to grow."""
    reset = _number(answer.headers, _RESET)
    return RateLimited(retry_after=None if reset is None else reset / 1000, request_id=answer.request_id)


_TABLE = VerdictTable((
    VerdictRow(401, None, _rejected),
    VerdictRow(403, None, _forbidden),
    VerdictRow(404, None, _missing),
    VerdictRow(423, None, _locked),
    VerdictRow(429, None, _slow_down),
    VerdictRow(507, None, _refused),
    VerdictRow(range(400, 500), None, _refused),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer; None when its data may be used or the status alone must decide."""
    if answer.status < 400:
        return None
    return _TABLE.judge(answer, str(answer.status), words_of(answer) or str(answer.status))


def learn(answer: Answer) -> Pace | None:
    """What is left of the quota. A window is refilled all at once when it ends, not bit by bit.

    So what is kept back for people's calls, and one call more, comes back just when the window ends.
    """
    quota, left, window, reset = (_number(answer.headers, name) for name in (_QUOTA, _LEFT, _WINDOW, _RESET))
    if quota is None or left is None:
        return None
    ends_in = reset or window
    return Pace(left, quota, (quota * _KEPT_BACK + 1) / (ends_in / 1000) if ends_in else None)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    told = headers.get(name, "").strip()
    return float(told) if told.isdigit() else None


DIALECT = Dialect(judge=judge, learn=learn)
