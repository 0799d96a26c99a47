"""Facts as lines of a given width: a label beside wrapped words, or words with an amount at the right edge."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from textual.content import Content

Fact = tuple[Content, Content]
LABEL = 14
NARROWEST = 24


def fact_lines(facts: Iterable[Fact], width: int, label: int = LABEL) -> list[Content]:
    """Labels in a column as wide as the longest needs, values wrapped beside them."""
    facts = list(facts)
    column = max([label, *(name.cell_length + 2 for name, _ in facts)])
    room = max(width - column, NARROWEST)
    lines = []
    for name, value in facts:
        wrapped = value.wrap(room) or [Content("")]
        head = Content.assemble(name, " " * (column - name.cell_length), wrapped[0])
        lines += [head, *(Content.assemble(" " * column, part) for part in wrapped[1:])]
    return lines


def apart(words: str, amount: str, width: int, style: str = "") -> Content:
    """Words from the left, cut where they meet the amount at the right edge."""
    room = max(width - cell_len(amount) - 1, 1)
    shown = words if cell_len(words) <= room else set_cell_size(words, room - 1) + "…"
    return Content.styled(set_cell_size(shown, room) + " " + amount, style)


def heading(words: str) -> Content:
    """The title of a group of lines, with air above."""
    return Content.assemble("\n", Content.styled(words, "$accent bold"))
