"""The bottom line: the keys that matter now, at most five, help among them."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen

from tillbridge.console import actions
from tillbridge.console.actions import UserAction
from tillbridge.console.widgets.linkline import Link, LinkLine
from tillbridge.console.widgets.window import Window


class KeyBar(LinkLine):
    """Shows the panel's footer actions in the order of the table, those that can be done now."""

    def __init__(self, panel: str) -> None:
        super().__init__()
        self._panel = panel

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._read)

    def _read(self, screen: Screen[object]) -> None:
        if screen is not self.screen:
            return
        can = [each for each in actions.of(self._panel) if each.footer and self._possible(each)]
        help_key = next(each for each in actions.of(actions.EVERYWHERE) if each.name == "help_keys")
        shown = (*can[: actions.FOOTER_KEYS - 1], help_key)
        self.links = tuple(_link(each) for each in shown)

    def _possible(self, action: UserAction) -> bool:
        """Whether its key does it now: a text field eats letters, and a list passes enter on as a choice."""
        keys, name = action.keys.split(","), action.call or action.name
        if self.screen.check_action(name, ()) is False:
            return False
        if "enter" in keys:
            return isinstance(self.screen.focused, Window)
        active = self.screen.active_bindings
        return any(key in active and active[key].binding.action == name for key in keys)


def _link(action: UserAction) -> Link:
    name = action.call or action.name
    words = Content.assemble(Content.styled(action.shown_key, "$accent bold"), f" {action.title}   ")
    return Link(words, f"app.{name}" if action.panel == actions.EVERYWHERE else name)
