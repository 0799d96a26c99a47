"""The lines our facts travel in, inside an order's private note, and how they are read back. The rest is people's."""

from __future__ import annotations

import re
from collections.abc import Mapping

REFERENCE, RECEIPT, TILL, LOCATION, SOLD_AT = "Tillbridge", "Receipt", "Till", "Location", "Sold at"
TENDERS, CODES, ROUNDING, NOTE = "Paid by", "Codes", "Cash rounding", "Note"
REFUSED = "Not recorded"
"""Set on an order that was cancelled because its total was not the till's."""

REFERENCE_FORM = re.compile(r"TB[0-9A-HJKMNP-TV-Z]{24}")
_UNSAFE = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")", "=": "-", "&": "+"})


def tame(text: str) -> str:
    """One line without the signs the shop refuses or rewrites."""
    return " ".join(text.translate(_UNSAFE).split())


def write(facts: Mapping[str, str]) -> str:
    """The note's lines; empty facts are left out."""
    return "\n".join(f"{name}: {tame(value)}" for name, value in facts.items() if value)


def read(note: str, name: str) -> str:
    """The value of a line; empty when there is none."""
    for line in note.splitlines():
        key, colon, value = line.strip().partition(": ")
        if colon and key == name:
            return value.strip()
    return ""


def with_line(note: str, name: str, value: str) -> str:
    """The note with one line set anew; all others stay."""
    kept = [line for line in note.splitlines() if not line.strip().startswith(f"{name}: ")]
    return "\n".join([*kept, f"{name}: {tame(value)}"]).strip()


def reference_in(*texts: str) -> str:
    """Our reference in any of the texts."""
    return next((found[0] for text in texts if (found := REFERENCE_FORM.search(text))), "")
