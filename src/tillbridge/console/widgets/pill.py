"""The same pill for the same state on every screen: a sign, a word and a tone. The sign carries it without colour."""

from __future__ import annotations

from enum import StrEnum

from textual.content import Content

from tillbridge.console.widgets.rows import Cell
from tillbridge.messages import text

_ROOMS = {
    "OrderStatus": "order",
    "JobState": "job",
    "ConnectionState": "connection",
    "StepState": "step",
    "SaleState": "sale",
}
"""Classes by name, so that the first frame loads no business."""
_LOOKS = {
    ("order", "local"): ("○", "quiet"),
    ("order", "syncing"): ("◐", "busy"),
    ("order", "synced"): ("●", "good"),
    ("order", "failed"): ("▲", "bad"),
    ("order", "unknown"): ("?", "warn"),
    ("sale", "needs_you"): ("▲", "bad"),
    ("sale", "unknown"): ("?", "warn"),
    ("sale", "failed"): ("▲", "bad"),
    ("sale", "syncing"): ("◐", "busy"),
    ("sale", "local"): ("○", "quiet"),
    ("sale", "synced"): ("●", "good"),
    ("sale", "cancelled"): ("×", "quiet"),
    ("sale", "given_back"): ("◁", "quiet"),
    ("sale", "partly_back"): ("◁", "good"),
    ("job", "waiting"): ("○", "quiet"),
    ("job", "running"): ("◐", "busy"),
    ("job", "parked"): ("▲", "bad"),
    ("job", "succeeded"): ("●", "good"),
    ("job", "cancelled"): ("×", "quiet"),
    ("connection", "new"): ("○", "quiet"),
    ("connection", "connected"): ("◐", "warn"),
    ("connection", "ready"): ("●", "good"),
    ("connection", "needs_reauthentication"): ("▲", "bad"),
    ("connection", "locked"): ("▲", "bad"),
    ("step", "done"): ("●", "good"),
    ("step", "stated"): ("●", "quiet"),
    ("step", "open"): ("○", "warn"),
    ("step", "refused"): ("▲", "bad"),
}


def pill(state: StrEnum, words: str = "") -> Cell:
    """The pill of a state as a table cell. ``words`` replaces the state's own word."""
    room = _ROOMS[type(state).__name__]
    sign, tone = _LOOKS[room, state.value]
    return Cell(f"{sign} {words or text(f'console.state.{room}.{state.value}')}", tone)


def custom(sign: str, words: str, tone: str) -> Cell:
    """A pill for what has no state of its own, such as a paused connection."""
    return Cell(f"{sign} {words}", tone)


def content(cell: Cell) -> Content:
    """A pill as content of a Static, in its tone."""
    return Content.styled(cell.words, f"$tone-{cell.tone}") if cell.tone else Content(cell.words)
