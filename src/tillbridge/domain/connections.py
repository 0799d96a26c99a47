"""A connection: one configured online store, with its route, readiness and health, as services and screens see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RouteKind(StrEnum):
    """Which sales a connection records."""

    OFF = "off"
    ALL = "all"
    TILLS = "tills"
    LOCATIONS = "locations"


@dataclass(frozen=True, slots=True)
class Route:
    """``names`` are tills or locations by kind."""

    kind: RouteKind = RouteKind.OFF
    names: tuple[str, ...] = ()

    def matches(self, till: str, location: str) -> bool:
        match self.kind:
            case RouteKind.ALL:
                return True
            case RouteKind.TILLS:
                return till in self.names
            case RouteKind.LOCATIONS:
                return location in self.names
        return False


class ConnectionState(StrEnum):
    """READY means tested and prepared; anything else receives no sales."""

    NEW = "new"
    CONNECTED = "connected"
    READY = "ready"
    NEEDS_REAUTHENTICATION = "needs_reauthentication"
    LOCKED = "locked"
    """Its credential cannot be opened with the keys at hand."""


class BreakerState(StrEnum):
    """CLOSED lets calls through; OPEN holds them; HALF_OPEN lets one probe through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """``settings`` are the plain (not secret) form values; ``facts`` what test and preparation found out.

    ``base_url`` set: replaces all host roles by one origin (stand-ins, training).
    """

    id: UUID
    name: str
    platform: str
    setup: str
    settings: Mapping[str, str]
    facts: Mapping[str, str]
    base_url: str
    ca_file: str
    insecure_http: bool
    currency: str
    zone: str
    state: ConnectionState
    prepared: tuple[str, ...]
    route: Route
    paused: bool
    breaker: BreakerState
    breaker_until: datetime | None
    created_at: datetime
    tested_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a live test learnt. ``missing_scopes`` names required permissions that were not granted."""

    name: str
    currency: str
    zone: str
    prices_include_tax: bool | None
    granted_scopes: tuple[str, ...]
    missing_scopes: tuple[str, ...]
    api_version: str
    facts: Mapping[str, str]
    warnings: tuple[str, ...] = ()


class StepState(StrEnum):
    """Where a preparation step stands."""

    DONE = "done"
    OPEN = "open"
    STATED = "stated"
    """Nothing to do for us: a shop setting that was read and is stated to the operator."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StepReport:
    """The result of checking or doing one preparation step. ``facts`` are kept with the connection."""

    name: str
    state: StepState
    words: str
    facts: Mapping[str, str]
    choices: tuple[tuple[str, str], ...] = ()
    """(value, title) pairs when the operator must choose, such as a location."""
