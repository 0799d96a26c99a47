"""How our facts travel in an order's notes, the one free text Sylius keeps, and how they are read back."""

from __future__ import annotations

import re

from tillbridge.domain.references import is_reference

_WORD = re.compile(r"[0-9A-Z]+")
_UNCOUNTED = ", honoured at the till, not counted"
_TILL = re.compile(
    rf"^Till (?P<till>.+?), receipt (?P<receipt>.+?)(?:; code (?P<code>.+?)(?P<uncounted>{_UNCOUNTED})?)?\r?$",
    re.MULTILINE,
)


def notes(reference: str, till: str, receipt: str, *, code: str, counted: bool, note: str) -> str:
    """The notes of a till sale: our reference first, then what people look for, then the cashier's own note."""
    sold_with = f"; code {code}{'' if counted else _UNCOUNTED}" if code else ""
    return "\n".join(each for each in (reference, f"Till {till}, receipt {receipt}{sold_with}", note) if each)


def reference_of(text: str) -> str:
    """Our reference, wherever staff have left it; empty when there is none."""
    return next((word for word in _WORD.findall(text) if is_reference(word)), "")


def till_of(text: str) -> tuple[str, str]:
    """Till and receipt number."""
    found = _TILL.search(text)
    return (found["till"], found["receipt"]) if found else ("", "")


def code_of(text: str) -> tuple[str, bool]:
    """The code the sale was sold with, and whether the shop counted it as used."""
    found = _TILL.search(text)
    return (found["code"] or "", not found["uncounted"]) if found else ("", False)
