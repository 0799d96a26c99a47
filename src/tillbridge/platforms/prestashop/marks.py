"""The lines our facts travel in, inside an order's private note, and how they are read back. The rest is people's."""

from __future__ import annotations

from collections.abc import Mapping

from tillbridge.domain.references import is_reference

REFERENCE, RECEIPT, TILL, LOCATION, SOLD_AT = "Tillbridge", "Receipt", "Till", "Location", "Sold at"
TENDERS, CODES, ROUNDING, NOTE = "Paid by", "Codes", "Cash rounding", "Note"
REFUSED = "Not recorded"
"""Set on an order that was cancelled because its total was not the till's."""

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


def noted_reference(note: str) -> str:
    """The reference our note begins with; that of a refund in the same note does not count."""
    found = read(note, REFERENCE)
    return found if is_reference(found) else ""


def reference_of(payment: str, note: str) -> str:
    """The reference of a sale: in the payment text from the first moment, in the note a step later."""
    return next((word for word in payment.split() if is_reference(word)), "") or noted_reference(note)
