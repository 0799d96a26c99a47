"""What every screen may ask of the app, and the screen base with the one error boundary. No screen is imported here."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import getters, on
from textual.app import App
from textual.color import Color
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from tillbridge.console import errors, themes
from tillbridge.console.bridge import Bridge, Facts
from tillbridge.console.stylesheets import sheet
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.clock import Clock, SystemClock
from tillbridge.messages import text

if TYPE_CHECKING:
    from uuid import UUID

    from tillbridge.services.house import Services

HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
log = logging.getLogger(__name__)


class Neutral(LineFilter):
    """The last line of defence: no control or direction character of any text reaches the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(HIDDEN.sub("", words), style, control) if control is None and not words.isprintable() else segment
            for segment in segments
            for words, style, control in (segment,)
        ]


class OnePass(LineFilter):
    """Several filters one after the other. Applied singly, each would build every painted line anew."""

    def __init__(self, filters: Sequence[LineFilter]) -> None:
        super().__init__()
        self.filters = tuple(filters)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        for each in self.filters:
            segments = each.apply(segments, background)
        return segments


class ConsoleApp(App[str]):
    """The console. ``services`` is None until wiring is done; screens show their empty state meanwhile."""

    CSS_PATH: ClassVar = [sheet("base")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  declared per instance by Textual
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]  # noqa: RUF012  declared per instance by Textual
    TITLE = "Tillbridge"
    NOTIFICATION_TIMEOUT = 4
    _one_pass: OnePass | None = None

    def __init__(
        self,
        services: Services | None = None,
        *,
        clock: Clock | None = None,
        theme: str = themes.DARK.name,
        keep_theme: Callable[[str], None] | None = None,
        training: bool = False,
        first_start: bool = False,
        operator: str = "",
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.services: Services | None = None
        self.clock: Clock = clock or SystemClock()
        self.training, self.first_start = training, first_start
        self.actor = Actor(ActorKind.OPERATOR, operator or "console")
        self.painted = asyncio.Event()
        """Set after the first frame: heavy libraries may load now."""
        self.furnished: Signal[Services] = Signal(self, "furnished")
        self.facts: Signal[Facts] = Signal(self, "facts")
        self.zone, self.shop_name, self.currency = "UTC", "", "EUR"
        self._given, self._keep_theme = services, keep_theme
        self._bridge: Bridge | None = None
        for each in themes.ALL:
            self.register_theme(each)
        self._begin_with(themes.fitting(theme, self.console.color_system, self.no_color))

    def _begin_with(self, theme: str) -> None:
        """A theme set before the first frame, without styling everything a second time as a change would."""
        self.set_reactive(App.theme, theme)
        self.set_class(True, f"-theme-{theme}")
        self.set_class(self.current_theme.dark, "-dark-mode")
        self.set_class(not self.current_theme.dark, "-light-mode")
        self.stylesheet.set_variables(self.get_css_variables())

    def choose_theme(self, name: str) -> None:
        """Change the theme, and start with it from now on where that can be kept."""
        self.theme = name
        if self._keep_theme is not None:
            try:
                self._keep_theme(name)
            except OSError as error:
                self.notify(text("console.settings.theme_not_kept", reason=error.strerror or ""), severity="warning")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_line_filters(self) -> Sequence[LineFilter]:
        others = tuple(super().get_line_filters())
        # the same object each time, since a line remembers what a filter made of it
        if self._one_pass is None or self._one_pass.filters[:-1] != others:
            self._one_pass = OnePass((*others, Neutral()))
        return [self._one_pass]

    def on_mount(self) -> None:
        self._end_well()
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.call_after_refresh(self.after_first_frame)

    def after_first_frame(self) -> None:
        """Heavy libraries may load from now on; services given at the start are handed over."""
        self.painted.set()
        if self._given is not None:
            self.run_worker(self.furnish(self._given), group="furnish")

    def _end_well(self) -> None:
        """A lost line and a polite stop end the console in order, instead of at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self.exit, None, 128 + number)
            except (NotImplementedError, RuntimeError, ValueError):  # not in the main thread: its owner handles signals
                return

    async def furnish(self, services: Services) -> None:
        """Hand over the services once wiring has built them; every mounted screen starts to load."""
        shop = await services.shop.get()
        self.zone, self.shop_name, self.currency = shop.zone, shop.name, shop.currency
        self.services = services
        self._bridge = Bridge(services.bus, self.facts.publish)
        self.furnished.publish(services)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """One toast at a time, in place of the one before; what it says is never markup."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def connect_store(self, platform: str = "") -> None:
        """Open the setup of a new connection."""
        raise NotImplementedError

    def reauthenticate_store(self, name: str) -> None:
        """Open the setup form of a connection again, to enter its credentials anew."""
        raise NotImplementedError

    def show_connection(self, name: str, *, prepare: bool) -> None:
        """Go to Platforms with the cursor on a connection; ``prepare``: do its open steps at once."""
        raise NotImplementedError

    def show_sale(self, sale_id: UUID) -> None:
        """Go to Sales with the cursor on one of them."""
        raise NotImplementedError

    def show_jobs(self, sale_id: UUID, receipt: str) -> None:
        """Go to the queue with the jobs of one sale."""
        raise NotImplementedError

    def on_unmount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.remove_signal_handler(number)
        if self._bridge is not None:
            self._bridge.close()

    @on(CommandPalette.Opened)
    def still_palette(self) -> None:
        """A blinking cursor would repaint the palette twice a second."""
        for each in self.screen.query(Input):
            each.cursor_blink = False


class ConsoleScreen(Screen[None]):
    """A panel. ``load`` reads what it shows; ``hear`` gets the facts of the core while the panel is on top."""

    app = getters.app(ConsoleApp)
    PANEL: ClassVar[str] = ""
    TICK: ClassVar[float | None] = None
    """Seconds between ticks while the panel is visible; None for a panel that rests."""

    def __init__(self) -> None:
        super().__init__()
        # it is styled as it is mounted, with what is parsed already: a new screen need not have all sheets parsed anew
        self._css_update_count = self.app._css_update_count
        # before it is mounted, since a later class styles every widget of the screen again
        self.set_class(self.app.training, "-training")

    def on_mount(self) -> None:
        self._stale = False
        self._failure_seen: BaseException | None = None
        self.app.facts.subscribe(self, self._facts_arrived)
        self._ticker = self.set_interval(self.TICK, self.tick, pause=True) if self.TICK else None
        if self.app.services is not None:
            self.load()
        else:
            self.app.furnished.subscribe(self, lambda _: self.load())

    @property
    def services(self) -> Services:
        """The services. Only after ``load`` was called for the first time."""
        if self.app.services is None:
            raise LookupError("the services are not ready yet")
        return self.app.services

    @property
    def ready(self) -> bool:
        return self.app.services is not None

    def load(self) -> None:
        """Start reading what the panel shows, in workers of its own."""

    def hear(self, facts: Facts) -> None:
        """Facts from the core, as one snapshot. Reads anew unless a panel knows better."""
        self.load()

    def tick(self) -> None:
        """Called while visible; updates only what changed."""

    def _facts_arrived(self, facts: Facts) -> None:
        if self.is_current:
            self.hear(facts)
        else:
            self._stale = True

    def on_screen_suspend(self) -> None:
        if self._ticker:
            self._ticker.pause()

    def on_screen_resume(self) -> None:
        if self._ticker:
            self._ticker.resume()
        if self._stale and self.ready:
            self._stale = False
            self.load()

    def on_worker_state_changed(self, change: Worker.StateChanged) -> None:
        """The single boundary: whatever a worker of this panel failed with is shown here."""
        if change.state is WorkerState.ERROR and change.worker.error is not None:
            self.failed(change.worker.error)

    def failed(self, error: BaseException) -> None:
        """Show an error as its handling asks; one that is not typed is a fault of ours and is logged."""
        errors.show(self, error)

    def when_ready(self, do: Callable[[], None]) -> None:
        """Run an action if the services are there; say so if not."""
        if self.ready:
            do()
        else:
            errors.toast_opening(self)
