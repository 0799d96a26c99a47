"""Tokens: what each connection holds, how long it lives, when it was last renewed. Never a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.rows import token_row
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.rows import Column
from tillbridge.console.widgets.window import Window
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.tokens import TokenFacts


class TokensScreen(Panel):
    """Counts down only while it is visible, and only what changed."""

    PANEL = "tokens"
    TICK = 1.0
    CSS_PATH: ClassVar = [sheet("tokens")]
    BINDINGS: ClassVar = actions.bindings("tokens")

    def __init__(self) -> None:
        super().__init__()
        self._facts: tuple[TokenFacts, ...] = ()

    def body(self) -> Iterable[Widget]:
        table = Window(
            (
                Column(text("console.tokens.connection")),
                Column(text("console.tokens.type"), 12),
                Column(text("console.tokens.life"), 18),
                Column(text("console.tokens.issued"), 12, from_width=90),
                Column(text("console.tokens.renewed"), 16),
                Column(text("console.tokens.generation"), 10, right=True, from_width=90),
            ),
            empty=text("console.tokens.none"),
            id="tokens",
            classes="box",
        )
        table.border_title = text("console.panel.tokens")
        yield table
        yield Static(text("console.tokens.about"), id="about-tokens", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Window).focus()

    def load(self) -> None:
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        self._facts = await self.services.tokens.facts()
        self.tick()

    def tick(self) -> None:
        table = self.query_one(Window)
        now = self.app.clock.now()
        rows = tuple(token_row(each, self.app.zone, now) for each in self._facts)
        if self.ready and (not table.loaded or rows != table.rows):
            table.show_rows(rows)

    def _chosen(self) -> str | None:
        row = self.query_one(Window).row
        return str(row.key[0]) if row is not None and isinstance(row.key, tuple) else None

    def action_renew(self) -> None:
        name = self._chosen()
        if name is not None:
            self._renew(name)

    @work(exclusive=True, group="renew", exit_on_error=False)
    async def _renew(self, name: str) -> None:
        self.notify(text("console.tokens.renewing", name=name), markup=False, timeout=3)
        await self.services.tokens.refresh_now(name, self.app.actor)
        self.notify(text("console.tokens.renewed_now", name=name), markup=False)
        self.load()

    def action_reauthenticate(self) -> None:
        name = self._chosen()
        if name is not None:
            self.app.reauthenticate_store(name)
