"""A variant in detail as text: price, where it is listed with the numbers there, and why its stock is what it is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.screens.goods_rows import told_words
from tillbridge.console.widgets.facts import apart, heading
from tillbridge.messages import text
from tillbridge.services.stock import StoryKind

if TYPE_CHECKING:
    from decimal import Decimal

    from tillbridge.domain.goods import ListedOn, Told
    from tillbridge.services.goods import GoodsDetail
    from tillbridge.services.stock import StockStory, StoryLine

_NEWEST = 12
_SIGNS = {StoryKind.MOVED: ("±", ""), StoryKind.READ: ("←", "$tone-busy"), StoryKind.WRITTEN: ("→", "$tone-good")}


def goods_words(detail: GoodsDetail, times: tuple[str, datetime], width: int) -> Content:
    """What the pane beside the list shows: the newest part of the story only."""
    row, quiet = detail.row, "$tone-quiet"
    parts = [
        Content.styled(row.title, "bold"),
        apart("  ".join(filter(None, (row.sku, row.barcode))), formats.money(row.price), width, quiet),
        heading(text("console.goods.listed")),
        *(line for each in row.listed for line in _listed(each, detail, width)),
    ]
    if not row.listed:
        parts.append(Content.styled(text("console.goods.nowhere_words"), quiet))
    parts.append(heading(text("console.goods.moved")))
    parts += [apart(place, signed(number), width) for place, number in row.moved.items()]
    if not row.moved:
        parts.append(Content.styled(text("console.goods.never_moved"), quiet))
    parts.append(heading(text("console.goods.newest")))
    return Content("\n").join([*parts, *_lines(detail.story.lines[-_NEWEST:], times, width)])


def story_words(story: StockStory, times: tuple[str, datetime], width: int) -> Content:
    """All of it, oldest first."""
    parts = [Content.styled(text("console.goods.story_about"), "$tone-quiet"), Content("")]
    if story.cut:
        parts.append(Content.styled(text("console.goods.cut"), "$tone-quiet"))
    return Content("\n").join([*parts, *_lines(story.lines, times, width)])


def _listed(each: ListedOn, detail: GoodsDetail, width: int) -> list[Content]:
    """The store with its number; each of its places where there are several."""
    parts = [apart(each.connection, told_words(each), width)]
    if len(each.told) > 1:
        parts += [
            apart(f"  {_place(each, one, detail)}", _quantity(one.quantity), width, "$tone-quiet") for one in each.told
        ]
    return parts


def _place(each: ListedOn, told: Told, detail: GoodsDetail) -> str:
    """Our own name of a store's place where one is mapped to it."""
    return detail.places.get((each.connection, told.location)) or told.location.rsplit("/", 1)[-1]


def _quantity(number: Decimal | None) -> str:
    return text("console.goods.not_counted") if number is None else formats.quantity(number)


def signed(number: Decimal) -> str:
    """A change with its sign."""
    return f"+{formats.quantity(number)}" if number > 0 else formats.quantity(number)


def _lines(lines: tuple[StoryLine, ...], times: tuple[str, datetime], width: int) -> list[Content]:
    if not lines:
        return [Content.styled(text("console.goods.no_story"), "$tone-quiet")]
    return [_line(each, times, width) for each in lines]


def _line(each: StoryLine, times: tuple[str, datetime], width: int) -> Content:
    sign, style = _SIGNS[each.kind]
    at = formats.clock_time(each.at, *times)
    if each.kind is StoryKind.MOVED:
        cause = text(f"console.goods.cause.{each.cause.value}") if each.cause else ""
        words = f"{at}  {sign} {each.place}  {cause} {each.subject}".rstrip()
        after = "" if each.after is None else text("console.goods.after", number=signed(each.after))
        return apart(words, f"{signed(each.quantity) if each.quantity is not None else ''}  {after}".rstrip(), width)
    words = f"{at}  {sign} {each.place}  {text(f'console.goods.{each.kind.value}')}"
    return apart(words, _quantity(each.quantity), width, style)
