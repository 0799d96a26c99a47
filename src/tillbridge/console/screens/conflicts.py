"""Conflicts: values the till and a store both changed, decided by key, and the rules that settle most of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID

from textual import on, work
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from tillbridge.console import actions, formats
from tillbridge.console.errors import toast_opening
from tillbridge.console.modals.questions import ChooseModal
from tillbridge.console.screens.conflict_rows import ConflictRows, in_full, rule_words
from tillbridge.console.screens.panel import Panel
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.rows import Column, Key
from tillbridge.console.widgets.window import Window
from tillbridge.domain.conflicts import ConflictFilter, Standing
from tillbridge.domain.merging import Rule
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.conflicts import FieldRule
    from tillbridge.services.conflicts import ConflictView

WAITING = ConflictFilter((Standing.OPEN,))
SETTLED = ConflictFilter((Standing.OURS, Standing.THEIRS, Standing.AGREED))
_SIDES = (Standing.OURS, Standing.THEIRS)


class ConflictsScreen(Panel):
    """Reads pages, never the list. What the pane shows is what is decided; a value that moved since is refused."""

    PANEL = "conflicts"
    CSS_PATH: ClassVar = [sheet("conflicts")]
    BINDINGS: ClassVar = actions.bindings("conflicts")

    def __init__(self) -> None:
        super().__init__()
        self._filter = WAITING
        self._view: ConflictView | None = None
        self._rules: dict[tuple[str, str], FieldRule] = {}

    def body(self) -> Iterable[Widget]:
        with Container(id="conflicts-body"):
            yield Window(
                (
                    Column(text("console.conflicts.of")),
                    Column(text("console.conflicts.what"), 12),
                    Column(text("console.conflicts.ours"), 12),
                    Column(text("console.conflicts.theirs"), 12),
                    Column(text("console.conflicts.store"), 14, from_width=84),
                    Column(text("console.conflicts.state"), 10),
                ),
                empty=text("console.conflicts.empty"),
                id="conflicts",
                classes="box",
            )
            with VerticalScroll(id="conflict-detail", classes="box", can_focus=False) as detail:
                detail.border_title = text("console.conflicts.detail")
                yield Static(in_full(None, None), id="conflict-values", markup=False)

    def on_mount(self) -> None:
        self._table.focus()
        self._name_filter()

    @property
    def _table(self) -> Window:
        return self.query_one("#conflicts", Window)

    def _name_filter(self) -> None:
        settled = self._filter is SETTLED
        self._table.border_title = text("console.conflicts.settled" if settled else "console.conflicts.open")
        self._table.empty = text("console.conflicts.none_settled" if settled else "console.conflicts.empty")

    def load(self) -> None:
        self._table.show(ConflictRows(self.services.conflicts, self._filter))
        self._count()
        row = self._table.row
        if row is not None:
            self._read(row.key)

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        self._rules = {(each.noun.value, each.field): each for each in await self.services.conflicts.rules()}
        total = formats.count(await self.services.conflicts.count(self._filter))
        self._table.border_subtitle = text("console.conflicts.total", total=total)
        self._show()

    @on(Window.Moved, "#conflicts")
    def moved(self, event: Window.Moved) -> None:
        if event.row is None:
            self._view = None
            self._show()
        else:
            self._read(event.row.key)

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read(self, key: Key) -> None:
        self._view = await self.services.conflicts.get(cast(UUID, key))
        self._show()

    def _show(self) -> None:
        view = self._view
        rule = self._rules.get((view.conflict.noun.value, view.conflict.field)) if view else None
        pane, shown = self.query_one("#conflict-values", Static), in_full(view, rule)
        if pane.content != shown:
            pane.update(shown)

    def action_keep_ours(self) -> None:
        self._decide(Standing.OURS)

    def action_take_theirs(self) -> None:
        self._decide(Standing.THEIRS)

    @work(group="change", exit_on_error=False)
    async def _decide(self, standing: Standing) -> None:
        view = self._waiting()
        if view is None:
            return
        conflict = view.conflict
        await self.services.conflicts.decide(conflict.id, standing, self.app.actor, conflict.at)
        kept = standing is Standing.OURS
        self.notify(text("console.conflicts.kept" if kept else "console.conflicts.taken"))
        self.load()

    def _waiting(self) -> ConflictView | None:
        """The one in the pane if it waits; says so if it does not."""
        view = self._view
        if view is not None and view.conflict.standing is not Standing.OPEN:
            self.notify(text("console.conflicts.already"))
            return None
        return view

    @work(group="change", exit_on_error=False)
    async def action_decide_alike(self) -> None:
        view = self._waiting()
        if view is None:
            return
        conflict, field = view.conflict, text(f"conflicts.field.{view.conflict.field}")
        number = formats.count(await self.services.conflicts.count_alike(conflict.id))
        title = text("console.conflicts.alike", number=number, field=field, store=view.connection)
        choices = [(each.value, text(f"console.conflicts.alike_{each.value}"), "") for each in _SIDES]
        chosen = await self.app.push_screen_wait(ChooseModal(title, choices))
        if chosen is not None:
            done = await self.services.conflicts.decide_alike(conflict.id, Standing(chosen), self.app.actor)
            self.notify(text("console.conflicts.decided", number=formats.count(done)))
            self.load()

    @work(group="change", exit_on_error=False)
    async def action_choose_rule(self) -> None:
        """A field, then who is right about it."""
        if not self.ready:
            toast_opening(self)
            return
        rules = {f"{each.noun.value}.{each.field}": each for each in await self.services.conflicts.rules()}
        fields = [(name, _titled(each), rule_words(each)) for name, each in rules.items()]
        chosen = await self.app.push_screen_wait(ChooseModal(text("console.conflicts.which_rule"), fields))
        if chosen is None:
            return
        rule, field = rules[chosen], _titled(rules[chosen])
        if rule.fixed:
            self.notify(text("conflicts.consent_is_law"), title=field)
            return
        winners = [
            (each.value, text(f"conflicts.rule.{each.value}"), text(f"conflicts.rule_help.{each.value}"))
            for each in Rule
        ]
        wins = await self.app.push_screen_wait(ChooseModal(text("console.conflicts.who_wins", field=field), winners))
        if wins is not None:
            await self.services.conflicts.choose_rule(rule.noun, rule.field, Rule(wins), self.app.actor)
            self.notify(text("console.conflicts.ruled", field=field, rule=text(f"conflicts.rule.{wins}")))
            self.load()

    def action_show_settled(self) -> None:
        self._filter = WAITING if self._filter is SETTLED else SETTLED
        self._view = None
        self._name_filter()
        self.when_ready(self.load)


def _titled(rule: FieldRule) -> str:
    return f"{text(f'conflicts.noun.{rule.noun.value}')}: {text(f'conflicts.field.{rule.field}')}"
