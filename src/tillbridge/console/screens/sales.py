"""Sales: a window over the database, the sale under the cursor in detail, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions, formats
from tillbridge.console.bridge import Facts
from tillbridge.console.modals.questions import ChooseModal
from tillbridge.console.modals.reasons import CancelModal
from tillbridge.console.modals.refund import RefundModal
from tillbridge.console.modals.words import WordsModal
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.sales_rows import SaleRows
from tillbridge.console.screens.sales_words import sale_words
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.findline import FindLine
from tillbridge.console.widgets.rows import Column, Key
from tillbridge.console.widgets.window import Window
from tillbridge.console.widgets.words import Words
from tillbridge.domain.sales import SaleFilter, SaleKey, SaleShow
from tillbridge.messages import text

if TYPE_CHECKING:
    from uuid import UUID

    from tillbridge.services.sales import SaleDetail


class SalesScreen(Panel):
    """Reads pages, never the list; a worker of its own reads the detail, so that a held key does not queue reads."""

    PANEL = "sales"
    CSS_PATH: ClassVar = [sheet("sales")]
    BINDINGS: ClassVar = actions.bindings("sales")

    def __init__(self) -> None:
        super().__init__()
        self.filter = SaleFilter()
        self._behind = self._following = False
        self._detail: SaleDetail | None = None
        self._titles: Mapping[str, str] = {}

    def body(self) -> Iterable[Widget]:
        yield FindLine(text("console.sales.find_hint"))
        with Container(id="sales-body"):
            yield Window(
                (
                    Column(text("console.sales.when"), 12),
                    Column(text("console.sales.receipt")),
                    Column(text("console.sales.origin"), 22, from_width=60),
                    Column(text("console.sales.total"), 11, right=True),
                    Column(text("console.sales.state"), 13),
                ),
                empty=text("console.sales.none"),
                id="sale-list",
                classes="box",
            )
            with VerticalScroll(id="sale-detail", classes="box -steady", can_focus=False) as pane:
                pane.border_title = text("console.sales.sale")
                pane.border_subtitle = text("console.sales.more")
                yield Words(Content.styled(text("console.sales.nothing_chosen"), "$tone-quiet"), markup=False)

    def on_mount(self) -> None:
        self.table.focus()
        self._name_list()

    @property
    def table(self) -> Window:
        return self.query_one("#sale-list", Window)

    def _name_list(self, total: int | None = None) -> None:
        """What is shown, and how many there are once they are counted."""
        show, words = text(f"console.sale_filter.{self.filter.show.value}"), self.filter.text
        title = (
            text("console.sales.found", filter=show, words=words) if words else text("console.sales.title", filter=show)
        )
        self.table.border_title = Content(title)
        self.table.border_subtitle = "" if total is None else text("console.sales.counted", total=formats.count(total))

    def select(self, sale_id: UUID) -> None:
        """All sales, with the cursor on one of them."""
        self.filter = SaleFilter()
        self.table.key = SaleKey(sale_id)
        self._name_list()
        self.when_ready(self.load)

    def load(self) -> None:
        self._titles = {each.slug: each.title for each in self.services.connections.platforms()}
        self._show(keep=True)

    def hear(self, facts: Facts) -> None:
        self._behind = True
        if not self._following:
            self._follow()

    @work(group="follow", exit_on_error=False)
    async def _follow(self) -> None:
        """Reads anew once more while there is news: a list that takes long to count is not asked for faster."""
        self._following = True
        try:
            while self._behind:
                self._behind = False
                self._name_list(await self.services.sales.count(self.filter))
                self.table.show(SaleRows(self.services.sales, self.filter, self.app), keep=True)
                if self.table.row is not None:
                    self._read_detail(self.table.row.key)
        finally:
            self._following = False

    def _show(self, *, keep: bool) -> None:
        self.table.show(SaleRows(self.services.sales, self.filter, self.app), keep=keep)
        self._count()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        self._name_list(await self.services.sales.count(self.filter))

    # -- what is under the cursor

    @on(Window.Moved, "#sale-list")
    def moved(self, event: Window.Moved) -> None:
        if event.row is None:
            self._detail = None
            self._paint()
        else:
            self._read_detail(event.row.key)

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read_detail(self, key: Key) -> None:
        self._detail = await self.services.sales.detail(cast(SaleKey, key).id)
        self._paint()

    @on(Words.Resized)
    def break_lines_anew(self) -> None:
        self._paint()

    def _paint(self) -> None:
        """Only when it differs: an equal text costs a frame as well."""
        static = self.query_one("#sale-detail Static", Static)
        shown = Content.styled(text("console.sales.nothing_chosen"), "$tone-quiet")
        if self._detail is not None:
            shown = self._words(self._detail, static.size.width)
        if static.content != shown:
            static.update(shown)

    def _words(self, detail: SaleDetail, width: int) -> Content:
        return sale_words(detail, self._titles, (self.app.zone, self.app.clock.now()), width)

    @on(Window.Chosen, "#sale-list")
    def action_open_sale(self) -> None:
        detail = self._detail
        if detail is not None:
            title = text("console.sales.sale")
            self.app.push_screen(WordsModal(title, lambda width: self._words(detail, width)))

    # -- finding

    def action_find(self) -> None:
        self.query_one(FindLine).begin()

    def action_clear_find(self) -> None:
        self.query_one(FindLine).clear()

    @on(FindLine.Asked)
    def asked(self, event: FindLine.Asked) -> None:
        self.table.focus()
        self._narrow(SaleFilter(self.filter.show, event.words))

    @work(group="ask")
    async def action_filter(self) -> None:
        choices = [(each.value, text(f"console.sale_filter.{each.value}"), "") for each in SaleShow]
        chosen = await self.app.push_screen_wait(ChooseModal(text("console.sales.which"), choices))
        if chosen is not None:
            self._narrow(SaleFilter(SaleShow(chosen), self.filter.text))

    def _narrow(self, wanted: SaleFilter) -> None:
        if wanted != self.filter:
            self.filter = wanted
            self._name_list()
            self.when_ready(lambda: self._show(keep=False))

    # -- what a person decides

    @work(group="change", exit_on_error=False)
    async def action_cancel_sale(self) -> None:
        """Asks why first, since the stores are told and it cannot be taken back."""
        detail = self._detail
        if detail is None:
            return
        stores = ", ".join(detail.view.connections) or text("console.sales.no_store")
        words = text(
            "console.sales.cancel_words", receipt=detail.order.receipt,
            total=formats.money(detail.order.totals.total), stores=stores,
        )  # fmt: skip
        reason = await self.app.push_screen_wait(CancelModal(words))
        if reason is not None:
            await self.services.orders.cancel(detail.order.reference, self.app.actor, reason)
            self.notify(text("console.sales.cancelled", receipt=detail.order.receipt))
            self._reread(detail)

    @work(group="change", exit_on_error=False)
    async def action_give_back(self) -> None:
        detail = self._detail
        if detail is None:
            return
        given = await self.app.push_screen_wait(RefundModal(detail, self.services.orders))
        if given is not None:
            words = text("console.sales.gave_back", amount=formats.money(given), receipt=detail.order.receipt)
            self.notify(words)
            self._reread(detail)

    def _reread(self, detail: SaleDetail) -> None:
        self._show(keep=True)
        self._read_detail(detail.entry.row.key)

    def action_show_jobs(self) -> None:
        if self._detail is not None:
            self.app.show_jobs(self._detail.order.id, self._detail.order.receipt)
