"""A row as a painted strip, kept until style or width change, so that a key press paints and does not reckon."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tillbridge.console.widgets.rows import Cell, Column

KEPT = 400
TONES = ("good", "busy", "warn", "bad", "quiet")
_GAP = 2


class Strips:
    """Paints rows with the component styles of the table that owns it."""

    def __init__(self, table: Widget, columns: Sequence[Column]) -> None:
        self._table, self._columns = table, tuple(columns)
        self._kept: OrderedDict[object, Strip] = OrderedDict()

    def clear(self) -> None:
        """Forget all, since the style or the width is another."""
        self._kept.clear()

    def strip(self, cells: tuple[Cell, ...], look: str, width: int) -> Strip:
        """``look``: "head", "cursor", "rest" or nothing for a plain row."""
        key = (cells, look, width)
        strip = self._kept.get(key)
        if strip is None:
            strip = self._kept[key] = self._paint(cells, look, width)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return strip

    def _paint(self, cells: tuple[Cell, ...], look: str, width: int) -> Strip:
        plain = self._table.get_component_rich_style(f"window--{look}") if look else self._table.rich_style
        segments = [Segment(" ", plain)]
        for at, room in column_widths(self._columns, width):
            words = _fit(cells[at].words, room, self._columns[at].right)
            segments += [Segment(words, self._toned(cells[at], look, plain)), Segment(" " * _GAP, plain)]
        return Strip(segments).adjust_cell_length(width, plain)

    def _toned(self, cell: Cell, look: str, plain: Style) -> Style:
        if not cell.tone or look == "cursor":
            return plain
        return plain + Style(color=self._table.get_component_rich_style(f"window--{cell.tone}").color)


def column_widths(columns: Sequence[Column], width: int) -> list[tuple[int, int]]:
    """(index, width) of each column that is shown at a table width; those of width 0 share what is left."""
    shown = [(at, each) for at, each in enumerate(columns) if each.from_width <= width]
    rest = width - 2 - _GAP * (len(shown) - 1) - sum(each.width for _, each in shown)
    loose = sum(1 for _, each in shown if not each.width) or 1
    return [(at, each.width or max(rest // loose, 4)) for at, each in shown]


def _fit(words: str, width: int, right: bool) -> str:
    if cell_len(words) > width:
        return set_cell_size(words, max(width - 1, 0)) + "…"
    return " " * (width - cell_len(words)) + words if right else set_cell_size(words, width)
