"""A connection's passport as text: state, readiness by noun, preparation steps, what the platform can and cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.screens.rows import connection_pill
from tillbridge.console.widgets.pill import content, pill
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.specs import Noun, PlatformSpec
    from tillbridge.services.connections import ConnectionView, StepView

READY = "ready"
LABEL = 13


def passport(
    view: ConnectionView,
    spec: PlatformSpec,
    readiness: Sequence[tuple[Noun, str, str]],
    steps: Sequence[StepView],
    zone: str,
    now: datetime,
) -> Content:
    """The passport, one fact a line."""
    connection = view.connection
    ends = spec.api_version_ends
    version = (
        spec.api_version
        if ends is None
        else text("console.passport.until", version=spec.api_version, day=f"{ends:%d %b %Y}")
    )
    lines = [
        _line("state", content(connection_pill(view))),
        _line(
            "shop", Content(connection.facts.get("name", "") or connection.settings.get("shop", "") or connection.name)
        ),
        _line("platform", Content(f"{spec.title} · {version}")),
        _line("route", Content(route_words(view))),
        _line("tested", Content(formats.clock_time(connection.tested_at, zone, now))),
        _heading("ready"),
        *(readiness_line(*each) for each in readiness),
        _heading("steps"),
        *(_step(each) for each in steps),
        _heading("knows"),
        _line("totals", Content(text(f"console.passport.totals_{spec.totals.value}"))),
        _line("look_up", Content(spec.look_up.residual_risk)),
        *(_line("mail", Content(each.words)) for each in spec.mails[:4]),
    ]
    return Content("\n").join(lines)


def route_words(view: ConnectionView) -> str:
    """Which sales a connection records, in words."""
    route = view.connection.route
    return " ".join((text(f"console.route.{route.kind.value}"), ", ".join(route.names))).strip()


def readiness_line(noun: Noun, state: str, reason: str) -> Content:
    """``● product  ready``, or why not."""
    sign, tone = ("●", "good") if state == READY else ("–", "quiet")
    return Content.assemble(
        Content.styled(f"{sign} ", f"$tone-{tone}"),
        Content(text(f"console.noun.{noun.value}").ljust(LABEL - 2)),
        Content(text(f"console.readiness.{state}") if state == READY or not reason else reason),
    )


def _heading(key: str) -> Content:
    return Content.assemble("\n", Content.styled(text(f"console.passport.{key}"), "$accent bold"))


def _line(key: str, value: Content) -> Content:
    return Content.assemble(Content.styled(text(f"console.passport.{key}").ljust(LABEL), "$tone-quiet"), value)


def _step(each: StepView) -> Content:
    shown = pill(each.report.state)
    return Content.assemble(
        Content.styled(f"{shown.words.split(' ')[0]} ", f"$tone-{shown.tone}"),
        Content(each.step.title),
        Content.styled(f"  {each.report.words}", "$tone-quiet"),
    )
