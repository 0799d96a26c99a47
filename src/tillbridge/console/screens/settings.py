"""Settings: the shop's facts, its platforms (E-Commerce), how the console looks, and what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from textual import on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static, TabbedContent, TabPane
from textual.widgets.option_list import Option

import tillbridge
from tillbridge.console import actions, themes
from tillbridge.console.screens.panel import Panel
from tillbridge.console.screens.rows import ready_line
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.console.widgets.rows import Cell, Column, Row
from tillbridge.console.widgets.window import Window
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.shop import Shop
    from tillbridge.domain.specs import PlatformSpec
    from tillbridge.services.connections import ConnectionView

FIELDS = ("name", "zone", "day_cut", "cash_step")


class SettingsScreen(Panel):
    """Changes are saved at once where they are chosen, and by F12 where they are typed."""

    PANEL = "settings"
    CSS_PATH: ClassVar = [sheet("settings")]
    BINDINGS: ClassVar = actions.bindings("settings")

    def __init__(self) -> None:
        super().__init__()
        self._views: tuple[ConnectionView, ...] = ()

    def body(self) -> Iterable[Widget]:
        with TabbedContent():
            with TabPane(text("console.settings.shop"), id="tab-shop"):
                for each in FIELDS:
                    with Horizontal(classes="setting"):
                        yield Static(text(f"console.settings.{each}"), classes="setting-title", markup=False)
                        yield QuietInput(id=f"shop-{each}")
                yield Static("", id="shop-currency", classes="setting-line", markup=False)
                yield Static("", id="shop-tills", classes="setting-line", markup=False)
            with TabPane(text("console.settings.ecommerce"), id="tab-ecommerce"):
                columns = (Column(text("console.settings.platform"), 20), Column(text("console.settings.connected")))
                yield Window(columns, empty="", id="platform-list", classes="box")
                yield Static("", id="platform-ready", classes="box", markup=False)
            with TabPane(text("console.settings.appearance"), id="tab-appearance"):
                yield Static(text("console.settings.theme_hint"), classes="setting-line", markup=False)
                yield OptionList(*(Option(each, id=each) for each in themes.NAMES), id="theme-list")
            with TabPane(text("console.settings.about"), id="tab-about"):
                yield Static(text("console.settings.about_words", version=tillbridge.__version__), markup=False)

    def on_mount(self) -> None:
        self.query_one("#platform-list").border_subtitle = text("console.settings.choose_platform")

    def load(self) -> None:
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        self._show_shop(await self.services.shop.get())
        tills = ", ".join(each.name for each in await self.services.shop.tills()) or text("console.unknown_value")
        self.query_one("#shop-tills", Static).update(text("console.settings.tills_line", tills=tills))
        self._views = await self.services.connections.list()
        # the code of all platforms is loaded for this, and keys are to be answered meanwhile
        platforms = await asyncio.to_thread(self.services.connections.platforms)
        rows = [self._platform_row(each) for each in platforms]
        self.query_one("#platform-list", Window).show_rows(rows)
        self._show_ready()

    def _platform_row(self, spec: PlatformSpec) -> Row:
        mine = [each for each in self._views if each.connection.platform == spec.slug]
        names = ", ".join(each.connection.name for each in mine) or text("console.settings.not_connected")
        return Row(spec.slug, (Cell(spec.title), Cell(names, "" if mine else "quiet")))

    @on(Window.Moved, "#platform-list")
    def _show_ready(self) -> None:
        """What the connections of the platform under the cursor are ready for."""
        row = self.query_one("#platform-list", Window).row
        mine = [each for each in self._views if row is not None and each.connection.platform == row.key]
        lines = [ready_line(each) for each in mine] or [
            Content.styled(text("console.settings.none_ready"), "$tone-quiet")
        ]
        box = self.query_one("#platform-ready", Static)
        box.border_title = row.cells[0].words if row is not None else ""
        box.update(Content("\n").join(lines))

    def _show_shop(self, shop: Shop) -> None:
        step = "" if shop.cash_rounding is None else str(shop.cash_rounding.amount)
        values = (shop.name, shop.zone, shop.day_cut.isoformat("minutes"), step)
        for name, value in zip(FIELDS, values, strict=True):
            self.query_one(f"#shop-{name}", QuietInput).value = value
        mode = text("console.settings.with_tax" if shop.prices_include_tax else "console.settings.without_tax")
        line = text("console.settings.currency_line", currency=shop.currency, mode=mode)
        self.query_one("#shop-currency", Static).update(line)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def action_save_shop(self) -> None:
        shop = await self.services.shop.get()
        name, zone, day_cut, step = (self.query_one(f"#shop-{each}", QuietInput).value.strip() for each in FIELDS)
        changed = replace(
            shop, name=name, zone=_zone(zone), day_cut=_time(day_cut), cash_rounding=_step(step, shop.currency)
        )
        await self.services.shop.save(changed, self.app.actor)
        self.app.zone, self.app.shop_name = changed.zone, changed.name
        self.notify(text("console.settings.saved"), markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is typed is saved by a key."""
        if action == "save_shop":
            return bool(self.query(TabbedContent)) and self.query_one(TabbedContent).active == "tab-shop"
        return super().check_action(action, parameters)

    @on(TabbedContent.TabActivated)
    def another_tab(self) -> None:
        self.refresh_bindings()

    @on(Window.Chosen, "#platform-list")
    def platform_chosen(self, event: Window.Chosen) -> None:
        self.app.connect_store(str(event.row.key))

    @on(OptionList.OptionSelected, "#theme-list")
    def theme_chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id:
            self.app.choose_theme(event.option_id)


def _zone(given: str) -> str:
    try:
        return ZoneInfo(given).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            field=text("console.settings.zone"), reason=text("console.settings.bad_zone", zone=given)
        ) from error


def _time(given: str) -> time:
    try:
        return time.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput(
            field=text("console.settings.day_cut"), reason=text("console.settings.bad_time", given=given)
        ) from error


def _step(given: str, currency: str) -> Money | None:
    try:
        step = Money(Decimal(given.replace(",", ".")), currency) if given else None
    except InvalidOperation as error:
        raise InvalidInput(
            field=text("console.settings.cash_step"), reason=text("console.settings.bad_amount", given=given)
        ) from error
    return step or None
