"""Home: is all well? The queue in numbers, the connections, and what waits to be read. At rest nothing repaints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions, formats
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.rows import connection_row, notification_row
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.pill import custom
from tillbridge.console.widgets.rows import Column
from tillbridge.console.widgets.window import Window
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.queue import QueueSummary


class HomeScreen(Panel):
    """The first panel."""

    PANEL = "home"
    CSS_PATH: ClassVar = [sheet("home")]
    BINDINGS: ClassVar = actions.bindings("home")

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="figures"):
            yield Static("", id="queue-figures", classes="box", markup=False)
            yield Static("", id="shop-figures", classes="box", markup=False)
        connections = Window(
            (
                Column(text("console.home.connection")),
                Column(text("console.home.state"), 20),
                Column(text("console.home.platform"), 12, from_width=90),
                Column(text("console.home.waiting"), 8, right=True),
                Column(text("console.home.attention"), 9, right=True),
            ),
            empty=text("console.home.no_connection"),
            id="connections",
            classes="box",
        )
        connections.border_title = text("console.home.connections")
        yield connections
        notes = Window(
            (
                Column(text("console.home.note")),
                Column(text("console.home.times"), 6, right=True),
                Column(text("console.home.last"), 12),
            ),
            empty=text("console.home.all_quiet"),
            id="notes",
            classes="box",
        )
        notes.border_title = text("console.home.notes")
        yield notes

    def on_mount(self) -> None:
        self.query_one("#queue-figures").border_title = text("console.home.queue")
        self.query_one("#shop-figures").border_title = text("console.home.shop")
        self.query_one("#connections").focus()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def load(self) -> None:
        summary = await self.services.queue.summary()
        views = await self.services.connections.list()
        notes = await self.services.notifications.unread()
        self._show_queue(summary)
        self._show_shop()
        titles = {spec.slug: spec.title for spec in self.services.connections.platforms()}
        self.query_one("#connections", Window).show_rows([connection_row(view, titles) for view in views])
        now = self.app.clock.now()
        self.query_one("#notes", Window).show_rows([notification_row(each, self.app.zone, now) for each in notes])

    def _show_queue(self, summary: QueueSummary) -> None:
        lines = [
            text(
                "console.home.queue_line",
                waiting=formats.count(summary.waiting),
                running=formats.count(summary.running),
            ),
            text("console.home.attention_line", parked=formats.count(summary.parked))
            if summary.parked
            else text("console.home.nothing_parked"),
            text("console.home.done_at", at=formats.clock_time(summary.finish_at, self.app.zone, self.app.clock.now()))
            if summary.finish_at
            else text("console.home.nothing_open" if not summary.waiting else "console.home.no_estimate"),
        ]
        tone = custom("▲", lines[1], "bad") if summary.parked else custom("●", lines[1], "good")
        self._update(
            "#queue-figures",
            Content("\n").join(
                [
                    Content(lines[0]),
                    Content.styled(tone.words, f"$tone-{tone.tone}"),
                    Content.styled(lines[2], "$tone-quiet"),
                ]
            ),
        )

    def _show_shop(self) -> None:
        words = text("console.home.shop_lines", name=self.app.shop_name, currency=self.app.currency, zone=self.app.zone)
        self._update("#shop-figures", Content(words))

    def _update(self, selector: str, shown: Content) -> None:
        """Paint only what changed: an equal text costs a frame as well."""
        static = self.query_one(selector, Static)
        if static.content != shown:
            static.update(shown)

    @on(Window.Chosen, "#notes")
    def action_read(self) -> None:
        row = self.query_one("#notes", Window).row
        if row is not None:
            self._mark_read(row.key)

    @work(group="change", exit_on_error=False)
    async def _mark_read(self, key: object) -> None:
        await self.services.notifications.mark_read(key, self.app.actor)
        self.load()

    def action_connect(self) -> None:
        self.app.connect_store()

    def action_reload(self) -> None:
        self.when_ready(self.load)
