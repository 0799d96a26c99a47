"""A line of words that can be clicked, painted only when they change. Base of the top line and the key line."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Link:
    """``action`` empty: nothing happens on a click."""

    words: Content
    action: str = ""


class LinkLine(Widget):
    """Links from left to right, ``tail`` at the right edge where there is room for all of it."""

    links: reactive[tuple[Link, ...]] = reactive(())
    tail: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        line = Content("").join([each.words for each in self.links])
        room = self.content_size.width - line.cell_length - 1
        tail = Content.styled(self.tail, "$tone-quiet")
        if not self.tail or tail.cell_length > room:
            return line
        return Content.assemble(line, " " * (room - tail.cell_length), tail)

    async def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        at = 0
        for each in self.links if offset is not None else ():
            at += each.words.cell_length
            if offset is not None and offset.x < at:
                if each.action:
                    await self.app.run_action(each.action, default_namespace=self.screen)
                return
