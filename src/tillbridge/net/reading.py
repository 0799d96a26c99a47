"""Reading answers: a bound on size, and telling the API from the shop's server, a plugin or a cut line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import AnswerTooLarge, AnswerTruncated, AnswerUnreadable, NotTheApi, WarningsBeforeJson
from tillbridge.net.redact import one_line

LARGEST_ANSWER = 32 * 1024 * 1024


class Expect(StrEnum):
    """What a call hopes to read."""

    JSON = "json"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that could be read. ``headers`` lower-case; ``body`` is JSON with Decimal for fractions, or None."""

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str
    request_id: str
    elapsed: float


async def read_bounded(response: httpx.Response, limit: int = LARGEST_ANSWER) -> str:
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
        raise AnswerTruncated(first_line=one_line(begun)) from error
    return b"".join(parts).decode(response.encoding or "utf-8", "replace")


def parse_json(text: str, status: int) -> Any:
    """JSON with Decimal fractions; a byte-order mark is forgiven, anything else in front of it is not.

    Raises NotTheApi, WarningsBeforeJson or AnswerTruncated, each with the first line of what came.
    """
    body = text.removeprefix("\ufeff").strip()
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError as error:
        raise _unreadable(body, status) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unreadable(body: str, status: int) -> AnswerUnreadable:
    line = one_line(body)
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
