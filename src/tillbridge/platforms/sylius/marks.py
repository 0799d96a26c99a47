"""How our facts travel in an order's notes, the one free text Sylius keeps, and how they are read back."""

from __future__ import annotations

import re

REFERENCE_FORM = re.compile(r"TB[0-9A-HJKMNP-TV-Z]{24}")
_TILL = re.compile(r"^Till (?P<till>.+), receipt (?P<receipt>.+)$", re.MULTILINE)
_CODE = re.compile(r"^Code (?P<code>.+?)(?P<uncounted>, honoured at the till, not counted)?$", re.MULTILINE)
_UNCOUNTED = ", honoured at the till, not counted"


def notes(reference: str, till: str, receipt: str, *, code: str, counted: bool, note: str) -> str:
    """The notes of a till sale: our reference first, then what people look for, then the cashier's own note."""
    sold_with = f"Code {code}{'' if counted else _UNCOUNTED}" if code else ""
    lines = (reference, f"Till {till}, receipt {receipt}", sold_with, note)
    return "\n".join(each for each in lines if each)


def reference_of(text: str) -> str:
    """Our reference, wherever staff have left it; empty when there is none."""
    found = REFERENCE_FORM.search(text)
    return found[0] if found else ""


def till_of(text: str) -> tuple[str, str]:
    """Till and receipt number."""
    found = _TILL.search(text)
    return (found["till"], found["receipt"]) if found else ("", "")


def code_of(text: str) -> tuple[str, bool]:
    """The code the sale was sold with, and whether the shop counted it as used."""
    found = _CODE.search(text)
    return (found["code"], not found["uncounted"]) if found else ("", False)
