"""Text whose lines a screen breaks to the room there is: passport, sale and goods."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import Static


class Words(Static):
    """Says when it has another size, so that its screen breaks the lines anew."""

    class Resized(Message):
        pass

    def on_resize(self) -> None:
        self.post_message(self.Resized())
