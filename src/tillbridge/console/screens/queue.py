"""The sync queue: a window over the database, the job under the cursor in detail, and what a person may decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tillbridge.console import actions, formats
from tillbridge.console.bridge import Facts
from tillbridge.console.modals.job import JobModal
from tillbridge.console.modals.questions import ChooseModal, ConfirmModal
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.queue_rows import JobRows
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.job_detail import JobDetailView
from tillbridge.console.widgets.rows import Column, Key
from tillbridge.console.widgets.window import Window
from tillbridge.domain.jobs import JobState
from tillbridge.domain.queue import JobKey, QueueFilter
from tillbridge.messages import text

if TYPE_CHECKING:
    from uuid import UUID

    from tillbridge.services.queue import JobDetail

FILTERS: tuple[tuple[str, tuple[JobState, ...]], ...] = (
    ("open", (JobState.WAITING, JobState.RUNNING, JobState.PARKED)),
    ("attention", (JobState.PARKED,)),
    ("waiting", (JobState.WAITING,)),
    ("running", (JobState.RUNNING,)),
    ("done", (JobState.SUCCEEDED, JobState.CANCELLED)),
    ("all", ()),
)


class QueueScreen(Panel):
    """Reads pages, never the list. A worker of its own reads the detail, so that a held key does not queue reads."""

    PANEL = "queue"
    CSS_PATH: ClassVar = [sheet("queue")]
    BINDINGS: ClassVar = actions.bindings("queue")

    def __init__(self) -> None:
        super().__init__()
        self._filter = 0
        self._sale: tuple[UUID, str] | None = None
        self._detail: JobDetail | None = None

    def body(self) -> Iterable[Widget]:
        with Container(id="queue-body"):
            table = Window(
                (
                    Column(text("console.queue.when"), 12),
                    Column(text("console.queue.subject")),
                    Column(text("console.queue.connection"), 16, from_width=60),
                    Column(text("console.queue.state"), 17),
                    Column(text("console.queue.tries"), 5, right=True),
                ),
                empty=text("console.queue.empty"),
                id="jobs",
                classes="box",
            )
            yield table
            with VerticalScroll(id="job-detail", classes="box", can_focus=False) as detail:
                detail.border_title = text("console.queue.detail")
                yield JobDetailView()

    def on_mount(self) -> None:
        self.query_one(Window).focus()
        self._name_filter()

    def _name_filter(self, total: int | None = None) -> None:
        name = text(f"console.filter.{FILTERS[self._filter][0]}")
        if self._sale is not None:
            name = text("console.queue.of_sale", receipt=self._sale[1])
        self.query_one("#jobs").border_title = Content(text("console.queue.title", filter=name))
        if total is not None:
            self.query_one("#jobs").border_subtitle = text("console.queue.total", total=formats.count(total))

    @property
    def filter(self) -> QueueFilter:
        if self._sale is not None:
            return QueueFilter(sale_id=self._sale[0])
        return QueueFilter(states=FILTERS[self._filter][1])

    def show_sale(self, sale_id: UUID, receipt: str) -> None:
        """The jobs of one sale, whatever their state, until another filter is chosen."""
        self._sale = (sale_id, receipt)
        self._name_filter()
        self.when_ready(lambda: self._show(keep=False))

    def load(self) -> None:
        self._show(keep=True)

    def hear(self, facts: Facts) -> None:
        self._show(keep=True)
        row = self.query_one(Window).row
        if row is not None:
            self._read_detail(row.key)

    def _show(self, *, keep: bool) -> None:
        self.query_one(Window).show(JobRows(self.services.queue, self.filter, self.app), keep=keep)
        self._count()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        self._name_filter(await self.services.queue.count(self.filter))

    @on(Window.Moved, "#jobs")
    def moved(self, event: Window.Moved) -> None:
        if event.row is None:
            self._detail = None
            self.query_one(JobDetailView).show(None, self.app.zone)
        else:
            self._read_detail(event.row.key)

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read_detail(self, key: Key) -> None:
        detail = await self.services.queue.detail(cast(JobKey, key).id)
        self._detail = detail
        self.query_one(JobDetailView).show(detail, self.app.zone)

    @on(Window.Chosen, "#jobs")
    def action_details(self) -> None:
        if self._detail is not None:
            self.app.push_screen(JobModal(self._detail, self.app.zone))

    @work(group="ask")
    async def action_filter(self) -> None:
        choices = [(name, text(f"console.filter.{name}"), "") for name, _ in FILTERS]
        chosen = await self.app.push_screen_wait(ChooseModal(text("console.queue.which"), choices))
        if chosen is not None:
            self._sale = None
            self._filter = next(at for at, (name, _) in enumerate(FILTERS) if name == chosen)
            self._name_filter()
            self.when_ready(lambda: self._show(keep=False))

    @work(group="change", exit_on_error=False)
    async def action_retry(self) -> None:
        detail = self._detail
        if detail is None:
            return
        await self.services.queue.retry(detail.job.id, self.app.actor)
        self.notify(text("console.queue.retried"), markup=False)
        self.load()

    @work(group="change", exit_on_error=False)
    async def action_retry_alike(self) -> None:
        detail = self._detail
        if detail is None:
            return
        number = await self.services.queue.retry_alike(detail.job.id, self.app.actor)
        self.notify(text("console.queue.retried_alike", number=number), markup=False)
        self.load()

    @work(group="change", exit_on_error=False)
    async def action_cancel_job(self) -> None:
        detail = self._detail
        if detail is None:
            return
        question = ConfirmModal(
            text("console.queue.cancel_title"), text("console.queue.cancel_words"), text("console.queue.cancel_yes")
        )
        if await self.app.push_screen_wait(question):
            await self.services.queue.cancel(detail.job.id, self.app.actor)
            self.notify(text("console.queue.cancelled"), markup=False)
            self.load()

    @work(group="change", exit_on_error=False)
    async def action_accept_total(self) -> None:
        """Only for a sale that is in the store with another total than the till's."""
        detail = self._detail
        if detail is None:
            return
        if "accept" not in detail.choices:
            self.notify(text("console.queue.no_total"), markup=False)
            return
        question = ConfirmModal(
            text("console.queue.accept_title"), detail.card.explanation if detail.card else "",
            text("console.queue.accept_yes"),
        )  # fmt: skip
        if await self.app.push_screen_wait(question):
            await self.services.queue.accept(detail.job.id, self.app.actor)
            self.notify(text("console.queue.accepted"), markup=False)
            self.load()

    @work(group="change", exit_on_error=False)
    async def action_pause_connection(self) -> None:
        detail = self._detail
        if detail is None:
            return
        name = detail.row.connection
        view = await self.services.connections.get(name)
        change = self.services.connections.resume if view.connection.paused else self.services.connections.pause
        await change(name, self.app.actor)
        self.notify(
            text("console.platforms.resumed" if view.connection.paused else "console.platforms.paused", name=name),
            markup=False,
        )
