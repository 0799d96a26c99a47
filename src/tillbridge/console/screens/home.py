"""Home: is all well? The queue in numbers, the connections, and what waits to be read. At rest nothing repaints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions, formats
from tillbridge.console.modals.questions import ConfirmModal
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.rows import connection_row, notification_row, sale_row
from tillbridge.console.widgets.pill import content, custom
from tillbridge.console.widgets.rows import Column, Key, Row
from tillbridge.console.widgets.window import Window
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.queue import QueueSummary


CONNECTIONS = (
    Column(text("console.home.connection")),
    Column(text("console.home.state"), 20),
    Column(text("console.home.platform"), 12, from_width=90),
    Column(text("console.home.waiting"), 8, right=True),
    Column(text("console.home.attention"), 9, right=True),
)
NOTES = (
    Column(text("console.home.note")),
    Column(text("console.home.times"), 6, right=True, from_width=90),
    Column(text("console.home.last"), 12),
)
SALES = (
    Column(text("console.home.receipt")),
    Column(text("console.home.sold"), 12),
    Column(text("console.home.total"), 10, right=True),
    Column(text("console.home.state"), 10),
)
SALES_SHOWN = 40


class HomeScreen(Panel):
    """The first panel."""

    PANEL = "home"
    BINDINGS: ClassVar = actions.bindings("home")

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="figures"):
            yield Static("", id="queue-figures", classes="box", markup=False)
            yield Static("", id="shop-figures", classes="box", markup=False)
        with Horizontal(id="home-body"):
            with Vertical(id="home-left"):
                yield _table("connections", text("console.home.no_connection"), CONNECTIONS)
                yield _table("notes", text("console.home.all_quiet"), NOTES)
            yield _table("sales", text("console.home.no_sale"), SALES)

    def on_mount(self) -> None:
        self.query_one("#queue-figures").border_title = text("console.home.queue")
        self.query_one("#shop-figures").border_title = text("console.home.shop")
        self.query_one("#connections").focus()

    def load(self) -> None:
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        summary = await self.services.queue.summary()
        views = await self.services.connections.list()
        notes = await self.services.notifications.unread()
        self._show_queue(summary)
        self._show_shop(await self.services.conflicts.waiting())
        self._show_latest()
        # of the shop's own platforms alone: the code of all others takes time and memory to load
        used = {each.connection.platform for each in views}
        titles = {each: self.services.connections.spec(each).title for each in used}
        self.query_one("#connections", Window).show_rows([connection_row(view, titles) for view in views])
        now = self.app.clock.now()
        self.query_one("#notes", Window).show_rows([notification_row(each, self.app.zone, now) for each in notes])

    @work(exclusive=True, group="sales", exit_on_error=False)
    async def _show_latest(self) -> None:
        """The newest sales, where the terminal has room for them."""
        if self.has_class("-wide"):
            sales = await self.services.orders.window(limit=SALES_SHOWN)
            now = self.app.clock.now()
            self.query_one("#sales", Window).show_rows([sale_row(each, self.app.zone, now) for each in sales])

    def on_resize(self) -> None:
        if self.ready and not self.query_one("#sales", Window).loaded:
            self.call_after_refresh(self._show_latest)

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

    def _show_shop(self, conflicts: int) -> None:
        words = text("console.home.shop_lines", name=self.app.shop_name, currency=self.app.currency, zone=self.app.zone)
        lines = [Content(words if self.app.shop_name else text("console.home.no_shop"))]
        if conflicts:
            tone = custom("▲", text("console.home.conflicts", number=formats.count(conflicts)), "warn")
            lines.append(content(tone))
        self._update("#shop-figures", Content("\n").join(lines))

    def _update(self, selector: str, shown: Content) -> None:
        """Paint only what changed: an equal text costs a frame as well."""
        static = self.query_one(selector, Static)
        if static.content != shown:
            static.update(shown)

    @on(Window.Chosen)
    def chosen(self, event: Window.Chosen) -> None:
        if event.window.id == "notes":
            self._read_note(event.row)
        elif event.window.id == "sales":
            self.app.show_sale(cast(UUID, event.row.key))
        else:
            self.app.show_connection(str(event.row.key), prepare=False)

    def action_open(self) -> None:
        if isinstance(self.focused, Window):
            self.focused.action_choose()

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def _read_note(self, row: Row) -> None:
        """The whole note, which a line may have cut; it is read when the operator says so."""
        note = ConfirmModal(text("console.home.note"), row.cells[0].words, text("console.home.mark_read"))
        if await self.app.push_screen_wait(note):
            await self._mark_read(row.key)

    async def _mark_read(self, key: Key) -> None:
        await self.services.notifications.mark_read(cast(UUID, key), self.app.actor)
        self.load()

    def action_connect(self) -> None:
        self.app.connect_store()

    def action_reload(self) -> None:
        self.when_ready(self.load)


def _table(name: str, empty: str, columns: tuple[Column, ...]) -> Window:
    table = Window(columns, empty=empty, id=name, classes="box")
    table.border_title = text(f"console.home.{name}")
    return table
