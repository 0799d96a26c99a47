"""A connection's passport as text: state, readiness by noun, preparation steps, what the platform can and cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.screens.rows import connection_pill
from tillbridge.console.widgets.facts import Fact, fact_lines, heading
from tillbridge.console.widgets.pill import content, custom, pill
from tillbridge.domain.connections import StepState
from tillbridge.messages import text
from tillbridge.services.passports import passport_facts, version_words

if TYPE_CHECKING:
    from tillbridge.domain.errors import ErrorCard
    from tillbridge.domain.specs import Noun, PlatformSpec, PreparationStep
    from tillbridge.services.connections import ConnectionView, StepView
    from tillbridge.services.passports import PassportFact

READY = "ready"


@dataclass(frozen=True, slots=True)
class Steps:
    """Preparation as the shop itself says it stands, or the ``card`` of why it could not be asked."""

    views: tuple[StepView, ...]
    card: ErrorCard | None = None


def passport(
    view: ConnectionView,
    spec: PlatformSpec,
    readiness: Sequence[tuple[Noun, str, str]],
    steps: Steps | None,
    times: tuple[str, datetime],
    width: int,
) -> Content:
    """The passport, one fact a line, longer ones wrapped under themselves. ``times``: the shop's zone and now."""
    connection = view.connection
    facts = [
        (_label("state"), content(connection_pill(view))),
        (_label("shop"), Content(connection.facts.get("name", "") or connection.name)),
        (_label("platform"), Content(f"{spec.title} · {version_words(spec, times[1].date())}")),
        (_label("route"), Content(route_words(view))),
        (_label("tested"), Content(formats.clock_time(connection.tested_at, *times))),
    ]
    known = passport_facts(spec, connection.setup)
    knows = [fact for each in known for fact in _known(each)]
    parts = [
        *fact_lines(facts, width),
        _heading("ready"),
        *fact_lines(readiness_facts(readiness), width),
        _heading("steps"),
        *fact_lines(_step_facts(view, spec, steps), width),
        _heading("knows"),
        *fact_lines(knows, width),
    ]
    return Content("\n").join(parts)


def route_words(view: ConnectionView) -> str:
    """Which sales a connection records, in words."""
    route = view.connection.route
    return " ".join((text(f"console.route.{route.kind.value}"), ", ".join(route.names))).strip()


def readiness_facts(readiness: Sequence[tuple[Noun, str, str]]) -> list[Fact]:
    """What is ready in one line, then each absence with its reason."""
    names = {noun: text(f"console.noun.{noun.value}") for noun, _, _ in readiness}
    ready = [names[noun] for noun, state, _ in readiness if state == READY]
    word = custom("●", text("console.readiness.ready"), "good")
    facts = [(content(word), Content(", ".join(ready)))] if ready else []
    absent = [(noun, reason) for noun, state, reason in readiness if state != READY]
    return facts + [(Content.styled(f"– {names[noun]}", "$tone-quiet"), Content(reason)) for noun, reason in absent]


def _label(key: str) -> Content:
    return Content.styled(text(f"console.passport.{key}"), "$tone-quiet")


def _heading(key: str) -> Content:
    return heading(text(f"console.passport.{key}"))


def _known(fact: PassportFact) -> list[Fact]:
    """Its sentences under one label."""
    label = Content.styled(fact.label, "$tone-quiet")
    return [(label if at == 0 else Content(""), Content(each)) for at, each in enumerate(fact.words)]


def _step_facts(view: ConnectionView, spec: PlatformSpec, steps: Steps | None) -> list[Fact]:
    """Before the shop has answered, or when it cannot be asked: what is known here."""
    if steps is not None and steps.card is None:
        return [_step(each) for each in steps.views]
    done = view.connection.prepared
    known = [_known_step(each, StepState.DONE if each.name in done else StepState.OPEN) for each in spec.preparation]
    if steps is not None and steps.card is not None:
        return [(Content.styled("▲", "$tone-warn"), Content(steps.card.title)), *known]
    return known


def _known_step(step: PreparationStep, state: StepState) -> Fact:
    return _titled(state, step.title), Content("")


def _titled(state: StepState, title: str) -> Content:
    shown = pill(state)
    return Content.assemble(Content.styled(f"{shown.words.split(' ')[0]} ", f"$tone-{shown.tone}"), title)


def _step(each: StepView) -> Fact:
    return _titled(each.report.state, each.step.title), Content.styled(each.report.words, "$tone-quiet")
