"""How Wix speaks: its error bodies turned into typed errors. Branches on codes, never on messages."""

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
)
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import VerdictRow, VerdictTable
from tillbridge.platforms.wix import spec

CATALOG_CODES = ("CATALOG_V1_SITE_CALLING_CATALOG_V3_API", "CATALOG_V1_SITE")
_NO_CODE = ""
_TAKEN = ("DUPLICATE_CONTACT_EXISTS", "ORDER_ALREADY_PAID", "GIFT_CARD_ALREADY_APPLIED", "ALREADY_REDEEMED")
"""409 that says what is there already, other than a record that moved meanwhile."""


def _part(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def code_of(answer: Answer) -> str:
    """The application error's code; empty for other errors."""
    error = _part(_part(answer.body, "details"), "applicationError")
    return str(error.get("code") or _NO_CODE)


def words_of(answer: Answer) -> str:
    """What Wix says in words, cut to a line; the code where it says nothing."""
    error = _part(_part(answer.body, "details"), "applicationError")
    message = answer.body.get("message") if isinstance(answer.body, dict) else answer.text
    return one_line(str(error.get("description") or message or code_of(answer) or answer.status))


def _field(answer: Answer) -> tuple[str, str]:
    """The first field the validation complains about, with its words."""
    rows = _part(_part(answer.body, "details"), "validationError").get("fieldViolations")
    first = rows[0] if isinstance(rows, list) and rows else None
    if not isinstance(first, dict):
        return "request", words_of(answer)
    said = first.get("description") or first.get("violatedRule") or words_of(answer)
    return str(first.get("field") or "request"), one_line(str(said))


def _rejected(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(reason=words, request_id=answer.request_id)


def _forbidden(answer: Answer, code: str, words: str) -> TillbridgeError:
    permission = f"a permission of the app or the API key ({words})"
    return MissingPermission(permission=permission, request_id=answer.request_id)


def _missing(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what="record", name=words)


def _moved(answer: Answer, code: str, words: str) -> TillbridgeError:
    return Conflict(what="record", expected="the revision we read", found=words)


def _old_catalogue(answer: Answer, code: str, words: str) -> TillbridgeError:
    return PlatformRefused(field="catalogue", code=code, reason=spec.V1_REFUSED, request_id=answer.request_id)


def _refused(answer: Answer, code: str, words: str) -> TillbridgeError:
    field, reason = _field(answer)
    return PlatformRefused(field=field, code=code or answer.status, reason=reason, request_id=answer.request_id)


_TABLE = VerdictTable((
    VerdictRow(401, None, _rejected),
    VerdictRow(403, None, _forbidden),
    VerdictRow(404, None, _missing),
    *(VerdictRow(409, code, _refused) for code in _TAKEN),
    VerdictRow(409, None, _moved),
    *(VerdictRow(428, code, _old_catalogue) for code in CATALOG_CODES),
    VerdictRow(501, None, _refused),
    VerdictRow(range(400, 500), None, _refused),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer; None when its data may be used or the status alone must decide."""
    if answer.status < 400 or answer.status == 429:
        return None
    return _TABLE.judge(answer, code_of(answer), words_of(answer))


DIALECT = Dialect(judge=judge, request_id_header="x-wix-request-id")
