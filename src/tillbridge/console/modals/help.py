"""F1: what this panel is for and its keys, then the keys that work everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tillbridge.console import actions
from tillbridge.console.actions import UserAction
from tillbridge.console.stylesheets import sheet
from tillbridge.messages import text

_KEY_WIDTH = 8
_TITLE_WIDTH = 22


class HelpModal(ModalScreen[None]):
    """Made from the table of actions, so that it cannot be out of date."""

    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,f1", "dismiss", show=False)]

    def __init__(self, panel: str) -> None:
        super().__init__()
        self._panel = panel

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -large") as box:
            box.border_title = text("console.help.title")
            box.border_subtitle = text("console.dialog.back")
            yield Static(self._words(), markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _words(self) -> Content:
        parts = [Content(text("console.help.lists")), Content("")]
        if own := actions.of(self._panel):
            parts = [
                Content(text(f"console.help.panel.{self._panel}")),
                Content(""),
                *_section("here", own),
                Content(""),
                *parts,
            ]
        return Content("\n").join([*parts, *_section("everywhere", actions.of(actions.EVERYWHERE))])


def _section(key: str, found: Sequence[UserAction]) -> list[Content]:
    heading = Content.styled(text(f"console.help.{key}"), "$accent bold")
    return [heading, *(_line(each) for each in found)]


def _line(action: UserAction) -> Content:
    return Content.assemble(
        Content.styled(action.shown_key.ljust(_KEY_WIDTH), "bold"),
        Content(action.title.ljust(_TITLE_WIDTH)),
        Content.styled(action.help, "$tone-quiet"),
    )
