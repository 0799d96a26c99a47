"""The top line: the panels with their keys, the one on top marked, and the name of the shop."""

from __future__ import annotations

from textual import getters
from textual.content import Content

from tillbridge.console.actions import PANELS
from tillbridge.console.base import ConsoleApp
from tillbridge.console.widgets.linkline import Link, LinkLine
from tillbridge.messages import text


class TopBar(LinkLine):
    """Painted once per visit: it shows nothing that moves."""

    app = getters.app(ConsoleApp)

    def __init__(self, panel: str) -> None:
        super().__init__()
        self._panel = panel

    def on_mount(self) -> None:
        self.links = tuple(self._tab(at, each) for at, each in enumerate(PANELS))
        self.tail = self.app.shop_name
        self.app.furnished.subscribe(self, lambda _: self._name_shop())

    def _name_shop(self) -> None:
        self.tail = self.app.shop_name

    def _tab(self, at: int, panel: str) -> Link:
        key, title = f" F{at + 2} ", f"{text(f'console.panel.{panel}')} "
        if panel == self._panel:
            look = "bold reverse" if self.app.no_color else "bold $row-focus-ink on $row-focus"
            return Link(Content.styled(key + title, look))
        return Link(Content.assemble(Content.styled(key, "$accent"), title), f"app.panel('{panel}')")
