"""The card over a screen: something happened that somebody must act on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.cards import card_content
from tillbridge.domain.errors import ErrorCard
from tillbridge.messages import text


class ErrorModal(ModalScreen[None]):
    """Shown until a key is pressed; the screen below keeps what was typed."""

    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space", "dismiss", show=False)]

    def __init__(self, card: ErrorCard) -> None:
        super().__init__()
        self.card = card

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error") as box:
            box.border_title = text("console.dialog.attention")
            box.border_subtitle = text("console.dialog.go_on")
            yield Static(card_content(self.card), markup=False)
