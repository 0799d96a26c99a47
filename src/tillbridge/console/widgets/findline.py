"""The line to find something in a list: type or scan, enter. The list below it keeps the keys otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.messages import text


class FindLine(Horizontal):
    """Tells what is looked for after enter, and when it was cleared."""

    @dataclass
    class Asked(Message):
        """``words`` without blanks around; empty: everything is shown again."""

        words: str

    def __init__(self, hint: str) -> None:
        super().__init__(classes="find-line")
        self._hint = hint

    def compose(self) -> ComposeResult:
        yield Static(text("console.find"), classes="find-title", markup=False)
        yield QuietInput(placeholder=self._hint)

    def begin(self) -> None:
        """Type here from now on."""
        self.query_one(QuietInput).focus()

    def clear(self) -> None:
        """Look for nothing any more."""
        self.query_one(QuietInput).value = ""
        self.post_message(self.Asked(""))

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Asked(event.value.strip()))
