"""Where a connection stands, as lists and forms show it. Pure; services.connections builds these views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tillbridge.domain.connections import Connection, ConnectionState, StepReport, StepState
from tillbridge.domain.jobs import JobState
from tillbridge.domain.specs import Noun, PlatformSpec, PreparationStep
from tillbridge.domain.tokens import TokenFacts, TokenType
from tillbridge.messages import text

READY, ABSENT = "ready", "absent"
MISSING_SCOPES = "missing_scopes"
"""The fact that names required permissions the shop did not grant."""
_CLOSED_STEPS = frozenset({StepState.DONE, StepState.STATED})


@dataclass(frozen=True, slots=True)
class StepView:
    """A preparation step and where it stands."""

    step: PreparationStep
    report: StepReport

    @property
    def open(self) -> bool:
        return self.report.state not in _CLOSED_STEPS


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as lists show it. ``token_state``: "valid", "expired", "lasting" (does not end) or "none"."""

    connection: Connection
    prepared_count: int
    step_count: int
    ready_nouns: tuple[Noun, ...]
    token_state: str
    waiting_jobs: int
    failed_jobs: int
    quarantined: int
    """Records of the store that do not fit and wait."""


def view(
    connection: Connection,
    spec: PlatformSpec,
    jobs: Mapping[tuple[UUID, JobState], int],
    tokens: Mapping[str, str],
    quarantined: int,
) -> ConnectionView:
    """``jobs`` counts by connection and state, ``tokens`` are states by connection name."""
    steps = {each.name for each in spec.preparation}
    return ConnectionView(
        connection=connection,
        prepared_count=len(steps.intersection(connection.prepared)),
        step_count=len(steps),
        ready_nouns=tuple(noun for noun in Noun if noun_state(connection, spec, noun)[0] == READY),
        token_state=tokens.get(connection.name, "none"),
        waiting_jobs=sum(jobs.get((connection.id, each), 0) for each in (JobState.WAITING, JobState.RUNNING)),
        failed_jobs=jobs.get((connection.id, JobState.PARKED), 0),
        quarantined=quarantined,
    )


def token_states(facts: Iterable[TokenFacts], now: datetime) -> Mapping[str, str]:
    """What calls are made with, by connection name: the access token, or the key where there is none."""
    states = dict[str, str]()
    for each in facts:
        if each.type is TokenType.ACCESS or (each.type is TokenType.API_KEY and each.connection not in states):
            ended = each.expires_at is not None and each.expires_at <= now
            states[each.connection] = "expired" if ended else "lasting" if each.expires_at is None else "valid"
    return states


def noun_state(connection: Connection, spec: PlatformSpec, noun: Noun) -> tuple[str, str]:
    """READY, or ABSENT with the reason."""
    if reason := spec.absence(noun, "*"):
        return ABSENT, reason
    if noun is Noun.GIFT_CARD and spec.gift_cards is None:
        return ABSENT, text("connections.no_gift_cards", platform=spec.title)
    if noun is Noun.GIFT_CARD and connection.facts.get("gift_cards") == "no":
        return ABSENT, text("connections.no_gift_cards_here", connection=connection.name)
    if connection.state is ConnectionState.READY:
        return READY, ""
    if connection.state is ConnectionState.CONNECTED and (missing := connection.facts.get(MISSING_SCOPES)):
        return ABSENT, text("connections.missing_scopes", scopes=missing)
    return ABSENT, text(f"connections.not_ready.{connection.state.value}")


def state_of(connection: Connection, spec: PlatformSpec) -> ConnectionState:
    """Ready only when tested, every permission granted and every step done."""
    if connection.tested_at is None:
        return ConnectionState.NEW
    done = {each.name for each in spec.preparation} <= set(connection.prepared)
    done = done and not connection.facts.get(MISSING_SCOPES)
    return ConnectionState.READY if done else ConnectionState.CONNECTED
