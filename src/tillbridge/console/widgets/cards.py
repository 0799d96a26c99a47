"""An error in shop language, and the timeline of a job's attempts."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tillbridge.console import formats
from tillbridge.domain.errors import ErrorCard
from tillbridge.domain.jobs import Attempt, JobKind, Phase
from tillbridge.messages import text


def card_content(card: ErrorCard) -> Content:
    """What happened, who must act, the next step. Texts of a platform are inserted as plain text."""
    return Content("\n").join(
        [
            Content.styled(card.title, "$tone-bad bold"),
            Content(card.explanation),
            Content.assemble(
                Content.styled(text(f"console.who.{card.who.value}"), "$tone-quiet"), "  ", Content(card.next_step)
            ),
        ]
    )


class ErrorCardView(Static):
    """An error card in the flow of a screen."""

    def __init__(self, card: ErrorCard | None = None) -> None:
        super().__init__(card_content(card) if card else "", classes="card", markup=False)
        self.display = card is not None

    def show(self, card: ErrorCard | None) -> None:
        """Show another card, or none."""
        self.display = card is not None
        if card is not None:
            self.update(card_content(card))


_SIGNS = {Phase.NOT_SENT: ("○", "quiet"), Phase.SENDING: ("?", "warn"), Phase.ANSWERED: ("●", "good")}


def _action(name: str) -> str:
    """A try of a whole job has the job's word; a call of a platform is named as its log names it."""
    return text(f"console.kind.{name}") if name in list(JobKind) else name


def attempt_line(position: int, attempt: Attempt, zone: str) -> Content:
    """One attempt on one line: which, when, how far it got, and what came of it."""
    sign, tone = _SIGNS[attempt.phase]
    if attempt.error is not None:
        sign, tone = "▲", "bad"
    words = attempt.error.title if attempt.error else attempt.outcome or text("console.timeline.under_way")
    parts = [
        Content.styled(f"{position:>2} ", "$tone-quiet"),
        Content(formats.precise_time(attempt.began_at, zone)),
        Content.styled(f"  {sign} ", f"$tone-{tone}"),
        Content(f"{words}  "),
        Content.styled(_action(attempt.action), "$tone-quiet"),
    ]
    if attempt.request_id:
        parts.append(Content.styled("  " + text("console.timeline.request", id=attempt.request_id), "$tone-quiet"))
    return Content("").join(parts)


def timeline(attempts: Sequence[Attempt], zone: str) -> Content:
    """All attempts, oldest first."""
    if not attempts:
        return Content.styled(text("console.timeline.none"), "$tone-quiet")
    return Content("\n").join([attempt_line(at, each, zone) for at, each in enumerate(attempts, start=1)])
