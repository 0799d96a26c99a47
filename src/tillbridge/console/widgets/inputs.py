"""Text inputs that rest: no blinking cursor, one line high, dots for secrets."""

from __future__ import annotations

from textual.widgets import Input


class QuietInput(Input):
    """An Input that repaints only when something changes."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        id: str | None = None,
        restrict: str | None = None,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            id=id,
            restrict=restrict,
            compact=True,
            select_on_focus=False,
        )
        self.cursor_blink = False
