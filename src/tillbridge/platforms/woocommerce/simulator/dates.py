"""Moments as WordPress writes and reads them; every stored date is a GMT text without zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FORM = "%Y-%m-%dT%H:%M:%S"


def stamp(moment: datetime) -> str:
    """GMT text of an aware moment, whole seconds."""
    return moment.astimezone(UTC).strftime(FORM)


def local(gmt: str | None, zone: str) -> str | None:
    """The shop's wall clock for a GMT text."""
    if gmt is None:
        return None
    moment = datetime.strptime(gmt, FORM).replace(tzinfo=UTC)
    return moment.astimezone(ZoneInfo(zone)).strftime(FORM)


def to_gmt(wall: str | None, zone: str) -> str | None:
    """GMT text for a wall clock text of the shop; a date alone is midnight at its start."""
    if not wall:
        return None
    moment = datetime.fromisoformat(wall.replace("Z", "+00:00"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return stamp(aware)


def asked(value: str, zone: str) -> str:
    """A date parameter as WordPress compares it: an explicit offset is first turned into the shop's wall clock."""
    moment = datetime.fromisoformat(value.replace("Z", "+00:00").replace("z", "+00:00"))
    if moment.tzinfo is None:
        return moment.strftime(FORM)
    return moment.astimezone(ZoneInfo(zone)).strftime(FORM)
