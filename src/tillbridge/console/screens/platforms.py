"""Platforms: the connections, the passport of the one under the cursor, its preparation, route, pause and test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions
from tillbridge.console.bridge import Facts
from tillbridge.console.modals.questions import AskModal, ChooseModal, ConfirmModal
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.passport import Steps, passport
from tillbridge.console.screens.rows import connection_pill
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.rows import Cell, Column, Row
from tillbridge.console.widgets.window import Window
from tillbridge.console.widgets.words import Words
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.errors import TillbridgeError
from tillbridge.domain.events import ConnectionChanged
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.specs import Noun, PlatformSpec
    from tillbridge.services.connections import ConnectionView, StepView


class PlatformsScreen(Panel):
    """Every action is about the connection under the cursor."""

    PANEL = "platforms"
    CSS_PATH: ClassVar = [sheet("platforms")]
    BINDINGS: ClassVar = actions.bindings("platforms")

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[ConnectionView, PlatformSpec, tuple[tuple[Noun, str, str], ...]] | None = None
        self._steps: dict[str, Steps] = {}

    def body(self) -> Iterable[Widget]:
        with Container(id="platforms-body"):
            table = Window(
                (Column(text("console.home.connection")), Column(text("console.home.state"), 20)),
                empty=text("console.home.no_connection"),
                id="stores",
                classes="box",
            )
            table.border_title = text("console.home.connections")
            yield table
            with VerticalScroll(id="passport", classes="box") as pane:
                pane.border_title = text("console.platforms.passport")
                yield Words("", id="passport-words", markup=False)

    def on_mount(self) -> None:
        self.query_one(Window).focus()

    def select(self, name: str, *, prepare: bool) -> None:
        """Put the cursor on a connection; ``prepare`` starts its preparation, for one just connected."""
        self.query_one(Window).key = name
        if self.ready:
            self.load()
            if prepare:
                self._prepare(name)

    def hear(self, facts: Facts) -> None:
        if any(isinstance(each, ConnectionChanged) for each in facts):
            self._steps.clear()
        self.load()

    def load(self) -> None:
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        views = await self.services.connections.list()
        table = self.query_one(Window)
        rows = [Row(each.connection.name, (Cell(each.connection.name), connection_pill(each))) for each in views]
        table.show_rows(rows)
        if table.row is not None:
            self._read_passport(str(table.row.key))

    @on(Window.Moved, "#stores")
    def moved(self, event: Window.Moved) -> None:
        if event.row is not None:
            self._read_passport(str(event.row.key))

    @work(exclusive=True, group="passport", exit_on_error=False)
    async def _read_passport(self, name: str) -> None:
        """What is known here at once; what the shop says about its preparation when it has answered."""
        service = self.services.connections
        view = await service.get(name)
        spec = service.spec(view.connection.platform)
        self._known = (view, spec, await service.readiness(name))
        self._show_passport()
        if name not in self._steps:
            try:
                self._steps[name] = Steps(await service.preparation(name))
            except TillbridgeError as error:
                self._steps[name] = Steps((), error.card())
            self._show_passport()

    def _show_passport(self) -> None:
        if self._known is None:
            return
        view, spec, ready = self._known
        static = self.query_one("#passport-words", Static)
        times = (self.app.zone, self.app.clock.now())
        shown = passport(view, spec, ready, self._steps.get(view.connection.name), times, static.size.width)
        if static.content != shown:
            static.update(shown)

    @on(Words.Resized)
    def break_lines_anew(self) -> None:
        self._show_passport()

    @property
    def chosen(self) -> str | None:
        """The name of the connection under the cursor."""
        row = self.query_one(Window).row
        return str(row.key) if row is not None else None

    def action_connect(self) -> None:
        self.app.connect_store()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_test(self) -> None:
        name = self.chosen
        if name is None:
            return
        self.notify(text("console.platforms.testing", name=name), markup=False, timeout=3)
        facts = await self.services.connections.test(name)
        self._steps.pop(name, None)
        missing = ", ".join(facts.missing_scopes)
        words = (
            text("console.setup.missing", scopes=missing)
            if missing
            else text("console.setup.found", name=facts.name, currency=facts.currency, zone=facts.zone)
        )
        self.notify(
            words,
            title=text("console.platforms.tested", name=name),
            severity="warning" if missing else "information",
            markup=False,
        )
        self.load()

    def action_prepare(self) -> None:
        if self.chosen is not None:
            self._prepare(self.chosen)

    # a group of its own: another action on this panel must not break a preparation off half way
    @work(exclusive=True, group="prepare", exit_on_error=False)
    async def _prepare(self, name: str) -> None:
        """Do all open steps; where a step asks for a choice, ask and go on."""
        steps = await self.services.connections.prepare(name, self.app.actor)
        while (asked := next((each for each in steps if each.report.choices and each.open), None)) is not None:
            choice = await self._ask(asked)
            if choice is None:
                break
            steps = await self.services.connections.prepare(name, self.app.actor, asked.step.name, choice)
        self._steps[name] = Steps(steps)
        open_steps = [each for each in steps if each.open]
        words = (
            text("console.platforms.still_open", number=len(open_steps))
            if open_steps
            else text("console.platforms.prepared", name=name)
        )
        self.notify(words, markup=False, severity="warning" if open_steps else "information")
        self.load()

    async def _ask(self, step: StepView) -> str | None:
        choices = [(value, title, "") for value, title in step.report.choices]
        return await self.app.push_screen_wait(ChooseModal(step.step.title, choices))

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_route(self) -> None:
        name = self.chosen
        if name is None:
            return
        kinds = [
            (kind.value, text(f"console.route.{kind.value}"), text(f"console.route.{kind.value}_help"))
            for kind in RouteKind
        ]
        kind = await self.app.push_screen_wait(ChooseModal(text("console.route.title", name=name), kinds))
        if kind is None:
            return
        names: tuple[str, ...] = ()
        if kind in (RouteKind.TILLS, RouteKind.LOCATIONS):
            typed = await self.app.push_screen_wait(
                AskModal(text(f"console.route.{kind}"), text("console.route.names"))
            )
            if typed is None:
                return
            names = tuple(part.strip() for part in typed.split(",") if part.strip())
        await self.services.connections.set_route(name, Route(RouteKind(kind), names), self.app.actor)
        self.load()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_pause(self) -> None:
        name = self.chosen
        if name is None:
            return
        service = self.services.connections
        paused = (await service.get(name)).connection.paused
        await (service.resume if paused else service.pause)(name, self.app.actor)
        self.notify(
            text("console.platforms.resumed" if paused else "console.platforms.paused", name=name), markup=False
        )
        self.load()

    def action_reauthenticate(self) -> None:
        if self.chosen is not None:
            self.app.reauthenticate_store(self.chosen)

    @work(exclusive=True, group="change", exit_on_error=False)
    async def action_remove(self) -> None:
        name = self.chosen
        if name is None:
            return
        question = ConfirmModal(
            text("console.platforms.remove", name=name),
            text("console.platforms.remove_words"),
            text("console.platforms.remove_yes"),
        )
        if await self.app.push_screen_wait(question):
            await self.services.connections.remove(name, self.app.actor)
            self.load()
