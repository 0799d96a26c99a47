"""The console whole: one mode per panel, and what is reached from everywhere. ``cli.console`` runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding

from tillbridge.console import actions
from tillbridge.console.base import ConsoleApp
from tillbridge.console.commands import ActionProvider
from tillbridge.console.screens.home import HomeScreen
from tillbridge.console.stylesheets import sheet
from tillbridge.messages import text

if TYPE_CHECKING:
    from uuid import UUID

    from tillbridge.console.screens.panel import Panel
    from tillbridge.console.screens.platforms import PlatformsScreen
    from tillbridge.console.screens.queue import QueueScreen
    from tillbridge.console.screens.sales import SalesScreen
    from tillbridge.services.house import Services

TRAINING, SHOP = "training", "shop"
LATER = tuple(each for each in (*actions.PANELS, *actions.ASIDE) if each != "home")


def panel_class(name: str) -> type[Panel]:
    """The class of a panel, loaded when it is first asked for: only Home is needed for the first frame."""
    module = import_module(f"tillbridge.console.screens.{name}")
    return cast("type[Panel]", getattr(module, f"{name.title()}Screen"))


def at_first_visit(name: str) -> Callable[[], Panel]:
    """Makes a panel when its mode is first switched to."""

    def visit() -> Panel:
        return panel_class(name)()

    return visit


def load_the_rest() -> None:
    """Everything that the first frame does without."""
    import_module("tillbridge.console.modals.help")
    for each in (*LATER, "setup"):
        panel_class(each)


class Console(ConsoleApp):
    """Ends with "training" or "shop" when the operator asks for the training shop or the real one."""

    MODES: ClassVar = {
        "home": HomeScreen,
        **{each: at_first_visit(each) for each in LATER},
    }
    DEFAULT_MODE = "home"
    CSS_PATH: ClassVar = [
        sheet("base"),
        sheet("home"),
        sheet("modals"),
    ]  # together: a sheet that comes later makes Textual parse all of them again
    COMMANDS: ClassVar = {ActionProvider}
    BINDINGS: ClassVar = [
        *actions.bindings(actions.EVERYWHERE),
        # first in line, so that what is typed ahead over a slow connection lands in the field after the Tab
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def after_first_frame(self) -> None:
        self._warm_up()

    @work(group="rest", exit_on_error=False)
    async def _warm_up(self) -> None:
        """What the first keys may ask for is loaded before the heavy libraries, so that they do not wait for those."""
        await asyncio.to_thread(load_the_rest)
        super().after_first_frame()

    async def furnish(self, services: Services) -> None:
        """Besides handing over: a first start is welcomed."""
        await super().furnish(services)
        if self.training and self.first_start:
            self.welcome("practise", SHOP)
        elif not self.training and not await services.connections.list():
            self.welcome("connect", TRAINING, "later")

    @work(group="welcome")
    async def welcome(self, *ways: str) -> None:
        """Nothing is connected: connect a store, practise, or look around."""
        choices = [(each, text(f"console.welcome.{each}"), text(f"console.welcome.{each}_help")) for each in ways]
        from tillbridge.console.modals.questions import ChooseModal

        chosen = await self.push_screen_wait(ChooseModal(text("console.welcome.title"), choices))
        if chosen == "connect":
            self.connect_store()
        elif chosen in (TRAINING, SHOP):
            self.exit(chosen)

    def action_change_shop(self) -> None:
        """From the training shop to the real one, or back."""
        self.exit(SHOP if self.training else TRAINING)

    @work(group="ask", exit_on_error=False)
    async def action_lesson(self) -> None:
        """Choose something that goes wrong, to practise it on the pretended stores."""
        training = self.services.training if self.services is not None else None
        if training is None or len(self.screen_stack) > 1:
            self.notify(text("console.lesson.only_training"))
            return
        from tillbridge.console.modals.questions import ChooseModal

        choices = [(each.name, each.title, "") for each in training.lessons()]
        chosen = await self.push_screen_wait(ChooseModal(text("console.lesson.which"), choices))
        if chosen is not None:
            lesson = training.begin(chosen)
            self.notify(
                text("console.lesson.begun", task=lesson.task, watch=lesson.watch), title=lesson.title, timeout=20
            )

    def action_panel(self, name: str) -> None:
        """Show another panel, from wherever; a dialog or form on top is closed first."""
        if len(self.screen_stack) > 1:
            return
        self.switch_mode(name)

    def action_keys_help(self) -> None:
        from tillbridge.console.modals.help import HelpModal

        panel = getattr(self.screen, "PANEL", "")
        if not isinstance(self.screen, HelpModal):
            self.push_screen(HelpModal(panel))

    def connect_store(self, platform: str = "") -> None:
        """Choose a platform unless one is named, then its form."""
        self._connect(platform)

    @work(exclusive=True, group="connect")
    async def _connect(self, platform: str) -> None:
        if self.services is None:
            self.notify(text("console.opening"), markup=False)
            return
        from tillbridge.console.modals.questions import ChooseModal
        from tillbridge.console.screens.setup import SetupScreen

        platforms = await asyncio.to_thread(self.services.connections.platforms)
        specs = {each.slug: each for each in platforms}
        slug: str | None = platform
        if not slug:
            choices = [(each.slug, each.title, each.editions) for each in specs.values()]
            slug = await self.push_screen_wait(ChooseModal(text("console.setup.which"), choices))
        if slug:
            self.push_screen(SetupScreen(specs[slug]))

    def reauthenticate_store(self, name: str) -> None:
        """The form of a known connection, to enter its credentials anew."""
        self._connect_again(name)

    @work(exclusive=True, group="connect")
    async def _connect_again(self, name: str) -> None:
        if self.services is None:
            return
        from tillbridge.console.screens.setup import SetupScreen

        connection = (await self.services.connections.get(name)).connection
        self.push_screen(SetupScreen(self.services.connections.spec(connection.platform), connection))

    def show_connection(self, name: str, *, prepare: bool) -> None:
        """Go to Platforms with the cursor on a connection."""
        self.switch_mode("platforms")
        self.call_after_refresh(lambda: cast("PlatformsScreen", self.screen).select(name, prepare=prepare))

    def show_sale(self, sale_id: UUID) -> None:
        """Go to Sales with the cursor on one of them."""
        self.switch_mode("sales")
        self.call_after_refresh(lambda: cast("SalesScreen", self.screen).select(sale_id))

    def show_jobs(self, sale_id: UUID, receipt: str) -> None:
        """Go to the queue with the jobs of one sale; its filter shows all again."""
        self.switch_mode("queue")
        self.call_after_refresh(lambda: cast("QueueScreen", self.screen).show_sale(sale_id, receipt))
