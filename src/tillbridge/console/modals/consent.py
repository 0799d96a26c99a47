"""Consent in a browser: the address, as a QR code where it fits, and the answer, caught on loopback or pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.console.widgets.qr import QrCode
from tillbridge.domain.errors import InvalidInput
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.consent import ConsentRequest

_BESIDES_THE_CODE = 15
"""Rows of the dialog that are not the QR code: frame, words, a wrapped address and the line to paste into."""


class ConsentModal(ModalScreen[str | None]):
    """The judged answer; None when left by escape."""

    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+y", "copy", show=False, priority=True),
    ]

    def __init__(self, request: ConsentRequest) -> None:
        super().__init__()
        self._request = request

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -roomy", can_focus=False) as box:
            box.border_title = Content(text("console.consent.title"))
            box.border_subtitle = text("console.consent.keys")
            yield Static(text("console.consent.open"), classes="dialog-words")
            yield Static(self._request.address, markup=False, classes="dialog-words", id="consent-address")
            code = QrCode(self._request.address)
            room = self.app.size
            if room.width >= code.columns + 8 and room.height >= code.rows + _BESIDES_THE_CODE:
                yield code
            waiting = "console.consent.waiting" if self._request.comes_back_here else "console.consent.paste"
            yield Static(text(waiting, address=self._request.redirect), markup=False, id="consent-told")
            yield QuietInput(password=True, id="consent-answer")

    def on_mount(self) -> None:
        self.query_one(QuietInput).focus()
        if self._request.comes_back_here:
            self._listen()

    @work(exclusive=True, group="consent", exit_on_error=False)
    async def _listen(self) -> None:
        from tillbridge.services.consent import listening  # noqa: PLC0415  heavy, and seldom needed

        try:
            async with listening(self._request) as answer:
                self.dismiss(await answer())
        except InvalidInput as error:
            self._tell(error)

    @on(Input.Submitted)
    def pasted(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        try:
            self.dismiss(self._request.judged(event.value))
        except InvalidInput as error:
            event.input.clear()
            self._tell(error)

    def _tell(self, error: InvalidInput) -> None:
        self.query_one("#consent-told", Static).update(Content.styled(error.card().explanation, "$tone-bad"))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._request.address)
        self.notify(text("console.consent.copied"))

    def action_leave(self) -> None:
        self.dismiss(None)
