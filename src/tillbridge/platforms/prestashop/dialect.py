"""How PrestaShop speaks: its numbered error lists turned into typed errors, words freed of HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from tillbridge.domain.errors import (
    MissingPermission,
    NotFound,
    NotTheApi,
    PlatformRefused,
    PlatformUnavailable,
    TillbridgeError,
    TokenRejected,
)
from tillbridge.net.client import Answer, Dialect, Repeat
from tillbridge.net.verdicts import VerdictRow, VerdictTable
from tillbridge.platforms.prestashop.xml_text import Element, read

EMAIL_TAKEN = ("140", "141")
_OFF_WAIT = 300.0
_FIELD = re.compile(r'parameter "(\w+)"|[Pp]roperty \w+->(\w+)')
_QUOTED = re.compile(r'(?:Resource of type "(\w+)"|Method (\w+) is not allowed for the resource (\w+))')
_WARNING = "3"


def plain(text: object) -> str:
    """A text of the shop as people read it."""
    return " ".join(html.unescape(str(text or "")).split())


def problems_of(answer: Answer) -> Sequence[tuple[str, str]]:
    """Code and words of each error, in either format; warnings of PHP only when there is nothing else."""
    listed = answer.body.get("errors") if isinstance(answer.body, dict) else None
    found = [
        (str(each.get("code", "")), plain(each.get("message")))
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
    found = found or _listed_in_xml(answer)
    return [each for each in found if each[0] != _WARNING] or found


def _listed_in_xml(answer: Answer) -> list[tuple[str, str]]:
    """Errors of an answer that was asked for as XML; pages of the web server hold none."""
    if answer.body is not None or not answer.text.lstrip().startswith("<?xml"):
        return []
    try:
        root = read(answer.text, answer.status)
    except NotTheApi:
        return []
    rows = [row for group in root.under("errors") for row in group.under("error")]
    return [(_words(row, "code"), plain(_words(row, "message"))) for row in rows]


def _words(row: Element, name: str) -> str:
    return " ".join(each.text.strip() for each in row.under(name))


def _key(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(certain=True, reason=words, request_id=answer.request_id)


def _stripped(answer: Answer, code: str, words: str) -> TillbridgeError:
    return TokenRejected(certain=False, reason=words or "no key arrived", request_id=answer.request_id)


def _right(answer: Answer, code: str, words: str) -> TillbridgeError:
    match = _QUOTED.search(words)
    told = " ".join(part for part in (match.groups() if match else ()) if part)
    return MissingPermission(permission=f"{told or words} of the webservice key", request_id=answer.request_id)


def _this_shop(answer: Answer, code: str, words: str) -> TillbridgeError:
    return MissingPermission(permission="this shop, for the webservice key", request_id=answer.request_id)


def _switched_off(answer: Answer, code: str, words: str) -> TillbridgeError:
    # the shop answers this before it looks at the request, so nothing was done
    return PlatformUnavailable(status="webservice switched off", retry_after=_OFF_WAIT, request_id=answer.request_id)


def _missing(answer: Answer, code: str, words: str) -> TillbridgeError:
    return NotFound(what="record", name=words or "unknown id")


def _refused(answer: Answer, code: str, words: str) -> TillbridgeError:
    match = _FIELD.search(words)
    field = next((part for part in match.groups() if part), "request") if match else "request"
    return PlatformRefused(field=field, code=code, reason=words, request_id=answer.request_id)


def _email(answer: Answer, code: str, words: str) -> TillbridgeError:
    return PlatformRefused(field="email", code=code, reason=words, request_id=answer.request_id)


_TABLE = VerdictTable((
    VerdictRow(401, "26", _right),
    VerdictRow(401, "18", _key),
    VerdictRow(401, "20", _key),
    VerdictRow(401, None, _stripped),
    VerdictRow(403, "132", _this_shop),
    VerdictRow(405, "25", _right),
    VerdictRow(503, "22", _switched_off),
    VerdictRow(404, None, _missing),
    VerdictRow(500, "140", _email),
    VerdictRow(500, "141", _email),
    *(VerdictRow(500, code, _refused) for code in ("32", "34", "35", "37", "38", "133")),
    VerdictRow(range(400, 429), None, _refused),
))  # fmt: skip


def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    """The verdict on an answer; None when its data may be used or the status alone must decide.

    A 500 with nothing but warnings may have saved the thing, so the status decides: unknown for a change.
    """
    if answer.status < 400 or answer.status == 429:
        return None
    problems = problems_of(answer)
    code, words = problems[0] if problems else ("", "")
    return _TABLE.judge(answer, code, words)


DIALECT = Dialect(judge=judge)
