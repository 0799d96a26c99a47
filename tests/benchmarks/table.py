"""The peer of the queue panel: Textual's own DataTable with 100 rows of the same cells."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Table(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("When", "What", "Connection", "State", "Tries")
        table.add_rows([(f"09:{row % 60:02}", f"Sale {row}", "Quayside", "waiting", "1") for row in range(100)])
        table.focus()


if __name__ == "__main__":
    Table().run()
