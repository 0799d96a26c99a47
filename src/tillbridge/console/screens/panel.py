"""A panel: top line, body, key line, and the training frame that nobody can mistake."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.widget import Widget

from tillbridge.console.base import ConsoleScreen
from tillbridge.console.widgets.keybar import KeyBar
from tillbridge.console.widgets.topbar import TopBar
from tillbridge.messages import text


class Panel(ConsoleScreen):
    """Base of all panels and of the setup screen."""

    def compose(self) -> ComposeResult:
        if self.app.training:
            self.border_title = text("console.training.title")
            self.border_subtitle = text("console.training.subtitle")
        yield TopBar(self.PANEL)
        yield from self.body()
        yield KeyBar(self.PANEL)

    def body(self) -> Iterable[Widget]:
        """What stands between the two lines."""
        return ()
