"""The top line: the panels with their keys, the one on top marked, and the name of the shop."""

from __future__ import annotations

from collections.abc import Callable

from textual import getters
from textual.content import Content

from tillbridge.console import actions
from tillbridge.console.base import ConsoleApp
from tillbridge.console.widgets.linkline import Link, LinkLine
from tillbridge.messages import text

_EDGES = 1
"""The blank at its end; the training frame takes two more."""


def _full(panel: str) -> str:
    return text(f"console.panel.{panel}")


def _short(panel: str) -> str:
    return text(f"console.panel_short.{panel}")


_Name = Callable[[str], str]
_LOOKS: tuple[tuple[_Name, _Name, str], ...] = (
    (_full, _full, " "),
    (_full, _full, ""),
    (_full, _short, ""),
    (_short, _short, ""),
    (_short, lambda panel: "", ""),
)
"""From roomy to narrow: the name of the panel on top, those of the others, and the air behind them."""


class TopBar(LinkLine):
    """Painted once per visit and width: it shows nothing that moves."""

    app = getters.app(ConsoleApp)

    def __init__(self, panel: str) -> None:
        super().__init__()
        self._panel = panel

    def on_mount(self) -> None:
        self._lay(self.app.size.width - _EDGES - 2 * self.app.training)
        self.tail = self.app.shop_name
        self.app.furnished.subscribe(self, lambda _: self._name_shop())

    def on_resize(self) -> None:
        self._lay(self.content_size.width)

    def _name_shop(self) -> None:
        self.tail = self.app.shop_name

    def _lay(self, width: int) -> None:
        """The roomiest look in which every panel is there."""
        keys = {each.name: each.shown_key for each in actions.of(actions.EVERYWHERE)}
        for own, others, air in _LOOKS:
            links = tuple(
                self._tab(panel, keys[f"panel_{panel}"], (own if panel == self._panel else others)(panel), air)
                for panel in actions.PANELS
            )
            if sum(each.words.cell_length for each in links) <= width:
                break
        self.links = links

    def _tab(self, panel: str, key: str, title: str, air: str) -> Link:
        if panel == self._panel:
            look = "bold reverse" if self.app.no_color else "bold $row-focus-ink on $row-focus"
            return Link(Content.styled(f" {key} {title} ", look))
        words = Content.assemble(Content.styled(f" {key}", "$accent"), f" {title}{air}" if title else "")
        return Link(words, f"app.panel('{panel}')")
