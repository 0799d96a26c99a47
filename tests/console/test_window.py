"""The table over a list of any length: what an operator sees while rows come, go and are too many to load."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult

from tests.console.seen import lines
from tillbridge.console.base import Neutral
from tillbridge.console.widgets.rows import Cell, Column, Key, ListSource, Row
from tillbridge.console.widgets.strips import column_widths
from tillbridge.console.widgets.window import Window


def row(number: int, words: str = "") -> Row:
    return Row(number, (Cell(words or f"row {number}"), Cell(str(number), "good")))


class Shelf:
    """Numbered rows, made when asked for; counts how often it was."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = list(numbers)
        self.asked = 0
        self.handed_out = 0

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        self.asked += 1
        found = await ListSource([row(each) for each in self.numbers]).page(anchor, forward, limit, skip)
        if isinstance(anchor, int) and anchor not in self.numbers:
            around = [each for each in self.numbers if (each > anchor) is forward]
            found = [row(each) for each in (around[:limit] if forward else around[-limit:])]
        self.handed_out += len(found)
        return found

    async def count(self) -> int:
        return len(self.numbers)

    async def rank(self, key: Key) -> int:
        return sum(1 for each in self.numbers if isinstance(key, int) and each < key)


class Million(Shelf):
    """So many rows that nobody could hold them."""

    def __init__(self) -> None:
        super().__init__(())
        self.size = 1_000_000

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        self.asked += 1
        at = anchor if isinstance(anchor, int) else -1 if forward else self.size
        first = at + 1 + skip if forward else max(at - skip - limit, 0)
        found = [row(each) for each in range(first, min(first + limit, self.size if forward else max(at - skip, 0)))]
        self.handed_out += len(found)
        return found

    async def count(self) -> int:
        return self.size

    async def rank(self, key: Key) -> int:
        return key if isinstance(key, int) else 0


class Table(App[None]):
    """Nothing but a window, 10 rows high."""

    CSS = "Window { height: 11; }"

    def get_line_filters(self):  # type: ignore[no-untyped-def]
        return [*super().get_line_filters(), Neutral()]

    def compose(self) -> ComposeResult:
        yield Window((Column("Name"), Column("Number", 8, right=True)), empty="Nothing here.")

    @property
    def window(self) -> Window:
        return self.query_one(Window)


async def shown(app: Table) -> list[str]:
    """The rows on screen, without the head."""
    await app.workers.wait_for_complete()
    return [each.split("  ")[0].strip() for each in lines(app)[1:11]]


async def test_says_so_when_there_is_nothing() -> None:
    app = Table()
    async with app.run_test(size=(40, 12)) as pilot:
        assert "Loading" in "".join(lines(app))
        app.window.show_rows([])
        await pilot.pause()
        assert "Nothing here." in await shown(app)


async def test_end_and_home_reach_the_ends_of_a_million_rows_and_read_a_few() -> None:
    app, source = Table(), Million()
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        assert (await shown(app))[0] == "row 0"
        await pilot.press("end")
        await pilot.pause()
        assert (await shown(app))[-1] == "row 999999"
        await pilot.press("pageup", "home")
        await pilot.pause()
        assert (await shown(app))[0] == "row 0"
        assert source.handed_out < 500


async def test_a_jump_into_the_middle_reads_one_page() -> None:
    app, source = Table(), Million()
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        before = source.handed_out
        app.window.scroll_to(y=612_345, animate=False, force=True, immediate=True)
        await pilot.pause()
        assert (await shown(app))[0] == "row 612345"
        assert source.handed_out - before <= 128


async def test_a_key_press_on_rows_that_are_there_asks_for_nothing() -> None:
    app, source = Table(), Million()
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await shown(app)
        asked = source.asked
        await pilot.press(*["down"] * 30, *["up"] * 5)
        assert source.asked == asked
        assert app.window.row is not None
        assert app.window.row.key == 25


@pytest.mark.parametrize("gone", [range(5), range(0, 30, 2), [*range(20), *range(31, 60)]])
async def test_the_cursor_stays_on_its_row_and_line_while_others_go(gone: Sequence[int]) -> None:
    app, source = Table(), Shelf(range(100))
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await pilot.press(*["down"] * 25)
        await shown(app)
        line = app.window.cursor - app.window.top
        source.numbers = [each for each in range(100) if each not in set(gone) - {25}]
        app.window.show(source)
        await pilot.pause()
        assert (await shown(app))[line] == "row 25"
        assert app.window.cursor - app.window.top == line
        assert app.window.cursor == source.numbers.index(25)


async def test_the_next_row_takes_over_when_the_one_under_the_cursor_goes() -> None:
    app, source = Table(), Shelf(range(100))
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await pilot.press(*["down"] * 25)
        source.numbers.remove(25)
        app.window.show(source)
        await pilot.pause()
        await shown(app)
        assert app.window.row is not None
        assert app.window.row.key == 26


async def test_all_rows_gone_leaves_the_empty_words_and_no_row() -> None:
    app, source = Table(), Shelf(range(100))
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await pilot.press("end")
        await shown(app)
        source.numbers = []
        app.window.show(source)
        await pilot.pause()
        assert "Nothing here." in await shown(app)
        assert app.window.row is None


async def test_fewer_rows_than_before_scroll_back_into_view() -> None:
    app, source = Table(), Shelf(range(100))
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await pilot.press("end")
        await shown(app)
        source.numbers = list(range(3))
        app.window.show(source)
        await pilot.pause()
        assert (await shown(app))[:3] == ["row 0", "row 1", "row 2"]


async def test_the_same_rows_read_again_paint_nothing() -> None:
    app, source = Table(), Shelf(range(100))
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await shown(app)
        painted: list[int] = []
        paint = app.window.render_line
        app.window.render_line = lambda y: painted.append(y) or paint(y)  # type: ignore[method-assign, func-returns-value]
        app.window.show(source)
        await pilot.pause()
        await shown(app)
        assert painted == []


async def test_control_codes_and_markup_of_a_row_are_words_or_nothing() -> None:
    app = Table()
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show_rows([row(1, "[red]\x1b[5m\x9b2J]0;pwned\x07 Möbel 日本 [/nope]")])
        await pilot.pause()
        first = (await shown(app))[0]
        assert first.startswith("[red][5m2J]0;pwned Möbel")
        assert all(each.isprintable() for each in lines(app))


async def test_resizing_keeps_the_cursor_in_view() -> None:
    app, source = Table(), Shelf(range(100))
    async with app.run_test(size=(40, 12)) as pilot:
        app.window.show(source)
        await pilot.pause()
        await pilot.press(*["down"] * 9)
        app.window.styles.height = 5
        await pilot.pause()
        assert app.window.top <= app.window.cursor < app.window.top + app.window.rows_on_screen


def test_columns_share_the_width_to_the_last_cell_and_leave_when_there_is_no_room() -> None:
    columns = (Column("a"), Column("b", 10), Column("c", 20, from_width=60))
    assert column_widths(columns, 40) == [(0, 26), (1, 10)]
    assert column_widths(columns, 60) == [(0, 24), (1, 10), (2, 20)]
