"""The top line: the panels with their keys, the one on top marked, and the name of the shop."""

from __future__ import annotations

from textual import getters
from textual.app import RenderResult
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tillbridge.console.actions import PANELS
from tillbridge.console.base import ConsoleApp
from tillbridge.messages import text


class TopBar(Widget):
    """Painted once per visit: it shows nothing that moves."""

    app = getters.app(ConsoleApp)

    def __init__(self, panel: str) -> None:
        super().__init__()
        self.panel = panel

    def on_mount(self) -> None:
        self.app.furnished.subscribe(self, lambda _: self.refresh())

    def render(self) -> RenderResult:
        parts = [self._tab(at, each) for at, each in enumerate(PANELS)]
        tabs = Content("").join(parts)
        room = self.size.width - tabs.cell_length - 1
        name = self.app.shop_name
        if room < 8 or not name:
            return tabs
        shown = Content.styled(name, "$tone-quiet").truncate(room, ellipsis=True)
        return Content.assemble(tabs, " " * (room - shown.cell_length), shown)

    def _tab(self, at: int, panel: str) -> Content:
        mine = panel == self.panel
        key = Content.styled(f" F{at + 2}", "$accent" if not mine else "")
        title = Content(f" {text(f'console.panel.{panel}')} ")
        tab = Content.assemble(key, title)
        if mine:
            return tab.stylize("bold reverse" if self.app.no_color else "bold $row-focus-ink on $row-focus")
        return tab.stylize(Style.from_meta({"@click": f"app.panel('{panel}')"}))
