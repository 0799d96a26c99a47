"""Goods: a window over the catalogue, where a variant is listed and why its stock is so; what has no partner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions, formats
from tillbridge.console.bridge import Facts
from tillbridge.console.modals.questions import ConfirmModal
from tillbridge.console.modals.words import WordsModal
from tillbridge.console.screens.goods_rows import GoodsRows, LooseRows
from tillbridge.console.screens.goods_words import goods_words, story_words
from tillbridge.console.screens.panel import Panel
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.findline import FindLine
from tillbridge.console.widgets.rows import Column, Key
from tillbridge.console.widgets.window import Window
from tillbridge.console.widgets.words import Words
from tillbridge.domain.events import CatalogueChanged, ConnectionChanged, StockChanged
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.goods import GoodsKey
    from tillbridge.services.goods import GoodsDetail
    from tillbridge.services.quarantine import HeldCount

_CONCERNS = (CatalogueChanged, ConnectionChanged, StockChanged)
_GROUPS_SHOWN = 8


class GoodsScreen(Panel):
    """Two windows in one place: all goods, or what the stores list without a partner here."""

    PANEL = "goods"
    CSS_PATH: ClassVar = [sheet("goods")]
    BINDINGS: ClassVar = actions.bindings("goods")

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self._loose = False
        self._detail: GoodsDetail | None = None
        self._held: tuple[HeldCount, ...] = ()

    def body(self) -> Iterable[Widget]:
        yield FindLine(text("console.goods.find_hint"))
        with Container(id="goods-body"):
            yield Window(
                (
                    Column(text("console.goods.sku"), 14),
                    Column(text("console.goods.title")),
                    Column(text("console.goods.price"), 10, right=True),
                    Column(text("console.goods.stores"), from_width=70),
                ),
                empty=text("console.goods.none"),
                id="variants",
                classes="box",
            )
            loose = Window(
                (
                    Column(text("console.goods.title")),
                    Column(text("console.goods.sku"), 14),
                    Column(text("console.goods.store"), 16),
                    Column(text("console.goods.why_not"), 22),
                ),
                empty=text("console.goods.all_linked"),
                id="loose",
                classes="box",
            )
            loose.display = False
            yield loose
            with VerticalScroll(id="goods-detail", classes="box -steady", can_focus=False) as pane:
                pane.border_title = text("console.goods.variant")
                yield Words("", markup=False)
        yield Static("", id="goods-notes", classes="hint", markup=False)

    def on_mount(self) -> None:
        self.table.focus()
        self._name_list()

    @property
    def table(self) -> Window:
        return self.query_one("#loose" if self._loose else "#variants", Window)

    def _name_list(self, total: int | None = None) -> None:
        title = text("console.goods.all")
        if self._loose:
            title = text("console.goods.loose_title")
        elif self._words:
            title = text("console.goods.found", words=self._words)
        self.table.border_title = Content(title)
        self.table.border_subtitle = "" if total is None else formats.count(total)

    def load(self) -> None:
        self._show(keep=True)

    def hear(self, facts: Facts) -> None:
        if any(isinstance(each, _CONCERNS) for each in facts):
            self._show(keep=True)
            row = self.query_one("#variants", Window).row
            if row is not None and not self._loose:
                self._read_detail(row.key)

    def _show(self, *, keep: bool) -> None:
        goods = self.services.goods
        self.table.show(LooseRows(goods) if self._loose else GoodsRows(goods, self._words), keep=keep)
        self._count()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        """How many are shown, and what waits to be mended."""
        goods = self.services.goods
        loose = await goods.loose_count()
        self._name_list(loose if self._loose else await goods.count(self._words))
        self._held = await self.services.quarantine.counts()
        self._note(loose, sum(each.records for each in self._held))

    def _note(self, loose: int, held: int) -> None:
        parts = []
        if loose:
            parts.append(text("console.goods.loose_note", number=formats.count(loose)))
        if held:
            parts.append(text("console.goods.held_note", number=formats.count(held)))
        shown = Content.styled(" · ".join(parts) or text("console.goods.all_fit"), "$tone-warn" if parts else "")
        static = self.query_one("#goods-notes", Static)
        if static.content != shown:
            static.update(shown)

    # -- what is under the cursor

    @on(Window.Moved, "#variants")
    def moved(self, event: Window.Moved) -> None:
        if event.row is None:
            self._detail = None
            self._paint()
        else:
            self._read_detail(event.row.key)

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read_detail(self, key: Key) -> None:
        self._detail = await self.services.goods.detail(cast("GoodsKey", key))
        self._paint()

    @on(Words.Resized)
    def break_lines_anew(self) -> None:
        self._paint()

    def _paint(self) -> None:
        static = self.query_one("#goods-detail Static", Static)
        shown = Content.styled(text("console.goods.nothing_chosen"), "$tone-quiet")
        if self._loose:
            shown = Content.styled(text("console.goods.loose_about"), "$tone-quiet")
        elif self._detail is not None:
            shown = goods_words(self._detail, self._times, static.size.width)
        if static.content != shown:
            static.update(shown)

    @property
    def _times(self) -> tuple[str, datetime]:
        return self.app.zone, self.app.clock.now()

    @on(Window.Chosen, "#variants")
    def action_why(self) -> None:
        """Every number read or written, in order of time."""
        detail = self._detail
        if detail is None or self._loose:
            return
        title = text("console.goods.why", title=detail.row.title, sku=detail.row.sku)
        self.app.push_screen(
            WordsModal(title, lambda width: story_words(detail.story, self._times, width), at_end=True)
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A listing without partner has no story."""
        return not self._loose if action == "why" else super().check_action(action, parameters)

    # -- finding

    def action_find(self) -> None:
        self.query_one(FindLine).begin()

    def action_clear_find(self) -> None:
        self.query_one(FindLine).clear()

    @on(FindLine.Asked)
    def asked(self, event: FindLine.Asked) -> None:
        """Words are looked for in our own goods."""
        changed, self._words = self._words != event.words, event.words
        if self._loose:
            self._turn(loose=False)
        elif changed:
            self._name_list()
            self.when_ready(lambda: self._show(keep=False))
        self.table.focus()

    def action_unlinked(self) -> None:
        self._turn(loose=not self._loose)
        self.table.focus()

    def _turn(self, *, loose: bool) -> None:
        self._loose = loose
        self.query_one("#variants").display = not loose
        self.query_one("#loose").display = loose
        self.query_one("#goods-detail").border_title = text(
            "console.goods.what_to_do" if loose else "console.goods.variant"
        )
        self._name_list()
        self._paint()
        self.refresh_bindings()
        self.when_ready(lambda: self._show(keep=True))

    # -- what does not fit

    @work(group="change", exit_on_error=False)
    async def action_read_again(self) -> None:
        """Shows what waits in quarantine before it is read anew."""
        if not self._held:
            self.notify(text("console.goods.nothing_held"))
            return
        lines = [
            text(
                "console.goods.held_line", number=formats.count(each.records), connection=each.connection,
                kind=text(f"console.kind.{each.kind.value}"), path=each.path,
            )
            for each in self._held[:_GROUPS_SHOWN]
        ]  # fmt: skip
        words = "\n".join([*lines, "", text("console.goods.read_again_words")])
        question = ConfirmModal(text("console.goods.held_title"), words, text("console.goods.read_again_yes"))
        if await self.app.push_screen_wait(question):
            number = await self.services.quarantine.replay(self.app.actor)
            self.notify(text("console.goods.read_anew", number=formats.count(number)))
            self._count()
