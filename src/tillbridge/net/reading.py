"""Reading answers: a bound on size, and telling the API from the shop's server, a plugin or a cut line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import AnswerTooLarge, AnswerTruncated, AnswerUnreadable, NotTheApi, WarningsBeforeJson
from tillbridge.net.redact import Redactor, one_line

LARGEST_ANSWER = 32 * 1024 * 1024


class Expect(StrEnum):
    """What a call hopes to read."""

    JSON = "json"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that could be read. ``headers`` lower-case; ``body`` is JSON with Decimal for fractions, or None.

    From status 400 on nothing in it holds a secret of the connection: its words go into errors.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str
    request_id: str
    elapsed: float


Scrub = Callable[[str], str]
"""Takes secrets out of a text, before any of it is cut to be shown."""


async def read_bounded(response: httpx.Response, limit: int = LARGEST_ANSWER, *, scrub: Scrub = str) -> str:
    """The whole text. Raises AnswerTooLarge, or AnswerTruncated when the line was cut after it began."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in response.aiter_bytes():
            size += len(part)
            if size > limit:
                raise AnswerTooLarge(limit=limit)
            parts.append(part)
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError) as error:
        begun = b"".join(parts).decode("utf-8", "replace")
        raise AnswerTruncated(first_line=one_line(scrub(begun))) from error
    return b"".join(parts).decode(response.encoding or "utf-8", "replace")


def parse_json(text: str, status: int, *, scrub: Scrub = str) -> Any:
    """JSON with Decimal fractions; a byte-order mark is forgiven, anything else in front of it is not.

    Raises NotTheApi, WarningsBeforeJson or AnswerTruncated, each with the first line of what came.
    """
    body = text.removeprefix("\ufeff").strip()
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError:
        # the parser's own error carries the whole text
        raise _unreadable(body, status, one_line(scrub(body))) from None


def json_record(text: str) -> Mapping[str, Any] | None:
    """The JSON object a text is, or None: for answers in which a page means something too."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def scrubbed(answer: Answer, redactor: Redactor) -> Answer:
    """An answer whose words may be shown. What JSON hides behind escapes is written anew from its values."""
    body = redactor.scrub_body(answer.body)
    hidden = body != answer.body
    text = json.dumps(body, ensure_ascii=False, default=str) if hidden else answer.text
    headers = {name: redactor.scrub(value) for name, value in answer.headers.items()}
    return replace(answer, headers=headers, body=body, text=redactor.scrub(text))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unreadable(body: str, status: int, line: str) -> AnswerUnreadable:
    if body.startswith(("{", "[")):
        return AnswerTruncated(first_line=line)
    for opening in ("{", "["):
        at = body.find(opening)
        if at > 0 and status < 400 and _is_json(body[at:]):
            return WarningsBeforeJson(first_line=line)
    return NotTheApi(status=status, first_line=line)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Seconds of a Retry-After header in either form; None when absent or unreadable."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        due = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (due - clock.now()).total_seconds())
