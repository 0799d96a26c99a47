"""One table of what the operator can do. Keys, footer, palette, help screen and README all come from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from tillbridge.messages import text

EVERYWHERE = "everywhere"
FOOTER_KEYS = 5


@dataclass(frozen=True, slots=True)
class UserAction:
    """``name`` is both the Textual action and the key of its words in ``console.action``; ``footer`` shows its key."""

    panel: str
    name: str
    keys: str
    footer: bool = False
    call: str = ""
    """The Textual action where it differs from ``name``, such as one with a parameter."""
    priority: bool = False

    @property
    def title(self) -> str:
        return text(f"console.action.{self.name}.title")

    @property
    def help(self) -> str:
        return text(f"console.action.{self.name}.help")

    @property
    def shown_key(self) -> str:
        """The first key as people read it."""
        first = self.keys.split(",")[0]
        return _KEY_WORDS.get(first, first.upper() if first.startswith("f") and first[1:].isdigit() else first)

    def binding(self) -> Binding:
        return Binding(
            self.keys,
            self.call or self.name,
            self.title,
            show=self.footer,
            key_display=self.shown_key,
            priority=self.priority,
        )


_KEY_WORDS = {
    "ctrl+p": "^p",
    "ctrl+q": "^q",
    "ctrl+t": "^t",
    "ctrl+l": "^l",
    "ctrl+o": "^o",
    "ctrl+n": "^n",
    "ctrl+z": "^z",
    "ctrl+s": "^s",
    "ctrl+g": "^g",
    "escape": "esc",
    "plus": "+",
    "minus": "-",
    "delete": "del",
    "slash": "/",
    "space": "space",
    "enter": "enter",
}

PANELS = ("home", "platforms", "tokens", "queue", "basket", "settings", "sales", "goods")
"""In the order of the top line: F2 to F7, then those with a letter; their places are keys where no text is typed."""
_LETTERS = {"sales": "ctrl+s", "goods": "ctrl+g"}
ASIDE = ("conflicts",)
"""Panels that have no place in the top line: they are wanted now and then, and Home says when."""

ACTIONS = (
    *(
        UserAction(
            EVERYWHERE, f"panel_{panel}", f"{_LETTERS.get(panel, f'f{at + 2}')},{at + 1}", call=f"panel('{panel}')"
        )
        for at, panel in enumerate(PANELS)
    ),
    UserAction(EVERYWHERE, "panel_conflicts", "ctrl+o", call="panel('conflicts')"),
    UserAction(EVERYWHERE, "help_keys", "f1,question_mark", call="keys_help"),
    UserAction(EVERYWHERE, "command_palette", "ctrl+p"),
    UserAction(EVERYWHERE, "change_shop", "ctrl+t"),
    UserAction(EVERYWHERE, "lesson", "ctrl+l"),
    UserAction(EVERYWHERE, "suspend_process", "ctrl+z"),
    UserAction(EVERYWHERE, "quit", "ctrl+q"),
    UserAction("home", "open", "enter", footer=True),
    UserAction("home", "connect", "n", footer=True),
    UserAction("home", "reload", "r", footer=True),
    UserAction("platforms", "connect", "n", footer=True),
    UserAction("platforms", "test", "t", footer=True),
    UserAction("platforms", "prepare", "p", footer=True),
    UserAction("platforms", "route", "o", footer=True),
    UserAction("platforms", "pause", "x", footer=True),
    UserAction("platforms", "reauthenticate", "a"),
    UserAction("platforms", "remove", "delete"),
    UserAction("tokens", "renew", "n", footer=True),
    UserAction("tokens", "reauthenticate", "a", footer=True),
    UserAction("queue", "details", "enter"),
    UserAction("queue", "retry", "r", footer=True),
    UserAction("queue", "retry_alike", "a", footer=True),
    UserAction("queue", "cancel_job", "c", footer=True),
    UserAction("queue", "accept_total", "t"),
    UserAction("queue", "filter", "f", footer=True),
    UserAction("queue", "pause_connection", "x"),
    UserAction("conflicts", "keep_ours", "o", footer=True),
    UserAction("conflicts", "take_theirs", "t", footer=True),
    UserAction("conflicts", "decide_alike", "a", footer=True),
    UserAction("conflicts", "choose_rule", "u", footer=True),
    UserAction("conflicts", "show_settled", "f"),
    UserAction("basket", "code", "f8", footer=True),
    UserAction("basket", "gift_card", "f9", footer=True),
    UserAction("basket", "pay", "f12,f10", footer=True),
    UserAction("basket", "new_sale", "ctrl+n", footer=True),
    UserAction("basket", "more", "plus"),
    UserAction("basket", "fewer", "minus"),
    UserAction("basket", "remove_line", "delete"),
    UserAction("sales", "open_sale", "enter"),
    UserAction("sales", "find", "slash", footer=True),
    UserAction("sales", "filter", "f", footer=True),
    UserAction("sales", "give_back", "r", footer=True),
    UserAction("sales", "cancel_sale", "c", footer=True),
    UserAction("sales", "show_jobs", "q"),
    UserAction("sales", "clear_find", "escape"),
    UserAction("goods", "why", "enter,w", footer=True),
    UserAction("goods", "find", "slash", footer=True),
    UserAction("goods", "unlinked", "u", footer=True),
    UserAction("goods", "read_again", "r", footer=True),
    UserAction("goods", "clear_find", "escape"),
    UserAction("settings", "save_shop", "f12,f10", footer=True),
    UserAction("setup", "test_draft", "f8", footer=True),
    UserAction("setup", "consent", "f9", footer=True),
    UserAction("setup", "save", "f12,f10", footer=True),
    UserAction("setup", "back", "escape", footer=True),
)


def of(panel: str) -> tuple[UserAction, ...]:
    """The actions of one panel, in table order."""
    return tuple(each for each in ACTIONS if each.panel == panel)


def bindings(panel: str, names: Iterable[str] = ()) -> list[BindingType]:
    """The bindings of a panel; ``names`` picks some of them."""
    wanted = set(names)
    return [each.binding() for each in of(panel) if not wanted or each.name in wanted]


def keys_table() -> str:
    """All actions as a Markdown table for the README."""
    rows = [f"| {each.panel} | {each.shown_key} | {each.title} | {each.help} |" for each in ACTIONS]
    return "\n".join(("| Where | Key | Does | |", "|---|---|---|---|", *rows)) + "\n"


def panels_table() -> str:
    """The panels with their keys and what they are for, as a Markdown table for the README."""
    keys = {each.name: each.shown_key for each in of(EVERYWHERE)}
    rows = [
        f"| {text(f'console.panel.{each}')} | {keys[f'panel_{each}']} | {text(f'console.help.panel.{each}')} |"
        for each in (*PANELS, *ASIDE)
    ]
    return "\n".join(("| Panel | Key | For |", "|---|---|---|", *rows)) + "\n"
