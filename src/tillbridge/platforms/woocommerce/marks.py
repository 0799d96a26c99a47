"""The names under which our facts travel in an order's meta data, and how they are read back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

REFERENCE = "tillbridge_reference"
RECEIPT = "tillbridge_receipt"
TILL = "tillbridge_till"
LOCATION = "tillbridge_location"
SOLD_AT = "tillbridge_sold_at"
TENDERS = "tillbridge_tenders"
CODES = "tillbridge_codes"
ROUNDING = "tillbridge_cash_rounding"
LINE = "_tillbridge_line"
UNCOUNTED = "_tillbridge_uncounted"
"""On a fee: the variant that was sold by it, whose stock the shop did not move."""

CREATED_VIA = "pos-rest-api"
"""WooCommerce 10.6 and later keep their order mails back for exactly this word."""

ROUNDING_FEE = "Rounding"


class _Entry(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def value(self) -> object: ...


def read(entries: Iterable[_Entry], key: str) -> str:
    """The value kept under a key as text; empty when there is none."""
    return next((str(each.value) for each in entries if each.key == key and each.value is not None), "")
