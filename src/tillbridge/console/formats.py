"""Amounts, times and counts as people read them. Babel loads with the first amount, off the first frame."""

from __future__ import annotations

import os
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.money import Money

FALLBACK_LOCALE = "en"
_SOON = timedelta(minutes=2)


@cache
def locale() -> str:
    """The operator's locale by the environment, or English."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  kept off the first frame

    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MONETARY") or os.environ.get("LANG") or ""
    try:
        return str(Locale.parse(wanted.partition(".")[0] or FALLBACK_LOCALE))
    except (UnknownLocaleError, ValueError):
        return FALLBACK_LOCALE


@cache
def _pattern(decimals: int) -> Any:
    """The locale's currency pattern with our number of decimals: the locale data disagrees with ISO 4217 on some."""
    from babel import Locale  # noqa: PLC0415  kept off the first frame

    pattern = copy(Locale.parse(locale()).currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    return pattern


def money(amount: Money | None) -> str:
    """``€24.90``, with the currency's own number of decimals; a dash for an amount nobody knows."""
    if amount is None:
        return text("console.unknown_value")
    decimals = max(-int(amount.amount.as_tuple().exponent), 0)
    shown = _pattern(decimals).apply(amount.amount, locale(), currency=amount.currency, currency_digits=False)
    return str(shown)


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


def quantity(number: Decimal) -> str:
    """A quantity without trailing zeros."""
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def percent(rate: Decimal) -> str:
    """A fraction (0.23) as ``23 %``."""
    return f"{quantity(rate * 100)} %"


def clock_time(at: datetime | None, zone: str, now: datetime) -> str:
    """The time of day in the shop's zone, with the date when it is another day."""
    if at is None:
        return text("console.unknown_value")
    here, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{here:%H:%M}" if here.date() == today else f"{here:%d %b %H:%M}"


def precise_time(at: datetime, zone: str) -> str:
    """Time of day with seconds, for timelines."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def left(until: datetime | None, now: datetime) -> str:
    """How long something still lives: minutes while more than two are left, then seconds, then the word for over."""
    if until is None:
        return text("console.left.never")
    rest = until - now
    if rest <= timedelta(0):
        return text("console.left.over")
    if rest < _SOON:
        return text("console.left.seconds", seconds=int(rest.total_seconds()))
    minutes = int(rest.total_seconds()) // 60
    if minutes < 120:
        return text("console.left.minutes", minutes=minutes)
    if minutes < 48 * 60:
        return text("console.left.hours", hours=minutes // 60, minutes=minutes % 60)
    return text("console.left.days", days=minutes // 1440)


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago, in whole minutes, hours or days."""
    if at is None:
        return text("console.unknown_value")
    minutes = int((now - at).total_seconds()) // 60
    if minutes < 1:
        return text("console.ago.now")
    if minutes < 60:
        return text("console.ago.minutes", minutes=minutes)
    if minutes < 24 * 60:
        return text("console.ago.hours", hours=minutes // 60)
    return text("console.ago.days", days=minutes // 1440)
