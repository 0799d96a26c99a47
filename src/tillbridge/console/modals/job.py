"""A job over the whole screen, for terminals where the pane beside the queue is small."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.job_detail import JobDetailView
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.queue import JobDetail


class JobModal(ModalScreen[None]):
    """Read only; the actions stay on the queue."""

    CSS_PATH: ClassVar = [sheet("modals")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "dismiss", show=False)]

    def __init__(self, detail: JobDetail, zone: str) -> None:
        super().__init__()
        self._detail, self._zone = detail, zone

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -large") as box:
            box.border_title = Content(text("console.queue.detail"))
            box.border_subtitle = text("console.dialog.back")
            yield JobDetailView()

    def on_mount(self) -> None:
        self.query_one(JobDetailView).show(self._detail, self._zone)
        self.query_one(VerticalScroll).focus()
