"""The bottom line: the keys that matter now, at most five, help among them. Painted only when they change."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from tillbridge.console.actions import FOOTER_KEYS
from tillbridge.messages import text


class KeyBar(Widget):
    """Reads the bindings that are active and shown; ``F1`` always stands at the end."""

    keys: reactive[tuple[tuple[str, str, str, bool], ...]] = reactive((), layout=False)
    """(key, title, action, enabled)"""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._read)

    def _read(self, screen: Screen[object]) -> None:
        if screen is not self.screen:
            return
        found: dict[str, tuple[str, str, str, bool]] = {}
        for _, binding, enabled, _ in screen.active_bindings.values():
            if binding.show and binding.action not in found:
                key = binding.key_display or self.app.get_key_display(binding)
                found[binding.action] = (key, binding.description, binding.action, enabled)
        help_key = ("F1", text("console.action.help_keys.title"), "app.keys_help", True)
        self.keys = (*list(found.values())[: FOOTER_KEYS - 1], help_key)

    def render(self) -> RenderResult:
        parts: list[Content] = []
        for key, title, action, enabled in self.keys:
            link = Style.from_meta({"@click": action}) if enabled else Style()
            look = "$accent bold" if enabled else "$tone-quiet dim"
            parts.append(
                Content.assemble(
                    Content.styled(key, look), " ", Content.styled(title, "" if enabled else "dim")
                ).stylize(link)
            )
        return Content("   ").join(parts)
