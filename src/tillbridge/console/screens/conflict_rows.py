"""Conflicts as a source of table rows, and one of them in full. Pages by key from the service, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.widgets.pill import custom
from tillbridge.console.widgets.rows import Cell, Key, Row
from tillbridge.domain.conflicts import Standing
from tillbridge.domain.merging import Rule
from tillbridge.messages import text
from tillbridge.services.conflicts import words

if TYPE_CHECKING:
    from tillbridge.domain.conflicts import ConflictFilter, FieldConflict, FieldRule
    from tillbridge.domain.merging import Value
    from tillbridge.services.conflicts import ConflictsService, ConflictView

_LOOKS = {
    Standing.OPEN: ("▲", "warn"),
    Standing.OURS: ("●", "good"),
    Standing.THEIRS: ("●", "good"),
    Standing.AGREED: ("○", "quiet"),
}
_TITLE_WIDTH = 14


class ConflictRows:
    """Implements ``widgets.rows.Source``."""

    def __init__(self, conflicts: ConflictsService, which: ConflictFilter) -> None:
        self._conflicts, self._which = conflicts, which

    async def page(self, anchor: Key | None, forward: bool, limit: int, skip: int = 0) -> Sequence[Row]:
        found = await self._conflicts.window(
            self._which, cast("UUID | None", anchor), backward=not forward, limit=limit, skip=skip
        )
        return [_row(each) for each in found]

    async def count(self) -> int:
        return await self._conflicts.count(self._which)

    async def rank(self, key: Key) -> int:
        return await self._conflicts.count(self._which, cast(UUID, key))


def _row(view: ConflictView) -> Row:
    conflict = view.conflict
    sign, tone = _LOOKS[conflict.standing]
    return Row(
        conflict.id,
        (
            Cell(conflict.name),
            Cell(text(f"conflicts.field.{conflict.field}")),
            Cell(_shown(conflict.ours)),
            Cell(_shown(conflict.theirs)),
            Cell(view.connection, "quiet"),
            custom(sign, text(f"conflicts.standing.{conflict.standing.value}"), tone),
        ),
    )


def _shown(value: Value) -> str:
    return words(value, formats.money)


def in_full(view: ConflictView | None, rule: FieldRule | None) -> Content:
    """All values of one conflict, and what is true of the store."""
    if view is None:
        return Content.styled(text("console.conflicts.nothing_chosen"), "$tone-quiet")
    conflict = view.conflict
    head = Content.assemble(
        Content.styled(f"{conflict.name}  {text(f'conflicts.field.{conflict.field}')}", "bold"),
        Content.styled(f"  {view.connection}", "$tone-quiet"),
    )
    lines = [
        head,
        _line("base_line", text("console.conflicts.untold") if conflict.base is None else _shown(conflict.base)),
        _line("ours_line", _shown(conflict.ours)),
        _line("theirs_line", _shown(conflict.theirs)),
        *_about(conflict, rule),
        Content.styled(text("console.conflicts.keeps"), "$tone-quiet"),
    ]
    return Content("\n").join(lines)


def _about(conflict: FieldConflict, rule: FieldRule | None) -> list[Content]:
    """Why it waits, or who settled it."""
    if conflict.standing is Standing.OPEN:
        ruled = [_line("rule_line", rule_words(rule))] if rule else []
        return [*ruled, Content.styled(text("console.conflicts.stands"), "$tone-warn")]
    return [_line("by_line", _settled_by(conflict))]


def _settled_by(conflict: FieldConflict) -> str:
    """The operator, or the rule in words; without either both sides came together by themselves."""
    if conflict.by in list(Rule):
        return text(f"conflicts.rule.{conflict.by}")
    return conflict.by or text("conflicts.standing.agreed")


def rule_words(rule: FieldRule) -> str:
    return text(f"conflicts.rule.{rule.rule.value if rule.rule else 'law'}")


def _line(title: str, value: str) -> Content:
    return Content.assemble(
        Content.styled(text(f"console.conflicts.{title}").ljust(_TITLE_WIDTH), "$tone-quiet"), Content(value)
    )
