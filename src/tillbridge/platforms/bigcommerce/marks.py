"""How our facts travel on an order: the reference in a field of its own, the rest as lines of the staff notes."""

from __future__ import annotations

from collections.abc import Mapping

RECEIPT, TILL, LOCATION, SOLD_AT = "Receipt", "Till", "Location", "Sold at"
PAID_WITH, ROUNDING = "Paid with", "Cash rounding"
CODES = "Codes honoured at the till, not counted by the shop"
CANCELLED = "Cancelled"
SOURCE = "POS (Tillbridge)"


def notes(entries: Mapping[str, str]) -> str:
    """One line per known fact."""
    return "\n".join(f"{name}: {' '.join(value.split())}" for name, value in entries.items() if value)


def read(staff_notes: str, name: str) -> str:
    """The first fact of a name; empty when there is none. Merchants may have written more around it."""
    start = f"{name}: "
    return next((line.removeprefix(start) for line in staff_notes.splitlines() if line.startswith(start)), "")
