"""A text over the whole screen, for terminals where the pane beside a list is small."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tillbridge.console.stylesheets import sheet
from tillbridge.messages import text


class WordsModal(ModalScreen[None]):
    """Read only; ``words`` makes the text for a width. ``at_end``: begins with the last lines in view."""

    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "dismiss", show=False)]

    def __init__(self, title: str, words: Callable[[int], Content], *, at_end: bool = False) -> None:
        super().__init__()
        self._title, self._words, self._at_end = title, words, at_end

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -large -steady") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = text("console.dialog.back")
            yield Static("", markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        box, static = self.query_one(VerticalScroll), self.query_one(Static)
        static.update(self._words(static.size.width))
        if self._at_end:
            self.call_after_refresh(lambda: box.scroll_end(animate=False))
