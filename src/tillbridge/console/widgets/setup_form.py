"""The setup of a connection, made from the platform's declaration: used by the setup screen and by Settings."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Select, Static

from tillbridge.console.widgets.credential_field import CredentialInput
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.domain.connections import ShopFacts
from tillbridge.domain.specs import PlatformSpec
from tillbridge.messages import text


@dataclass(frozen=True, slots=True)
class Typed:
    """What the operator typed, not yet judged by the platform."""

    platform: str
    name: str
    setup: str
    values: dict[str, str]
    base_url: str


class SetupForm(VerticalScroll, can_focus=False):
    """Fields in form order, judged as typed. Says what it holds; testing and saving are the screen's."""

    @dataclass
    class Edited(Message):
        form: SetupForm

    def __init__(
        self, spec: PlatformSpec, *, name: str = "", setup: str = "", known: dict[str, str] | None = None
    ) -> None:
        super().__init__(classes="setup-form")
        self.spec = spec
        self._name, self._fixed = name, bool(name)
        self.setup_kind = setup or (spec.setups[0].name if spec.setups else "")
        self._known = known or {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="field"):
            with Horizontal(classes="field-line"):
                yield Static(text("console.setup.name"), classes="field-title")
                name = QuietInput(self._name or self.spec.title, id="connection-name")
                name.disabled = self._fixed
                yield name
            yield Static(text("console.setup.name_help"), classes="field-help")
        if len(self.spec.setups) > 1:
            with Vertical(classes="field"):
                with Horizontal(classes="field-line"):
                    yield Static(text("console.setup.kind"), classes="field-title")
                    options = [(Content(each.title), each.name) for each in self.spec.setups]
                    yield Select[str](options, value=self.setup_kind, allow_blank=False, compact=True, id="setup-kind")
                yield Static(self._kind_help(), classes="field-help", id="kind-help", markup=False)
        with Vertical(id="fields"):
            yield from self._fields()
        with Vertical(classes="field"):
            with Horizontal(classes="field-line"):
                yield Static(text("console.setup.base_url"), classes="field-title")
                yield QuietInput(placeholder="https://…", id="base-url")
            yield Static(text("console.setup.base_url_help"), classes="field-help")
        yield Static("", id="setup-result", markup=False)

    def _fields(self) -> list[CredentialInput]:
        return [CredentialInput(each, self._known.get(each.name, "")) for each in self.spec.fields_for(self.setup_kind)]

    def _kind_help(self) -> str:
        return next((each.help for each in self.spec.setups if each.name == self.setup_kind), "")

    @property
    def inputs(self) -> list[CredentialInput]:
        return list(self.query(CredentialInput))

    @on(Select.Changed, "#setup-kind")
    async def another_kind(self, event: Select.Changed) -> None:
        event.stop()
        if event.value == self.setup_kind:
            return
        self.setup_kind = str(event.value)
        self.query_one("#kind-help", Static).update(self._kind_help())
        box = self.query_one("#fields", Vertical)
        await box.remove_children()
        await box.mount_all(self._fields())
        self.screen.refresh_bindings()

    @on(CredentialInput.Changed)
    @on(Input.Changed)
    def edited(self) -> None:
        self.post_message(self.Edited(self))

    def focus_first(self) -> None:
        """Put the focus on the first field that is still empty, else on the first."""
        fields = self.inputs
        for each in fields:
            if not each.value:
                each.focus_input()
                return
        if fields:
            fields[0].focus_input()

    def typed(self) -> Typed | None:
        """What was typed, or None after showing what is wrong on each field."""
        wrong = [each for each in self.inputs if each.problem]
        for each in wrong:
            each.reveal_problem()
        if wrong:
            wrong[0].focus_input()
            return None
        return self.so_far()

    def so_far(self) -> Typed:
        """What was typed, whether it can be right or not."""
        values = {each.spec.name: each.value for each in self.inputs if each.value}
        name = self.query_one("#connection-name", QuietInput).value.strip()
        return Typed(
            self.spec.slug, name, self.setup_kind, values, self.query_one("#base-url", QuietInput).value.strip()
        )

    def fill(self, name: str, value: str) -> None:
        """Put a value into a field by the field's name, and go there."""
        for each in self.inputs:
            if each.spec.name == name:
                each.fill(value)
                each.focus_input()

    def point_at(self, title: str, words: str) -> None:
        """The platform named a field: show its words there and go there."""
        for each in self.inputs:
            if title in (each.spec.title, each.spec.name):
                each.reveal_problem(words)
                each.focus_input()
                return

    def say(self, words: Content) -> None:
        """The line below the fields: testing, what the shop is called, what is missing."""
        self.query_one("#setup-result", Static).update(words)

    def show_facts(self, facts: ShopFacts) -> None:
        """What the live test learnt."""
        lines = [
            Content.styled(
                text("console.setup.found", name=facts.name, currency=facts.currency, zone=facts.zone), "$tone-good"
            )
        ]
        if facts.missing_scopes:
            lines.append(
                Content.styled(text("console.setup.missing", scopes=", ".join(facts.missing_scopes)), "$tone-warn")
            )
        lines += [Content.styled(each, "$tone-warn") for each in facts.warnings]
        self.say(Content("\n").join(lines))
