"""One line of a setup form, made from the platform's own declaration and judged by it while it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Select, Static

from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.domain.specs import CredentialField
from tillbridge.messages import text


class CredentialInput(Vertical):
    """Title, input and one line below: the help, or what is wrong as soon as it is known to be."""

    @dataclass
    class Changed(Message):
        field: CredentialInput

    def __init__(self, spec: CredentialField, value: str = "") -> None:
        super().__init__(classes="field")
        self.spec = spec
        self._first = value
        self._touched = False
        self._told = ""

    def compose(self) -> ComposeResult:
        title = self.spec.title if self.spec.required else text("console.setup.optional", title=self.spec.title)
        with Horizontal(classes="field-line"):
            yield Static(title, classes="field-title", markup=False)
            if self.spec.choices:
                yield Select[str](
                    [(each, each) for each in self.spec.choices],
                    value=self._first or self.spec.choices[0],
                    allow_blank=False,
                    compact=True,
                )
            else:
                yield QuietInput(self._first, placeholder=self.spec.example, password=self.spec.secret)
        yield Static(self.spec.help, classes="field-help", markup=False)

    @property
    def value(self) -> str:
        if self.spec.choices:
            return str(self.query_one(Select).value)
        return self.query_one(QuietInput).value.strip()

    @property
    def problem(self) -> str | None:
        """Why the value cannot be right, by the platform's declaration."""
        return self.spec.problem(self.value)

    def focus_input(self) -> None:
        self.query_one("Input, Select").focus()

    def fill(self, value: str) -> None:
        self.query_one(QuietInput).value = value

    def reveal_problem(self, words: str | None = None) -> None:
        """Show what is wrong even if the field was not visited, or what the platform said about it."""
        self._touched = True
        self._tell(words if words is not None else self._words())

    def _words(self) -> str:
        problem = self.problem
        return text("console.setup.problem", title=self.spec.title, problem=problem) if problem else ""

    @on(Input.Changed)
    @on(Select.Changed)
    def judge(self, event: Message) -> None:
        """Judged as typed: an empty field stays calm until it was left, a wrong one says so at once."""
        event.stop()
        self._touched = self._touched or bool(self.value)
        self._tell(self._words())
        self.post_message(self.Changed(self))

    def _tell(self, words: str) -> None:
        shown = words if self._touched else ""
        if shown != self._told:
            self._told = shown
            self.set_class(bool(shown), "-wrong")
            self.query_one(".field-help", Static).update(shown or self.spec.help)

    def on_descendant_blur(self) -> None:
        if self.spec.where_to_find and not self._told:
            self.query_one(".field-help", Static).update(self.spec.help)

    def on_descendant_focus(self) -> None:
        if self.spec.where_to_find and not self._told:
            self.query_one(".field-help", Static).update(text("console.setup.where", where=self.spec.where_to_find))
