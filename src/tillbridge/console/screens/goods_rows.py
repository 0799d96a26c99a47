"""The catalogue, and listings without partner, as sources of table rows: pages by key from the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from tillbridge.console import formats
from tillbridge.console.widgets.rows import Cell, Key, Row
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.goods import GoodsKey, GoodsRow, ListedOn, ListingKey, LooseListing
    from tillbridge.services.goods import GoodsService


class GoodsRows:
    """Implements ``widgets.rows.Source``."""

    def __init__(self, goods: GoodsService, words: str) -> None:
        self._goods, self._words = goods, words

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        key = cast("GoodsKey | None", anchor)
        return [
            _row(each) for each in await self._goods.window(self._words, key, forward=forward, limit=limit, skip=skip)
        ]

    async def count(self) -> int:
        return await self._goods.count(self._words)

    async def rank(self, key: Key) -> int:
        return await self._goods.rank(self._words, cast("GoodsKey", key))


class LooseRows:
    """Implements ``widgets.rows.Source``."""

    def __init__(self, goods: GoodsService) -> None:
        self._goods = goods

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        key = cast("ListingKey | None", anchor)
        return [_loose(each) for each in await self._goods.loose(key, forward=forward, limit=limit, skip=skip)]

    async def count(self) -> int:
        return await self._goods.loose_count()

    async def rank(self, key: Key) -> int:
        return await self._goods.loose_rank(cast("ListingKey", key))


def _row(row: GoodsRow) -> Row:
    listed = ", ".join(f"{each.connection} {told_words(each)}" for each in row.listed)
    return Row(
        row.key,
        (
            Cell(row.sku),
            Cell(row.title),
            Cell(formats.money(row.price), "" if row.price else "quiet"),
            Cell(listed or text("console.goods.nowhere"), "" if listed else "quiet"),
        ),
    )


def told_words(listed: ListedOn) -> str:
    """What a store said it has; a word where it does not count, a dash before it was asked."""
    if listed.quantity is not None:
        return formats.quantity(listed.quantity)
    return text("console.goods.not_counted") if listed.told else text("console.unknown_value")


def _loose(each: LooseListing) -> Row:
    return Row(
        each.key,
        (
            Cell(each.title or each.product_id),
            Cell(each.sku or text("console.unknown_value"), "" if each.sku else "quiet"),
            Cell(each.connection, "quiet"),
            Cell(text(f"console.goods.loose.{each.reason}"), "warn"),
        ),
    )
