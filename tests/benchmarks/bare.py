"""The floor of the first frame: the least a Textual app can be."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class Bare(App[None]):
    BINDINGS: ClassVar = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Header(icon="")
        yield Static("Nothing here yet", markup=False)
        yield Footer()

    def key_2(self) -> None:
        self.query_one(Static).update("answered")


if __name__ == "__main__":
    Bare().run()
