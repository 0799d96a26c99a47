"""The credential goes to the platform's own hosts, to this machine, and nowhere in clear."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tillbridge.domain.connections import BreakerState, Connection, ConnectionState, Route
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.specs import HostRole
from tillbridge.net import hosts

HOSTED = HostRole("api", "https://{shop}", True, host_pattern=r"[a-z0-9-]+\.platform\.example")
OWN = HostRole("api", "{address}", True)


def connection(**changes: object) -> Connection:
    blank = Connection(
        id=new_id(),
        name="web",
        platform="any",
        setup="",
        settings={},
        facts={},
        base_url="",
        ca_file="",
        insecure_http=False,
        currency="EUR",
        zone="Europe/Dublin",
        state=ConnectionState.NEW,
        prepared=(),
        route=Route(),
        paused=False,
        breaker=BreakerState.CLOSED,
        breaker_until=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        tested_at=None,
    )
    return replace(blank, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "changes", "allowed"),
    [
        (HOSTED, {"settings": {"shop": "harbour.platform.example"}}, True),
        (HOSTED, {"settings": {"shop": "harbour.platform.example.evil.example"}}, False),
        (HOSTED, {"settings": {"shop": "evil.example/harbour.platform.example"}}, False),
        (HOSTED, {"settings": {"shop": "u:p@harbour.platform.example"}}, False),
        (HOSTED, {"settings": {"shop": "x"}, "base_url": "http://127.0.0.1:8080"}, True),
        (HOSTED, {"settings": {"shop": "x"}, "base_url": "https://elsewhere.example"}, False),
        (OWN, {"settings": {"address": "https://shop.example/blog"}}, True),
        (OWN, {"settings": {"address": "shop.example"}}, True),
        (OWN, {"settings": {"address": "http://shop.example"}}, False),
        (OWN, {"settings": {"address": "http://shop.example"}, "insecure_http": True}, True),
        (OWN, {"settings": {"address": "ftp://shop.example"}}, False),
        (OWN, {"settings": {"address": "http://localhost:8081"}}, True),
    ],
)
def test_where_a_connection_may_point(role: HostRole, changes: dict[str, object], allowed: bool) -> None:
    if allowed:
        assert hosts._origin(role, connection(**changes)).url.host
    else:
        with pytest.raises(InvalidInput):
            hosts._origin(role, connection(**changes))
