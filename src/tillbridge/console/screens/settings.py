"""Settings: the shop's facts, its platforms (E-Commerce), how the console looks, and what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from textual import on, work
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import OptionList, Static, TabbedContent, TabPane
from textual.widgets.option_list import Option

from tillbridge import __version__
from tillbridge.console import actions, themes
from tillbridge.console.screens.panel import Panel
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.inputs import QuietInput
from tillbridge.console.widgets.rows import Cell, Column, Row
from tillbridge.console.widgets.window import Window
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.shop import Shop

FIELDS = ("name", "zone", "day_cut", "cash_step")


class SettingsScreen(Panel):
    """Changes are saved at once where they are chosen, and by F12 where they are typed."""

    PANEL = "settings"
    CSS_PATH: ClassVar = [sheet("settings")]
    BINDINGS: ClassVar = actions.bindings("settings")

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
                columns = (Column(text("console.settings.platform")), Column(text("console.settings.connected"), 30))
                yield Window(columns, empty="", id="platform-list", classes="box")
            with TabPane(text("console.settings.appearance"), id="tab-appearance"):
                yield Static(text("console.settings.theme_hint"), classes="setting-line", markup=False)
                yield OptionList(*(Option(each, id=each) for each in themes.NAMES), id="theme-list")
            with TabPane(text("console.settings.about"), id="tab-about"):
                yield Static(text("console.settings.about_words", version=__version__), markup=False)

    def on_mount(self) -> None:
        self.query_one("#platform-list").border_subtitle = text("console.settings.choose_platform")

    @work(exclusive=True, group="load", exit_on_error=False)
    async def load(self) -> None:
        self._show_shop(await self.services.shop.get())
        tills = ", ".join(each.name for each in await self.services.shop.tills()) or text("console.unknown_value")
        self.query_one("#shop-tills", Static).update(text("console.settings.tills_line", tills=tills))
        names = Counter(each.connection.platform for each in await self.services.connections.list())
        rows = [
            Row(each.slug, (Cell(each.title), Cell(str(names[each.slug] or ""), "good")))
            for each in self.services.connections.platforms()
        ]
        self.query_one("#platform-list", Window).show_rows(rows)

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
        if self.query_one(TabbedContent).active != "tab-shop":
            return
        shop = await self.services.shop.get()
        name, zone, day_cut, step = (self.query_one(f"#shop-{each}", QuietInput).value.strip() for each in FIELDS)
        changed = replace(
            shop, name=name, zone=_zone(zone), day_cut=_time(day_cut), cash_rounding=_step(step, shop.currency)
        )
        await self.services.shop.save(changed, self.app.actor)
        self.app.zone, self.app.shop_name = changed.zone, changed.name
        self.notify(text("console.settings.saved"), markup=False)

    @on(Window.Chosen, "#platform-list")
    def platform_chosen(self, event: Window.Chosen) -> None:
        self.app.connect_store(str(event.row.key))

    @on(OptionList.OptionSelected, "#theme-list")
    def theme_chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id:
            self.app.theme = event.option_id


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
