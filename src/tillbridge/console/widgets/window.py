"""A table that is a window over a list of any length: it reads the pages on screen and paints before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tillbridge.console.widgets.pages import PAGE, Pages
from tillbridge.console.widgets.rows import Cell, Column, Key, ListSource, Row, Source
from tillbridge.console.widgets.strips import TONES, Strips
from tillbridge.messages import text


class Window(ScrollView, can_focus=True):
    """A table over a Source. Identity is the row's key: rows may come and go, the cursor stays on its row."""

    DEFAULT_CSS = "Window { overflow-x: hidden; overflow-y: auto; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "window--head",
        "window--cursor",
        "window--rest",
        *(f"window--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("home,ctrl+home", "end_of_list(-1)", show=False),
        Binding("end,ctrl+end", "end_of_list(1)", show=False),
        Binding("enter", "choose", show=False),
    ]
    cursor: reactive[int] = reactive(0, repaint=False)
    """The place of the row under the cursor."""

    @dataclass
    class Moved(Message):
        """Another row is under the cursor, or the same row has news; None when there is none."""

        window: Window
        row: Row | None

        @property
        def control(self) -> Window:
            return self.window

    @dataclass
    class Chosen(Message):
        """Enter, or a click on the row under the cursor."""

        window: Window
        row: Row

        @property
        def control(self) -> Window:
            return self.window

    def __init__(
        self, columns: Sequence[Column], *, empty: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.empty = empty
        self.key: Key | None = None
        self.total = 0
        self.loaded = False
        self._source: Source = ListSource(())
        self._pages = Pages()
        self._generation = 0
        self._reading = False
        self._strips = Strips(self, self.columns)
        self._told: Row | None = None

    # -- what it shows

    def show(self, source: Source, *, keep: bool = True) -> None:
        """Show another source, or the same one read anew. ``keep``: stay on the row under the cursor if it is there."""
        self._source = source
        self._generation += 1
        if not keep:
            self.key = None
        self._read_anew(self._generation)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that are already at hand."""
        self.show(ListSource(rows))

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows given by ``show_rows``; empty while a database is shown."""
        return self._source.rows if isinstance(self._source, ListSource) else ()

    @property
    def row(self) -> Row | None:
        """The row under the cursor, None when the table is empty or it was not read yet."""
        return self._pages.row(self.cursor)

    @property
    def rows_on_screen(self) -> int:
        return max(self.size.height - 1, 1)

    @property
    def top(self) -> int:
        return int(self.scroll_y)

    @work(exclusive=True, group="anew", exit_on_error=False)
    async def _read_anew(self, generation: int) -> None:
        """Paint first, count later: the rows around the cursor come at once, their rank and the total after them."""
        source, key = self._source, self.key
        above = max(self.cursor - self.top, 0) if key is not None else 0
        before = await source.page(key, False, above) if key is not None and above else ()
        anchor = before[-1].key if before else None
        if key is not None and not before and await source.rank(key):
            before = await source.page(key, False, 1)
            anchor = before[-1].key if before else None
        rows = [*before, *await source.page(anchor, True, PAGE)]
        if generation != self._generation:
            return
        self._lay(rows, len(before), len(before) >= above)
        total = await source.count()
        rank = await source.rank(rows[0].key) if rows else 0
        if generation == self._generation:
            self._settle(rank, total)

    def _lay(self, rows: Sequence[Row], cursor: int, room: bool) -> None:
        """Put fresh rows under the eyes without moving the line the cursor is on; only changed lines are painted."""
        top = self.top if room else 0
        if not rows:
            top, cursor = 0, 0
        line = self.cursor - self.top if room and self.key is not None else cursor
        seen = [self._pages.row(self.top + at) for at in range(self.rows_on_screen)]
        old_count, was_loaded = min(self.total - self.top, self.rows_on_screen), self.loaded
        self._pages.clear()
        first = max(top + line - cursor, 0)
        self._pages.base = first
        self._pages.put(first, rows)
        self.loaded = True
        ended = len(rows) - cursor < PAGE
        self.total = first + len(rows) if ended else max(first + len(rows), self.total)
        self._resize_list()
        self.set_reactive(Window.cursor, min(first + cursor, max(self.total - 1, 0)))
        now = [self._pages.row(self.top + at) for at in range(self.rows_on_screen)]
        if not was_loaded or not rows or not old_count:
            self.refresh()
        else:
            for at, (old, new) in enumerate(zip(seen, now, strict=False)):
                if old != new:
                    self._refresh_place(self.top + at)
        self._tell()

    def _settle(self, rank: int, total: int) -> None:
        """Give the rows their true place, with the same rows on the same lines."""
        shift = rank - self._pages.base
        self._pages.base += shift
        self.total = total
        self._resize_list()
        if shift:
            self.set_reactive(Window.cursor, max(self.cursor + shift, 0))
            self.scroll_to(y=self.top + shift, animate=False, force=True, immediate=True)
        if self.cursor >= total and total:
            self.cursor = total - 1
        if self.top > max(total - self.rows_on_screen, 0):
            self.scroll_to(y=max(total - self.rows_on_screen, 0), animate=False, force=True, immediate=True)
            self.refresh()

    def _resize_list(self) -> None:
        size = Size(self.size.width, self.total + 1)
        if self.virtual_size != size:
            self.virtual_size = size

    def _want(self) -> None:
        """Start reading the pages on screen unless that is under way."""
        if not self._reading:
            self._reading = True
            self._read_pages()

    @work(group="page", exit_on_error=False)
    async def _read_pages(self) -> None:
        try:
            while (place := self._missing()) is not None:
                generation = self._generation
                first, rows = await self._pages.read(self._source, place, self.total)
                if generation != self._generation:
                    continue
                if not rows:
                    self.total = place
                    self._resize_list()
                self._pages.put(first, rows)
                self.refresh()
                if self._told is None or self._told.key != self.key:
                    self._tell()
        finally:
            self._reading = False

    def _missing(self) -> int | None:
        places = range(self.top, min(self.top + self.rows_on_screen, self.total))
        return next((place for place in places if self._pages.row(place) is None), None)

    # -- moving

    def watch_cursor(self, old: int, new: int) -> None:
        if old == new:
            return
        self._refresh_place(old)
        self._refresh_place(new)
        self._keep_in_view(new)
        self._tell()

    def _keep_in_view(self, place: int) -> None:
        """Half a page at the edge, not a line: far fewer bytes while a key is held."""
        if self.top <= place < self.top + self.rows_on_screen:
            return
        half = self.rows_on_screen // 2
        wanted = place - half if place >= self.top + self.rows_on_screen else place - self.rows_on_screen + half + 1
        self.scroll_to(
            y=max(0, min(wanted, self.total - self.rows_on_screen)), animate=False, force=True, immediate=True
        )

    def _tell(self) -> None:
        row = self.row
        if row is not None:
            self.key = row.key
        elif not self.total:
            self.key = None
        if row != self._told:
            self._told = row
            self.post_message(self.Moved(self, row))

    def _go(self, place: int) -> None:
        self.cursor = max(0, min(place, self.total - 1))

    def action_move(self, step: int) -> None:
        self._go(self.cursor + step)

    def action_move_page(self, step: int) -> None:
        self._go(self.cursor + step * self.rows_on_screen)

    def action_end_of_list(self, side: int) -> None:
        self._go(0 if side < 0 else self.total - 1)

    def action_choose(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        place = self.top + offset.y - 1
        if place >= self.total:
            return
        if place == self.cursor:
            self.action_choose()
        else:
            self._go(place)

    # -- painting

    def _refresh_place(self, place: int) -> None:
        line = place - self.top + 1
        if 1 <= line <= self.rows_on_screen:
            self.refresh(Region(0, line, self.size.width, 1))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        self._strips.clear()
        self._resize_list()
        self._keep_in_view(self.cursor)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._refresh_place(self.cursor)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._strip(tuple(Cell(each.title) for each in self.columns), "head", width)
        place = self.top + y - 1
        if place >= self.total:
            words = self.empty if self.loaded else text("console.loading")
            return self._blank(f" {words}" if y == 2 and not self.total else "", width)
        row = self._pages.row(place)
        if row is None:
            self._want()
            return self._blank(" …", width)
        look = ("cursor" if self.has_focus else "rest") if place == self.cursor else ""
        return self._strip(row.cells, look, width)

    def _blank(self, words: str, width: int) -> Strip:
        style = self.get_component_rich_style("window--quiet")
        return Strip([Segment(set_cell_size(words, width), style)], width)

    def _strip(self, cells: tuple[Cell, ...], look: str, width: int) -> Strip:
        return self._strips.strip(cells, look, width)
