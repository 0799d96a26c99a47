"""Looks for planted secrets in every form they could leak in: clear, encoded, escaped, or their last characters."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

_TAIL = 8


def forms(secret: str) -> Mapping[str, bytes]:
    """Every form of a secret by its name. Base64 as it looks at each of the three places it may begin at."""
    raw = secret.encode()
    found = {
        "clear": raw,
        "URL-encoded": quote(secret, safe="").encode(),
        "form-encoded": quote_plus(secret).encode(),
        "JSON-escaped": json.dumps(secret)[1:-1].encode(),
        "hex": raw.hex().encode(),
        "hex in capitals": raw.hex().upper().encode(),
        "last characters": raw[-_TAIL:],
    }
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # what depends on the neighbours is left off at both ends
        found[f"base64 at {shift}"] = encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
    return found


def found_in(places: Iterable[tuple[str, bytes]], secrets: Mapping[str, str]) -> list[str]:
    """``place: name of the secret, form`` for each hit."""
    wanted = [(name, form, look) for name, secret in secrets.items() for form, look in forms(secret).items()]
    return [f"{place}: {name}, {form}" for place, content in places for name, form, look in wanted if look in content]


def files_under(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Every file below a folder."""
    return [(str(each.relative_to(folder)), each.read_bytes()) for each in sorted(folder.rglob("*")) if each.is_file()]


def processes_of(pid: int) -> Iterable[tuple[str, bytes]]:
    """Arguments and environment of a process and all its children."""
    seen = [pid]
    for parent in seen:
        children = Path(f"/proc/{parent}/task/{parent}/children")
        seen += [int(each) for each in children.read_text().split()] if children.exists() else []
    return [
        (f"{what} of a process", Path(f"/proc/{each}/{what}").read_bytes())
        for each in seen
        for what in ("cmdline", "environ")
    ]
