"""Basket: scan or search, codes judged live, gift cards, pay, and watch the sale travel. It reckons nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tillbridge.console import actions, formats
from tillbridge.console.bridge import Facts
from tillbridge.console.modals.questions import AskModal, ChooseModal, ConfirmModal
from tillbridge.console.screens.basket_words import line_rows, totals_words, travel_words
from tillbridge.console.screens.panel import Panel
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.console.widgets.rows import Column
from tillbridge.console.widgets.window import Window
from tillbridge.domain.money import Money
from tillbridge.domain.orders import TenderKind
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.catalog import SellableVariant
    from tillbridge.services.till import TillBasket


class BasketScreen(Panel):
    """The scan line keeps the focus; all else has keys."""

    PANEL = "basket"
    CSS_PATH: ClassVar = [sheet("basket")]
    BINDINGS: ClassVar = actions.bindings("basket")

    def __init__(self) -> None:
        super().__init__()
        self._basket: TillBasket | None = None
        self._sold = ""

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="scan-line", classes="box") as scan:
            scan.border_title = text("console.basket.scan")
            yield QuietInput(placeholder=text("console.basket.scan_hint"), id="scan")
        with Container(id="basket-body"):
            with Vertical(id="goods"):
                yield self._lines_table()
                yield Static("", id="travel", classes="box", markup=False)
            yield Static("", id="totals", classes="box", markup=False)

    def _lines_table(self) -> Window:
        columns = (
            Column(text("console.basket.title")),
            Column(text("console.basket.quantity"), 5, right=True),
            Column(text("console.basket.each"), 9, right=True, from_width=50),
            Column(text("console.basket.sum"), 10, right=True),
        )
        return Window(columns, empty=text("console.basket.empty"), id="lines", classes="box")

    def on_mount(self) -> None:
        self.query_one("#totals").border_title = text("console.basket.total_title")
        self.query_one("#travel").border_title = text("console.basket.travel")
        self.query_one("#scan").focus()

    def load(self) -> None:
        if self._basket is None:
            self._begin()
        elif self._sold:
            self._watch()

    def hear(self, facts: Facts) -> None:
        if self._sold:
            self._watch()

    @work(exclusive=True, group="begin", exit_on_error=False)
    async def _begin(self) -> None:
        self._basket = await self.services.till.new_basket()
        self._show()
        self._update("#travel", travel_words(None))

    def _show(self) -> None:
        basket = self._basket
        if basket is None:
            return
        priced = basket.priced
        lines = self.query_one("#lines", Window)
        lines.border_title = Content(text("console.basket.lines", receipt=basket.receipt))
        lines.show_rows(line_rows(priced))
        self._update("#totals", totals_words(priced))

    def _update(self, selector: str, shown: Content) -> None:
        static = self.query_one(selector, Static)
        if static.content != shown:
            static.update(shown)

    @on(Input.Submitted, "#scan")
    def scanned(self, event: Input.Submitted) -> None:
        words = event.value.strip()
        if words and self.ready:
            self._find(words)

    @work(exclusive=True, group="find", exit_on_error=False)
    async def _find(self, words: str) -> None:
        found = await self.services.till.search(words)
        if not found:
            self.notify(text("console.basket.found_none", words=words), severity="warning", markup=False)
            return
        chosen = found[0] if len(found) == 1 else await self._which(found)
        if chosen is not None and self._basket is not None:
            self._basket.add(chosen)
            self.query_one("#scan", QuietInput).value = ""
            self._show()

    async def _which(self, found: tuple[SellableVariant, ...]) -> SellableVariant | None:
        choices = [(each.sku, each.title, f"{each.sku}  {formats.money(each.price)}") for each in found]
        sku = await self.app.push_screen_wait(ChooseModal(text("console.basket.found_many"), choices))
        return next((each for each in found if each.sku == sku), None)

    @property
    def _line(self) -> str | None:
        """The line under the cursor."""
        row = self.query_one("#lines", Window).row
        return str(row.key) if row is not None else None

    def action_more(self) -> None:
        self._change(1)

    def action_fewer(self) -> None:
        self._change(-1)

    def action_remove_line(self) -> None:
        if self._basket is not None and self._line:
            self._basket.remove(self._line)
            self._show()

    def _change(self, step: int) -> None:
        if self._basket is None or not self._line:
            return
        line = next(each for each in self._basket.lines if each.id == self._line)
        self._basket.set_quantity(line.id, line.quantity + step)
        self._show()

    @work(exclusive=True, group="offer", exit_on_error=False)
    async def action_code(self) -> None:
        code = await self._ask("code")
        if code is None or self._basket is None:
            return
        verdict = await self._basket.apply_discount(code)
        if verdict.valid:
            words = text("console.basket.code_good", code=verdict.code, amount=formats.money(verdict.amount))
            self.notify(words, markup=False)
        else:
            title = text("console.basket.code_bad", code=code)
            self.notify(verdict.reason, title=title, severity="warning", markup=False)
        self._show()

    @work(exclusive=True, group="offer", exit_on_error=False)
    async def action_gift_card(self) -> None:
        code = await self._ask("card", secret=True)
        if code is None or self._basket is None:
            return
        balance = await self._basket.add_gift_card(code)
        taken = next((each.amount for each in self._basket.cards if each.balance.masked == balance.masked), None)
        words = text(
            "console.basket.card_good",
            masked=balance.masked,
            amount=formats.money(taken),
            balance=formats.money(balance.balance),
        )
        self.notify(words, markup=False)
        self._show()

    async def _ask(self, what: str, *, secret: bool = False) -> str | None:
        if self._basket is None or not self._basket.lines:
            self.notify(text("console.basket.empty"), markup=False)
            return None
        title, words = text(f"console.basket.{what}_title"), text(f"console.basket.{what}_words")
        return await self.app.push_screen_wait(AskModal(title, words, secret=secret))

    @work(exclusive=True, group="pay", exit_on_error=False)
    async def action_pay(self) -> None:
        basket = self._basket
        if basket is None or not basket.lines:
            return
        if basket.priced.due and not await self._tender(basket):
            return
        change = basket.priced.change
        order = await basket.pay(self.app.actor)
        self._sold = order.reference
        with_change = text("console.basket.paid", change=formats.money(change))
        self.notify(with_change if change else text("console.basket.paid_exact"))
        self._basket = await self.services.till.new_basket()
        self._show()
        self._watch()

    async def _tender(self, basket: TillBasket) -> bool:
        """Ask how the rest is paid; whether it is."""
        due = basket.priced.due
        kinds = [(kind.value, text(f"console.basket.{kind.value}"), "") for kind in (TenderKind.CARD, TenderKind.CASH)]
        title = text("console.basket.how", due=formats.money(due))
        kind = await self.app.push_screen_wait(ChooseModal(title, kinds))
        if kind is None:
            return False
        if kind == TenderKind.CARD:
            basket.tender(TenderKind.CARD)
            return True
        given = await self._cash(basket.priced.due_in_cash)
        if given is not None:
            basket.tender(TenderKind.CASH, given)
        self._show()
        return given is not None and not basket.priced.due

    async def _cash(self, due: Money) -> Money | None:
        words = text("console.basket.given_words", due=formats.money(due))
        modal = AskModal(text("console.basket.given_title"), words, value=str(due.amount))
        given = await self.app.push_screen_wait(modal)
        if given is None:
            return None
        try:
            return Money(Decimal(given.replace(",", ".")), due.currency)
        except InvalidOperation:
            self.notify(text("console.basket.not_amount", given=given), severity="warning", markup=False)
            return None

    @work(exclusive=True, group="watch", exit_on_error=False)
    async def _watch(self) -> None:
        self._update("#travel", travel_words(await self.services.orders.show(self._sold)))

    @work(exclusive=True, group="new", exit_on_error=False)
    async def action_new_sale(self) -> None:
        if self._basket is not None and self._basket.lines:
            words, yes = text("console.basket.leave_words"), text("console.basket.leave_yes")
            if not await self.app.push_screen_wait(ConfirmModal(text("console.basket.new"), words, yes)):
                return
            await self._basket.abandon()
        self._sold = ""
        self._begin()
