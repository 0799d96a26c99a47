"""A job in detail: what it is about, the card of what stopped it, and the timeline of its attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tillbridge.console.widgets.cards import ErrorCardView, timeline
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.queue import JobDetail


class JobDetailView(Vertical):
    """Used beside the queue and, whole, in a modal."""

    def compose(self) -> ComposeResult:
        yield Static(
            Content.styled(text("console.queue.nothing_chosen"), "$tone-quiet"), classes="job-head", markup=False
        )
        yield ErrorCardView()
        yield Static("", classes="job-attempts", markup=False)

    def show(self, detail: JobDetail | None, zone: str) -> None:
        """Show a job, or none. Paints only parts that differ."""
        head, attempts = self.query_one(".job-head", Static), self.query_one(".job-attempts", Static)
        if detail is None:
            self._set(head, Content.styled(text("console.queue.nothing_chosen"), "$tone-quiet"))
            self._set(attempts, Content(""))
            self.query_one(ErrorCardView).show(None)
            return
        row = detail.row
        self._set(
            head,
            Content.assemble(
                Content.styled(f"{text(f'console.kind.{row.kind.value}')} {row.subject}".rstrip(), "bold"),
                Content.styled(f"  {row.connection}", "$tone-quiet"),
            ),
        )
        self.query_one(ErrorCardView).show(detail.card)
        self._set(attempts, timeline(detail.attempts, zone))

    def _set(self, static: Static, shown: Content) -> None:
        if static.content != shown:
            static.update(shown)
