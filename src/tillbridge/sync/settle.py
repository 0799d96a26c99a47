"""What becomes of a job after a try, as a value: when it runs again, what the sale's status is, who is told.

Handlers and the worker call ``after_failure`` and the constructors below; the worker writes the result down.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import (
    AuthError,
    ErrorCard,
    Handling,
    LeaseLost,
    MissingPermission,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TillbridgeError,
    VaultError,
    Who,
)
from tillbridge.domain.jobs import JobState, Phase
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.pace import Draw
from tillbridge.messages import text
from tillbridge.sync.schedule import MAX_ATTEMPTS, asked, back_off

UNKNOWN_FOR = timedelta(minutes=30)
_NOBODY_KNOWS = "queue.outcome_unknown"
"""An outcome nobody could settle for that long is handed to a person."""
_LONGEST_LOOK_UP_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The decision after a try. ``status`` None leaves the sale's status alone; ``spent`` counts the attempt.

    ``connection`` set: the connection takes that state and its jobs wait. ``tell``: a notification goes out.
    """

    state: JobState
    phase: Phase
    outcome: str
    spent: bool = True
    run_at: datetime | None = None
    status: OrderStatus | None = None
    cause: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    handling: Handling | None = None
    card: ErrorCard | None = None
    request_id: str = ""
    connection: ConnectionState | None = None
    tell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a decision depends on besides the failure itself.

    ``waits``: how often in a row the platform asked to slow down; ``unavailable``: the breaker is not closed, so the
    platform as a whole is out and no job is to blame; ``sent_at``: when the change was sent, if it was.
    """

    now: datetime
    attempts: int
    phase: Phase
    sent_at: datetime | None = None
    waits: int = 0
    unavailable: bool = False
    look_up_wait: timedelta = timedelta(seconds=10)
    draw: Draw = random.random

    @property
    def sent(self) -> bool:
        return self.phase is not Phase.NOT_SENT

    @property
    def overdue(self) -> bool:
        """Whether an unknown outcome has stayed so for longer than a person should be kept waiting."""
        bound = max(UNKNOWN_FOR, self.look_up_wait * 4)
        return self.sent_at is not None and self.now - self.sent_at > bound


def succeeded(outcome: str = "done", request_id: str = "") -> Settlement:
    """The work is done and read back."""
    return Settlement(
        state=JobState.SUCCEEDED,
        phase=Phase.ANSWERED,
        outcome=outcome,
        status=OrderStatus.SYNCED,
        request_id=request_id,
    )


def parked(at: Circumstances, cause: str, params: Mapping[str, str]) -> Settlement:
    """A person decides: the reason is told once per cause."""
    return Settlement(
        state=JobState.PARKED,
        phase=at.phase,
        outcome="parked",
        status=OrderStatus.FAILED,
        cause=cause,
        params=params,
        handling=Handling.PARK,
        card=card_for(cause, params),
        tell=True,
    )


def card_for(cause: str, params: Mapping[str, str]) -> ErrorCard:
    """The card of a reason that is a message id of its own, such as ``queue.placed_unpaid``."""
    title, explanation, next_step = (
        text(f"{cause}.{part}", **params) for part in ("title", "explanation", "next_step")
    )
    return ErrorCard(title, explanation, Who.OPERATOR, next_step)


def ask_again(at: Circumstances, evidence: str, seconds: float | None) -> Settlement:
    """Sent, and no certain answer yet: look up later, or park with the evidence when that took too long."""
    if at.overdue:
        return _unknown(at, evidence)
    error = OutcomeUnknown(evidence=evidence)
    wait = timedelta(seconds=seconds) if seconds is not None else max(at.look_up_wait, timedelta(seconds=1))
    return Settlement(
        state=JobState.WAITING,
        phase=Phase.SENDING,
        outcome="unknown",
        spent=False,
        run_at=at.now + min(wait, _LONGEST_LOOK_UP_PAUSE),
        status=OrderStatus.UNKNOWN,
        cause=error.message_id,
        params=error.params,
        handling=Handling.LOOK_UP,
        card=error.card(),
    )


def _unknown(at: Circumstances, evidence: str, request_id: str = "") -> Settlement:
    """Nobody can say whether it arrived: a person looks in the store, with the evidence."""
    params = {"evidence": evidence}
    return Settlement(
        state=JobState.PARKED,
        phase=Phase.SENDING,
        outcome="unknown",
        spent=False,
        status=OrderStatus.UNKNOWN,
        cause=_NOBODY_KNOWS,
        params=params,
        handling=Handling.LOOK_UP,
        card=card_for(_NOBODY_KNOWS, params),
        request_id=request_id,
        tell=True,
    )


def wait_for(at: Circumstances, cause: str, params: Mapping[str, str], pause: timedelta) -> Settlement:
    """Something else must happen first; no attempt is spent."""
    return Settlement(
        state=JobState.WAITING,
        phase=at.phase,
        outcome="waiting",
        spent=False,
        run_at=at.now + pause,
        cause=cause,
        params=params,
        handling=Handling.WAIT,
    )


def after_failure(error: TillbridgeError, at: Circumstances) -> Settlement:
    """Turn a typed failure into a decision. Raises LeaseLost again: the loser of a lease decides nothing."""
    if isinstance(error, LeaseLost):
        raise error
    if isinstance(error, MissingPermission):
        return _park(error, at)
    match error.handling:
        case Handling.WAIT:
            return _slow_down(error, at)
        case Handling.RETRY:
            return _retry(error, at)
        case Handling.LOOK_UP:
            return ask_again(at, error.params.get("evidence", str(error)), None)
        case Handling.REAUTHENTICATE:
            return _hold_connection(error, at)
    return _park(error, at)


def _status(at: Circumstances) -> OrderStatus:
    return OrderStatus.UNKNOWN if at.sent else OrderStatus.SYNCING


def _facts(error: TillbridgeError) -> dict[str, str]:
    return dict(error.params)


def _request_id(error: TillbridgeError) -> str:
    return (error.request_id or "") if isinstance(error, PlatformError) else ""


def _slow_down(error: TillbridgeError, at: Circumstances) -> Settlement:
    named = error.retry_after if isinstance(error, RateLimited) else None
    pause = asked(named, at.draw) if named is not None else back_off(at.waits + 1, at.draw)
    return Settlement(
        state=JobState.WAITING,
        phase=at.phase,
        outcome="slowed down",
        spent=False,
        run_at=at.now + pause,
        status=OrderStatus.SYNCING,
        cause=error.message_id,
        params=_facts(error),
        handling=Handling.WAIT,
        card=error.card(),
        request_id=_request_id(error),
    )


def _retry(error: TillbridgeError, at: Circumstances) -> Settlement:
    if at.attempts >= MAX_ATTEMPTS and not at.unavailable:
        return _park(error, at)
    named = error.retry_after if isinstance(error, PlatformUnavailable) else None
    pause = asked(named, at.draw) if named is not None else back_off(at.attempts, at.draw)
    return Settlement(
        state=JobState.WAITING,
        phase=at.phase,
        outcome="retry",
        spent=not at.unavailable,
        run_at=at.now + pause,
        status=_status(at),
        cause=error.message_id,
        params=_facts(error),
        handling=Handling.RETRY,
        card=error.card(),
        request_id=_request_id(error),
    )


def _hold_connection(error: TillbridgeError, at: Circumstances) -> Settlement:
    locked = isinstance(error, VaultError)
    return Settlement(
        state=JobState.WAITING,
        phase=at.phase,
        outcome="held",
        spent=False,
        run_at=at.now,
        status=_status(at),
        cause=error.message_id,
        params=_facts(error),
        handling=Handling.REAUTHENTICATE,
        card=error.card(),
        request_id=_request_id(error),
        connection=ConnectionState.LOCKED if locked else ConnectionState.NEEDS_REAUTHENTICATION,
        tell=True,
    )


def _park(error: TillbridgeError, at: Circumstances) -> Settlement:
    if at.sent and not isinstance(error, AuthError) and error.handling is Handling.RETRY:
        return _unknown(at, error.card().explanation, _request_id(error))
    return Settlement(
        state=JobState.PARKED,
        phase=at.phase,
        outcome="parked",
        status=OrderStatus.FAILED,
        cause=error.message_id,
        params=_facts(error),
        handling=Handling.PARK,
        card=error.card(),
        request_id=_request_id(error),
        tell=True,
    )
