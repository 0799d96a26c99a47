"""From status and code to a typed error, as a table per platform, with defaults for what the table does not name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tillbridge.domain.clock import Clock
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
    WrongCredentials,
)
from tillbridge.domain.specs import CredentialField
from tillbridge.net.reading import Answer, retry_after
from tillbridge.net.redact import one_line

Make = Callable[[Answer, str, str], TillbridgeError]
"""Builds the error from the answer, the platform's code and its words."""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """Matches when status (a number or a range, None: any) and code (None: any) do."""

    status: int | range | None
    code: str | None
    make: Make

    def matches(self, status: int, code: str) -> bool:
        fits = self.status is None or (status == self.status if isinstance(self.status, int) else status in self.status)
        return fits and (self.code is None or self.code == code)


class VerdictTable:
    """The first matching row decides."""

    def __init__(self, rows: Sequence[VerdictRow]) -> None:
        self._rows = tuple(rows)

    def judge(self, answer: Answer, code: str, words: str) -> TillbridgeError | None:
        """The error of the first row that fits, or None: the defaults of the client decide."""
        for row in self._rows:
            if row.matches(answer.status, code):
                return row.make(answer, code, words)
        return None


def wrong_field(fields: Sequence[CredentialField], name: str, request_id: str | None = None) -> WrongCredentials:
    """The error that names a field of the setup form by its title, with the place to find it."""
    found = next(each for each in fields if each.name == name)
    return WrongCredentials(field=found.title, where=found.where_to_find, request_id=request_id)


def by_status(answer: Answer, *, repeatable: bool, clock: Clock) -> TillbridgeError | None:
    """What a status alone means, for an answer no table judged."""
    status, seen = answer.status, one_line(answer.text)
    if status < 400:
        return None
    if status == 429:
        return RateLimited(retry_after=retry_after(answer.headers, clock), request_id=answer.request_id)
    if status >= 500:
        return server_failed(answer, repeatable=repeatable, clock=clock)
    if status == 401:
        return TokenRejected(certain=False, reason=seen, request_id=answer.request_id)
    if status == 403:
        return MissingPermission(permission=seen, request_id=answer.request_id)
    if status in (402, 423):
        return ShopClosed(status=status, request_id=answer.request_id)
    if status == 404:
        return NotFound(what="address", name=seen)
    return PlatformRefused(field="request", code=status, reason=seen, request_id=answer.request_id)


def server_failed(answer: Answer, *, repeatable: bool, clock: Clock) -> TillbridgeError:
    """5xx: transient for a read, outcome unknown for a change."""
    if not repeatable:
        evidence = f"status {answer.status}: {one_line(answer.text)}"
        return OutcomeUnknown(evidence=evidence, request_id=answer.request_id)
    wait = retry_after(answer.headers, clock)
    return PlatformUnavailable(status=answer.status, retry_after=wait, request_id=answer.request_id)
