"""Keeps secrets out of everything that is shown or logged: texts are scrubbed of every form a secret may take."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from tillbridge.domain.tokens import Secret

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MASK = "•••"
_SHORTEST = 6
"""Shorter values would blank out ordinary words."""


class Redactor:
    """Knows the secrets of one connection; ``scrub`` replaces each, in clear or encoded, by dots."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._forms: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: Secret) -> None:
        """Also hide this one from now on, such as a renewed token."""
        value = secret.reveal()
        if len(value) < _SHORTEST:
            return
        raw = value.encode()
        self._forms |= {
            value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], raw.hex(), raw.hex().upper(),
            base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("="),
        }  # fmt: skip

    def scrub(self, text: str) -> str:
        """The text without secrets."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, _MASK)
        return text


def one_line(text: str, length: int = 120) -> str:
    """The first line with content, without control characters, cut to a length: fit to be shown in an error."""
    for line in text.splitlines():
        clean = _CONTROL.sub("", line).strip()
        if clean:
            return clean if len(clean) <= length else clean[: length - 1] + "…"
    return "(nothing)"
