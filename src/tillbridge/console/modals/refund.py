"""Giving back: lines and quantities, another amount, how the money is paid out. The service has the last word."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Select, Static
from textual.worker import Worker, WorkerState

from tillbridge.console import errors, formats
from tillbridge.console.base import ConsoleApp
from tillbridge.console.modals.questions import ConfirmModal
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.console.widgets.rows import Cell, Column, Row
from tillbridge.console.widgets.window import Window
from tillbridge.domain.money import Money
from tillbridge.domain.orders import TenderKind
from tillbridge.messages import text
from tillbridge.services.refunding import PAID_BY, DraftLine, RefundDraft

if TYPE_CHECKING:
    from tillbridge.services.orders import OrdersService
    from tillbridge.services.sales import SaleDetail


class RefundModal(ModalScreen[Money | None]):
    """Stays until it is booked or left, so that a refusal costs nothing that was typed. Answers what was given back."""

    app = getters.app(ConsoleApp)
    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f12,f10", "give_back", show=False),
        Binding("plus", "change(1)", show=False),
        Binding("minus", "change(-1)", show=False),
        Binding("a", "everything", show=False),
    ]

    def __init__(self, detail: SaleDetail, orders: OrdersService) -> None:
        super().__init__()
        self._detail, self._orders, self._draft = detail, orders, RefundDraft(detail.order)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide") as box:
            box.border_title = Content(text("console.refund.title", receipt=self._detail.order.receipt))
            box.border_subtitle = text("console.refund.keys")
            columns = (
                Column(text("console.refund.goods")),
                Column(text("console.refund.left"), 6, right=True),
                Column(text("console.refund.back"), 6, right=True),
                Column(text("console.refund.worth"), 11, right=True),
            )
            yield Window(columns, empty=text("console.refund.no_goods"), id="refund-lines")
            yield Static("", id="refund-sum", markup=False)
            with Horizontal(classes="dialog-line"):
                yield Static(text("console.refund.amount"), classes="dialog-label")
                yield QuietInput(placeholder=text("console.refund.amount_hint"), id="amount")
            with Horizontal(classes="dialog-line"):
                yield Static(text("console.refund.paid_by"), classes="dialog-label")
                kinds = [(Content(text(f"till.tender.{each.value}")), each.value) for each in PAID_BY]
                yield Select[str](kinds, value=self._draft.paid_by.value, allow_blank=False, compact=True, id="how")
            with Horizontal(classes="dialog-line"):
                yield Static(text("console.sales.reason"), classes="dialog-label")
                yield QuietInput(placeholder=text("console.sales.reason_hint"), id="reason")
            yield Checkbox(Content(text("console.refund.restock")), True, id="restock", compact=True)

    def on_mount(self) -> None:
        lines = self.query_one("#refund-lines", Window)
        lines.styles.height = min(max(len(self._draft.lines), 1), 6) + 1
        lines.focus()
        self._show()

    def _show(self) -> None:
        self.query_one("#refund-lines", Window).show_rows([_row(each) for each in self._draft.lines])
        amount, left = formats.money(self._draft.worth), formats.money(self._draft.left)
        self.query_one("#refund-sum", Static).update(text("console.refund.sum", amount=amount, left=left))

    @property
    def _line(self) -> str | None:
        row = self.query_one("#refund-lines", Window).row
        return str(row.key) if row is not None else None

    def action_change(self, step: int) -> None:
        if self._line:
            self._draft.change(self._line, step)
            self._show()

    def action_everything(self) -> None:
        self._draft.everything()
        self._show()

    @on(Window.Chosen)
    def chosen(self, event: Window.Chosen) -> None:
        self._draft.all_or_none(str(event.row.key))
        self._show()

    @on(Input.Submitted)
    def entered(self) -> None:
        self.app.action_focus_next()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_give_back(self) -> None:
        self._draft.restock = self.query_one("#restock", Checkbox).value
        lines, amount = self._draft.asked(self.query_one("#amount", QuietInput).value)
        how = TenderKind(str(self.query_one("#how", Select).value))
        order, shown = self._detail.order, formats.money(amount)
        stores = ", ".join(self._detail.view.connections) or text("console.sales.no_store")
        words = text(
            "console.refund.sure", amount=shown, receipt=order.receipt, how=text(f"till.tender.{how.value}"),
            stores=stores,
        )  # fmt: skip
        title, yes = text("console.refund.title", receipt=order.receipt), text("console.refund.yes", amount=shown)
        if await self.app.push_screen_wait(ConfirmModal(title, words, yes)):
            reason = self.query_one("#reason", QuietInput).value.strip()
            await self._orders.refund(order.reference, self.app.actor, reason, lines=lines, amount=amount, paid_by=how)
            self.dismiss(amount)

    def on_worker_state_changed(self, change: Worker.StateChanged) -> None:
        """A refusal is shown over what was typed, which stays."""
        if change.state is WorkerState.ERROR and change.worker.error is not None:
            errors.show(self, change.worker.error)

    def action_leave(self) -> None:
        self.dismiss(None)


def _row(each: DraftLine) -> Row:
    chosen = bool(each.chosen)
    return Row(
        each.line.id,
        (
            Cell(each.line.title),
            Cell(formats.quantity(each.left), "quiet"),
            Cell(formats.quantity(each.chosen), "good" if chosen else "quiet"),
            Cell(formats.money(each.worth) if chosen else "", "good"),
        ),
    )
