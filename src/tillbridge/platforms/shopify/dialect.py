"""How Shopify speaks: most failures arrive as 200. Turns answers into typed errors and the pace they tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tillbridge.domain.errors import (
    MissingPermission,
    NotTheApi,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ShopClosed,
    TillbridgeError,
    TokenRejected,
)
from tillbridge.domain.pace import Pace
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import VerdictRow, VerdictTable, wrong_field
from tillbridge.platforms.shopify import spec

VERSION_HEADER = "x-shopify-api-version"
_SCOPE = re.compile(r"`(\w+)`")
_CONCURRENT_WAIT = 2.0
_REFUSALS = ("userErrors", "orderCancelUserErrors")
KEY_SPENT = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
_KEY_BUSY = "IDEMPOTENCY_CONCURRENT_REQUEST"
_KEY_WORDS = {
    "This request is currently in progress": _KEY_BUSY,
    "A previous request with this idempotency key failed": KEY_SPENT,
}
"""Refunds are refused without a code, so what became of their key is told by Shopify's words alone."""


@dataclass(frozen=True, slots=True)
class UserError:
    """One refusal of a mutation. ``field`` is the path into the input."""

    code: str
    field: tuple[str, ...]
    message: str

    @property
    def path(self) -> str:
        return ".".join(self.field) or "request"

    def index(self) -> int | None:
        """The list position the path names, if any."""
        return next((int(part) for part in self.field if part.isdigit()), None)


class UserErrors(PlatformRefused):
    """The mutation was judged and not run: all its refusals in ``rows``, the first one in words."""

    def __init__(self, rows: tuple[UserError, ...], request_id: str | None) -> None:
        first = rows[0]
        super().__init__(field=first.path, code=first.code or "INVALID", reason=first.message, request_id=request_id)
        self.rows = rows

    def has(self, code: str) -> bool:
        return any(row.code == code for row in self.rows)


class TooCostly(PlatformRefused):
    """A single query over the permitted cost: ask for fewer records."""


def _closed(answer: Answer, code: str, words: str) -> TillbridgeError:
    return ShopClosed(status=answer.status, request_id=answer.request_id)


def _unknown_shop(answer: Answer, code: str, words: str) -> TillbridgeError:
    return wrong_field(spec.FIELDS, "shop", answer.request_id)


