"""Keeps secrets out of everything that is shown or logged: texts are scrubbed of every form a secret may take."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

from tillbridge.domain.errors import PlatformError, TillbridgeError
from tillbridge.domain.tokens import Secret

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MASK = "•••"
_SHORTEST = 6
"""Shorter values would blank out ordinary words."""
_TAIL = 8
_PERCENT = re.compile("%[0-9A-F]{2}")
_FOR_ADDRESSES = str.maketrans("+/", "-_")


class Redactor:
    """Knows the secrets of one connection; ``scrub`` replaces each, in clear or encoded, by dots."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._forms: set[str] = set()
        self._longest_first: tuple[str, ...] = ()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: Secret) -> None:
        """Also hide this one from now on, such as a renewed token."""
        value = secret.reveal()
        if len(value) < _SHORTEST:
            return
        self._forms |= {each for each in _forms(value) if len(each) >= _SHORTEST}
        self._longest_first = tuple(sorted(self._forms, key=len, reverse=True))

    def scrub(self, text: str) -> str:
        """The text without secrets."""
        for form in self._longest_first:
            text = text.replace(form, _MASK)
        return text

    def scrub_cut(self, text: str) -> str:
        """The text without secrets, where it may end in the middle of one."""
        text = self.scrub(text)
        for form in self._longest_first:
            for length in range(min(len(form) - 1, len(text)), _SHORTEST - 1, -1):
                if text.endswith(form[:length]):
                    return text[:-length] + _MASK
        return text

    def scrub_body(self, body: Any) -> Any:
        """Parsed JSON without secrets in any of its texts, names and numbers."""
        if isinstance(body, str):
            return self.scrub(body)
        if isinstance(body, list):
            return [self.scrub_body(each) for each in body]
        if isinstance(body, dict):
            return {self.scrub(name): self.scrub_body(value) for name, value in body.items()}
        if isinstance(body, int | Decimal) and not isinstance(body, bool):
            clean = self.scrub(str(body))
            return body if clean == str(body) else clean
        return body

    def scrub_error(self, error: TillbridgeError) -> None:
        """Take secrets out of what a typed error says."""
        for name, value in error.params.items():
            error.params[name] = self.scrub(value)
        if isinstance(error, PlatformError) and error.request_id:
            error.request_id = self.scrub(error.request_id)


def _forms(value: str) -> set[str]:
    """Every way a server may write a secret, and its end, by which keys are often named."""
    tail = value[-_TAIL:]
    forms = _written(value) | _encoded(value.encode())
    # an ordinary word at the end of a pass phrase would blank out what errors say
    return forms if tail.isalpha() and tail.islower() else forms | _written(tail)


def _written(value: str) -> set[str]:
    """In clear and with the escapes of HTML, addresses and JSON, which may stand around the others."""
    quoted = {quote(value, safe=""), quote(value), quote_plus(value)}
    plain = {
        value, html.escape(value), html.escape(value, quote=False), html.escape(value).replace("&#x27;", "&#039;"),
        *quoted, *(_PERCENT.sub(lambda found: found[0].lower(), each) for each in quoted),
    }  # fmt: skip
    for ascii_only in (True, False):
        plain |= {json.dumps(each, ensure_ascii=ascii_only)[1:-1] for each in plain}
    plain |= {each.replace("/", "\\/") for each in plain}
    return plain | {"".join(f"\\u{ord(each):04{case}}" for each in value) for case in "xX"}


def _encoded(raw: bytes) -> set[str]:
    """As hex and as base64, which also looks different by what stands before: a user name, for example."""
    forms = {raw.hex(), raw.hex().upper()}
    for before in range(3):
        letters = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        whole = (before + len(raw)) * 8 // 6
        core = letters[-(-before * 8 // 6) : whole]
        forms |= {core, core.replace("/", "\\/"), quote(core, safe=""), core.translate(_FOR_ADDRESSES)}
    return forms


def one_line(text: str, length: int = 120) -> str:
    """The first line with content, without control characters, cut to a length: fit to be shown in an error."""
    for line in text.splitlines():
        clean = _CONTROL.sub("", line).strip()
        if clean:
            return clean if len(clean) <= length else clean[: length - 1] + "…"
    return "(nothing)"
