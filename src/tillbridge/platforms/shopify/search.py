"""Search terms of Shopify's list queries, with what a person typed kept inside its quotes. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tillbridge.platforms.writing import moment


def term(field: str, value: str) -> str:
    """``field:"value"``; the search tokenises, so compare what comes back exactly."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}:"{escaped}"'


def changed_since_query(since: datetime | None) -> str | None:
    """Records changed after a moment; None for all."""
    if since is None:
        return None
    return f"updated_at:>'{moment(since)}'"


def changed_since_day_query(since: datetime | None) -> str | None:
    """Records changed after a moment where Shopify compares whole days of the shop's own zone: a day more, whatever
    the zone. Leave out what has not changed since."""
    if since is None:
        return None
    day = (since.astimezone(UTC) - timedelta(days=1)).date()
    return f"updated_at:>='{day}T00:00:00Z'"
