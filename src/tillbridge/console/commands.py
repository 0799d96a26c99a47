"""The palette: every action of the table that makes sense on the panel on top, found by name."""

from __future__ import annotations

from collections.abc import Iterator

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tillbridge.console import actions
from tillbridge.console.actions import UserAction


class ActionProvider(Provider):
    """Reads the same table as keys, footer and help."""

    async def discover(self) -> Hits:
        for each in self._actions():
            yield DiscoveryHit(each.title, lambda each=each: self._do(each), help=each.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for each in self._actions():
            if (score := matcher.match(f"{each.title} {each.help}")) > 0:
                words = Content(each.title)
                yield Hit(score, words, lambda each=each: self._do(each), help=each.help)

    def _actions(self) -> Iterator[UserAction]:
        panel = getattr(self.screen, "PANEL", "")
        yield from actions.of(panel)
        yield from actions.of(actions.EVERYWHERE)

    async def _do(self, action: UserAction) -> None:
        name = action.call or action.name
        owner = self.app if action.panel == actions.EVERYWHERE else self.screen
        await self.app.run_action(name, default_namespace=owner)