def _rejected(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(reason=words, request_id=answer.request_id)


def _denied(answer: Answer, code: str, words: str) -> TillbridgeError:
    named = _SCOPE.findall(words)
    return MissingPermission(permission=", ".join(named) or words, request_id=answer.request_id)


def _throttled(answer: Answer, code: str, words: str) -> TillbridgeError:
    return RateLimited(retry_after=throttle_wait(answer.body), request_id=answer.request_id)


def _too_costly(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TooCostly(field="query", code=code, reason=words, request_id=answer.request_id)


_TABLE = VerdictTable((
    VerdictRow(401, None, _rejected),
    VerdictRow(402, None, _closed),
    VerdictRow(423, None, _closed),
    VerdictRow(430, None, _closed),
    VerdictRow(404, None, _unknown_shop),
    VerdictRow(403, None, _denied),
    VerdictRow(None, "THROTTLED", _throttled),
    VerdictRow(None, "MAX_COST_EXCEEDED", _too_costly),
    VerdictRow(None, "ACCESS_DENIED", _denied),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The platform's verdict on an answer; None when its data may be used."""
    body = answer.body if isinstance(answer.body, dict) else {}
    errors, data = body.get("errors"), body.get("data")
    code, words = _first_error(errors)
    if answer.status < 400 and isinstance(data, dict) and _ran(data, repeat):
        return _refused(data, answer, repeat)
    if verdict := _TABLE.judge(answer, code, words or one_line(answer.text)):
        return verdict
    if answer.status >= 400:
        return None
    if errors:
        return _query_failed(answer, body, code, words, repeat)
    return None if isinstance(data, dict) else _no_data(answer, repeat)


def _ran(data: Mapping[str, Any], repeat: Repeat) -> bool:
    """Whether a change answers for itself, whatever error stands beside it about a field of its answer.

    One that may be repeated is asked again instead when it shows nothing at all.
    """
    for payload in data.values():
        if isinstance(payload, dict) and any(name in payload for name in _REFUSALS):
            shown = [value for name, value in payload.items() if name not in _REFUSALS]
            if repeat is Repeat.NEVER or not shown or _user_errors(payload) or any(each is not None for each in shown):
                return True
    return False


def _first_error(errors: Any) -> tuple[str, str]:
    """Code and words of the first top-level error; 401 carries plain text instead of a list."""
    if isinstance(errors, str):
        return "", one_line(errors)
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return "", one_line(str(errors)) if errors else ""
    first = errors[0]
    extensions = first.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return str(code or ""), one_line(str(first.get("message", "")))


def _query_failed(
    answer: Answer, body: Mapping[str, Any], code: str, words: str, repeat: Repeat
) -> TillbridgeError | None:
    """A top-level error no row names. Without data nothing ran; with data a change may have run."""
    begun = isinstance(body.get("data"), dict) or code == "INTERNAL_SERVER_ERROR"
    if repeat is Repeat.NEVER and begun:
        return OutcomeUnknown(evidence=words or code, request_id=answer.request_id)
    if code == "INTERNAL_SERVER_ERROR":
        return PlatformUnavailable(status="internal error", request_id=answer.request_id)
    return PlatformRefused(field="query", code=code or "INVALID_QUERY", reason=words, request_id=answer.request_id)


def _no_data(answer: Answer, repeat: Repeat) -> TillbridgeError:
    line = one_line(answer.text)
    if repeat is Repeat.NEVER:
        return OutcomeUnknown(evidence=f"an answer without data: {line}", request_id=answer.request_id)
    return NotTheApi(status=answer.status, first_line=line, request_id=answer.request_id)


def _refused(data: Mapping[str, Any], answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    rows = tuple(row for value in data.values() if isinstance(value, dict) for row in _user_errors(value))
    if not rows:
        return None
    codes = {row.code for row in rows}
    if _KEY_BUSY in codes:
        return RateLimited(retry_after=_CONCURRENT_WAIT, request_id=answer.request_id)
    if "INTERNAL_ERROR" in codes and repeat is Repeat.NEVER:
        return OutcomeUnknown(evidence=rows[0].message, request_id=answer.request_id)
    return UserErrors(rows, answer.request_id)


def _user_errors(payload: Mapping[str, Any]) -> tuple[UserError, ...]:
    found = next((payload[name] for name in _REFUSALS if payload.get(name)), ())
    return tuple(_user_error(each) for each in found if isinstance(each, dict))


def _user_error(row: Mapping[str, Any]) -> UserError:
    message = one_line(str(row.get("message") or ""))
    told = next((code for words, code in _KEY_WORDS.items() if words in message), "")
    return UserError(
        code=str(row.get("code") or told),
        field=tuple(str(part) for part in row.get("field") or ()),
        message=message,
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value) if value is not None else None
    except (TypeError, ValueError):
        return None


def _cost(body: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """``cost`` and its ``throttleStatus``, which some plans leave out."""
    extensions = body.get("extensions") if isinstance(body, dict) else None
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    cost = cost if isinstance(cost, dict) else {}
    status = cost.get("throttleStatus")
    return cost, status if isinstance(status, dict) else {}


def throttle_wait(body: Any) -> float | None:
    """Seconds until the bucket holds what the refused call asks for; None when the answer does not tell."""
    cost, status = _cost(body)
    asked, held, rate = (
        _number(cost.get("requestedQueryCost")),
        _number(status.get("currentlyAvailable")),
        _number(status.get("restoreRate")),
    )
    if asked is None or held is None or not rate or rate < 0:
        return None
    return max(0.1, (asked - held) / rate)


def learn(answer: Answer) -> Pace | None:
    """The bucket as the answer tells it; never a number of ours."""
    cost, status = _cost(answer.body)
    if not cost:
        return None
    return Pace(
        available=_number(status.get("currentlyAvailable")),
        maximum=_number(status.get("maximumAvailable")),
        restore_per_second=_number(status.get("restoreRate")),
        actual_cost=_number(cost.get("actualQueryCost")),
    )


def page_verdict(error: NotTheApi) -> TillbridgeError:
    """What an HTML page means by its status: login trouble and closed shops are answered as pages too."""
    status = error.params.get("status", "")
    if status in ("402", "423", "430"):
        return ShopClosed(status=status)
    if status == "404":
        return wrong_field(spec.FIELDS, "shop")
    if status == "401":
        return TokenRejected(reason=error.params.get("first_line", ""))
    return error


DIALECT = Dialect(judge=judge, learn=learn, request_id_header="x-request-id")
