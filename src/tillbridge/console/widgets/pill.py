"""The same pill for the same state on every screen: a sign, a word and a tone. The sign carries it without colour."""

from __future__ import annotations

from enum import StrEnum

from textual.content import Content

from tillbridge.console.widgets.rows import Cell
from tillbridge.domain.connections import ConnectionState, StepState
from tillbridge.domain.jobs import JobState
from tillbridge.domain.orders import OrderStatus
from tillbridge.messages import text

_LOOKS: dict[StrEnum, tuple[str, str]] = {
    OrderStatus.LOCAL: ("○", "quiet"),
    OrderStatus.SYNCING: ("◐", "busy"),
    OrderStatus.SYNCED: ("●", "good"),
    OrderStatus.FAILED: ("▲", "bad"),
    OrderStatus.UNKNOWN: ("?", "warn"),
    JobState.WAITING: ("○", "quiet"),
    JobState.RUNNING: ("◐", "busy"),
    JobState.PARKED: ("▲", "bad"),
    JobState.SUCCEEDED: ("●", "good"),
    JobState.CANCELLED: ("×", "quiet"),
    ConnectionState.NEW: ("○", "quiet"),
    ConnectionState.CONNECTED: ("◐", "warn"),
    ConnectionState.READY: ("●", "good"),
    ConnectionState.NEEDS_REAUTHENTICATION: ("▲", "bad"),
    ConnectionState.LOCKED: ("▲", "bad"),
    StepState.DONE: ("●", "good"),
    StepState.STATED: ("●", "quiet"),
    StepState.OPEN: ("○", "warn"),
    StepState.REFUSED: ("▲", "bad"),
}
_ROOMS = {
    OrderStatus: "order",
    JobState: "job",
    ConnectionState: "connection",
    StepState: "step",
}


def pill(state: StrEnum, words: str = "") -> Cell:
    """The pill of a state as a table cell. ``words`` replaces the state's own word."""
    sign, tone = _LOOKS.get(state, ("·", "quiet"))
    return Cell(f"{sign} {words or text(f'console.state.{_ROOMS[type(state)]}.{state.value}')}", tone)


def custom(sign: str, words: str, tone: str) -> Cell:
    """A pill for what has no state of its own, such as a paused connection."""
    return Cell(f"{sign} {words}", tone)


def content(cell: Cell) -> Content:
    """A pill as content of a Static, in its tone."""
    return Content.styled(cell.words, f"$tone-{cell.tone}") if cell.tone else Content(cell.words)
