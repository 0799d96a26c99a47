"""The names under which our facts travel among an order's custom fields, and how they are read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tillbridge.platforms.wix import wire_orders

RECEIPT, TILL, LOCATION, SOLD_AT = "Receipt", "Till", "Location", "Sold at"
PAID_WITH, ROUNDING = "Paid with", "Cash rounding"
CODES = "Codes honoured at the till, not counted by Wix"


def fields(entries: Mapping[str, str]) -> list[dict[str, str]]:
    """One custom field per known fact."""
    return [{"title": title, "value": value} for title, value in entries.items() if value]


def read(rows: Iterable[wire_orders.CustomField], title: str) -> str:
    """The value under a title; empty when there is none, or when it is no text."""
    return next((each.value for each in rows if each.title == title and isinstance(each.value, str)), "")


def has(rows: Iterable[wire_orders.CustomField], title: str) -> bool:
    """Whether an order carries a fact at all."""
    return any(each.title == title for each in rows)
