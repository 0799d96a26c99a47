"""Cancelling a sale: what it means, why it is done, and a yes that is not given by accident."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.messages import text


class CancelModal(ModalScreen[str | None]):
    """The reason, which may be empty; None when left. Enter in the reason goes to "no", so it cancels nothing."""

    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f12,f10", "go", show=False),
    ]

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = text("console.sales.cancel_title")
            yield Static(self._words, markup=False, classes="dialog-words")
            with Horizontal(classes="dialog-line"):
                yield Static(text("console.sales.reason"), classes="dialog-label")
                yield QuietInput(placeholder=text("console.sales.reason_hint"), id="reason")
            with Horizontal(classes="buttons"):
                yield Button(Content(text("console.sales.keep")), id="no", compact=True)
                yield Button(Content(text("console.sales.cancel_yes")), id="yes", compact=True)

    @on(Input.Submitted)
    def typed(self) -> None:
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self.action_go()
        else:
            self.dismiss(None)

    def action_go(self) -> None:
        self.dismiss(self.query_one("#reason", QuietInput).value.strip())

    def action_leave(self) -> None:
        self.dismiss(None)
