"""The shop itself: one database is one shop, with its locations and tills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from tillbridge.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """``day_cut``: until when a sale still counts to the day before. ``epoch`` rises with each restore."""

    name: str
    currency: str
    zone: str
    day_cut: time
    prices_include_tax: bool
    cash_rounding: Money | None
    epoch: int


@dataclass(frozen=True, slots=True)
class Location:
    name: str


@dataclass(frozen=True, slots=True)
class Till:
    name: str
    location: str
