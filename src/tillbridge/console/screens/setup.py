"""Connect a store, or connect one again: the platform's form, the live test, then saving. Pushed over any panel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.content import Content
from textual.widget import Widget

from tillbridge.console import actions
from tillbridge.console.bridge import Facts
from tillbridge.console.errors import unwrap
from tillbridge.console.modals.questions import ConfirmModal
from tillbridge.console.screens.panel import Panel
from tillbridge.console.stylesheets import sheet
from tillbridge.console.widgets.setup_form import SetupForm, Typed
from tillbridge.domain.errors import WrongCredentials
from tillbridge.messages import text
from tillbridge.services.drafts import ConnectionDraft

if TYPE_CHECKING:
    from tillbridge.domain.connections import Connection, ShopFacts
    from tillbridge.domain.specs import PlatformSpec


class SetupScreen(Panel):
    """``known`` set: the connection exists and only its credentials are entered anew."""

    PANEL = "setup"
    CSS_PATH: ClassVar = [sheet("setup")]
    BINDINGS: ClassVar = actions.bindings("setup")

    def __init__(self, spec: PlatformSpec, known: Connection | None = None) -> None:
        super().__init__()
        self._spec, self._known = spec, known
        self._busy = False

    def body(self) -> Iterable[Widget]:
        known = self._known
        form = SetupForm(
            self._spec,
            name=known.name if known else "",
            setup=known.setup if known else "",
            known=dict(known.settings) if known else None,
        )
        form.add_class("box")
        title = "console.setup.again" if known else "console.setup.title"
        form.border_title = Content(text(title, platform=self._spec.title, name=known.name if known else ""))
        form.border_subtitle = Content(text("console.setup.version", version=self._spec.api_version))
        yield form

    def on_mount(self) -> None:
        self.query_one(SetupForm).focus_first()

    def hear(self, facts: Facts) -> None:
        """Nothing that happens elsewhere changes a form half filled in."""

    @on(SetupForm.Edited)
    def forget_result(self) -> None:
        if not self._busy:
            self.query_one(SetupForm).say(Content(""))

    def _draft(self, typed: Typed) -> ConnectionDraft:
        return ConnectionDraft(
            platform=typed.platform, name=typed.name, setup=typed.setup, values=typed.values, base_url=typed.base_url
        )

    def action_test_draft(self) -> None:
        typed = self.query_one(SetupForm).typed()
        if typed is not None:
            self._test(typed)

    @work(exclusive=True, group="setup", exit_on_error=False)
    async def _test(self, typed: Typed) -> None:
        form = self.query_one(SetupForm)
        self._say_busy(text("console.setup.testing"))
        try:
            facts = await self._ask(typed)
        finally:
            self._busy = False
            form.say(Content(""))
        form.show_facts(facts)

    async def _ask(self, typed: Typed) -> ShopFacts:
        if self._known is not None:
            return await self.services.connections.test_anew(typed.name, typed.values)
        return await self.services.connections.test_draft(self._draft(typed))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The consent page is there for kinds of setup that have one."""
        if action == "consent":
            kinds = [form.setup_kind for form in self.query(SetupForm)]
            return any(each.setup in kinds for each in self._spec.consent)
        return super().check_action(action, parameters)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def action_consent(self) -> None:
        from tillbridge.console.modals.consent import ConsentModal  # noqa: PLC0415  few stores are connected this way

        form = self.query_one(SetupForm)
        request = self.services.connections.request_consent(self._draft(form.so_far()))
        answer = await self.app.push_screen_wait(ConsentModal(request))
        if answer is not None:
            form.fill(request.answer, answer)

    def action_save(self) -> None:
        typed = self.query_one(SetupForm).typed()
        if typed is not None:
            self._save(typed)

    @work(exclusive=True, group="setup", exit_on_error=False)
    async def _save(self, typed: Typed) -> None:
        self._say_busy(text("console.setup.saving"))
        name = typed.name
        try:
            if self._known is None:
                name = (await self.services.connections.add(self._draft(typed), self.app.actor)).name
            else:
                await self.services.connections.reauthenticate(name, typed.values, self.app.actor)
        finally:
            self._busy = False
            self.query_one(SetupForm).say(Content(""))
        self.notify(text("console.setup.saved", name=name), markup=False)
        self.dismiss()
        self.app.show_connection(name, prepare=self._known is None)

    def _say_busy(self, words: str) -> None:
        self._busy = True
        self.query_one(SetupForm).say(Content.styled(words, "$tone-busy"))

    def failed(self, error: BaseException) -> None:
        """Besides the card, the field the platform named gets the focus and its words."""
        super().failed(error)
        real = unwrap(error)
        if isinstance(real, WrongCredentials):
            self.query_one(SetupForm).point_at(real.params.get("field", ""), real.card().explanation)

    @work(group="ask")
    async def action_back(self) -> None:
        if any(each.value for each in self.query_one(SetupForm).inputs) and self._known is None:
            words = text("console.setup.leave_words")
            if not await self.app.push_screen_wait(
                ConfirmModal(text("console.setup.leave"), words, text("console.setup.leave_yes"))
            ):
                return
        self.dismiss()
