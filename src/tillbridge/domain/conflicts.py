"""Conflicts of fields: what they are, and the book that opens, keeps and closes them while a page is merged.

Pure. Storage loads and writes what the book says; services list and decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tillbridge.domain.ids import new_id
from tillbridge.domain.merging import DEFAULT_RULES, Difference, Fields, Rule, Rules, Value, merge, same
from tillbridge.domain.specs import Noun

_Key = tuple[UUID, str, str]


class Standing(StrEnum):
    """OPEN waits for a person and the till's value stands; OURS and THEIRS were decided; AGREED went by itself."""

    OPEN = "open"
    OURS = "ours"
    THEIRS = "theirs"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConflict:
    """A field of a store's record. ``subject`` is the folded SKU or e-mail, ``name`` the same as people read it.

    ``by`` is the operator or the rule that settled it; ``at`` when its values or its standing changed last.
    """

    id: UUID
    connection_id: UUID
    noun: Noun
    external_id: str
    subject: str
    name: str
    field: str
    base: Value
    ours: Value
    theirs: Value
    standing: Standing
    by: str
    at: datetime

    @property
    def key(self) -> _Key:
        """Within its noun there is one per store's record and field."""
        return self.connection_id, self.external_id, self.field


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    """An empty tuple lets all through."""

    standings: tuple[Standing, ...] = ()
    connection_ids: tuple[UUID, ...] = ()
    noun: Noun | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """The rule of one field. ``fixed``: it is law, not a choice; then ``rule`` is None."""

    noun: Noun
    field: str
    rule: Rule | None
    default: Rule | None

    @property
    def fixed(self) -> bool:
        return self.rule is None


def rules_of(noun: Noun, chosen: Mapping[str, str]) -> Rules:
    """The rules of a noun: ours where the shop chose none. ``chosen`` is by ``noun.field``."""
    return {field: Rule(chosen.get(f"{noun.value}.{field}", default)) for field, default in DEFAULT_RULES[noun].items()}


@dataclass(frozen=True, slots=True)
class Told:
    """What a store tells of a record of ours now and (``base``) told before; ``at`` when it changed there."""

    connection_id: UUID
    external_id: str
    subject: str
    name: str
    base: Fields
    theirs: Fields
    at: datetime


class ConflictBook:
    """Merges records one after another. ``standing`` are the open conflicts of their subjects, whatever the store.

    An open conflict holds its base back, so that the same page again finds the same conflict and writes nothing.
    """

    def __init__(self, noun: Noun, rules: Rules, standing: Iterable[FieldConflict], now: datetime) -> None:
        self._noun, self._rules, self._now = noun, rules, now
        self._open: dict[_Key, FieldConflict] = {}
        self._of_subject: dict[str, dict[_Key, None]] = defaultdict(dict)
        self._of_record: dict[tuple[UUID, str], dict[_Key, None]] = defaultdict(dict)
        self._written: dict[_Key, FieldConflict] = {}
        self._news: dict[_Key, FieldConflict] = {}
        for each in standing:
            self._enter(each)

    @property
    def written(self) -> tuple[FieldConflict, ...]:
        """All that changed, to be kept."""
        return tuple(self._written.values())

    @property
    def opened(self) -> tuple[FieldConflict, ...]:
        """Those a person has to hear of: new, or with another value of the store."""
        return tuple(each for key, each in self._news.items() if key in self._open)

    def merge(self, ours: Fields | None, told: Told, ours_at: datetime | None) -> Fields:
        """Our fields after what the store tells; None: nothing is known yet. ``ours_at``: when ours changed last."""
        self.release(told.connection_id, told.external_id, but=told.subject)
        if ours is None:
            return told.theirs
        mine = self._still_open(self._of_record[told.connection_id, told.external_id])
        base = {**told.base, **{each.field: each.base for each in mine}}
        newer = ours_at is None or told.at >= ours_at
        merged = merge(base, ours, told.theirs, self._rules, theirs_newer=newer)
        differing = {each.field for each in merged.differences}
        for each in mine:
            if each.field not in differing:
                self._close(each, Standing.AGREED)
        for difference in merged.differences:
            self._note(told, difference)
        self.move(told.subject, merged.fields)
        return merged.fields

    def move(self, subject: str, fields: Fields) -> None:
        """Ours changed: open conflicts with a store that says the same by now are over, others show the new value."""
        for each in self._still_open(self._of_subject[subject]):
            if each.field not in fields or same(each.ours, fields[each.field]):
                continue
            if same(each.theirs, fields[each.field]):
                self._close(each, Standing.AGREED)
            else:
                self._keep(replace(each, ours=fields[each.field], at=self._now))

    def decide(self, conflict: FieldConflict, standing: Standing, by: str) -> None:
        """A person decides one; when theirs stands, ours is moved along."""
        self._close(conflict, standing, by)
        if standing is Standing.THEIRS:
            self.move(conflict.subject, {conflict.field: conflict.theirs})

    def release(self, connection_id: UUID, external_id: str, but: str = "") -> None:
        """The store's record is gone, or is about something else than ``but`` now."""
        for each in self._still_open(self._of_record[connection_id, external_id]):
            if each.subject != but:
                self._close(each, Standing.AGREED)

    def _note(self, told: Told, found: Difference) -> None:
        known = self._open.get((told.connection_id, told.external_id, found.field))
        conflict = FieldConflict(
            id=known.id if known else new_id(), connection_id=told.connection_id, noun=self._noun,
            external_id=told.external_id, subject=told.subject, name=told.name, field=found.field, base=found.base,
            ours=found.ours, theirs=found.theirs, standing=Standing.OPEN, by="", at=self._now,
        )  # fmt: skip
        if found.rule is not Rule.ASK:
            self._close(conflict, Standing.THEIRS if found.theirs_stands else Standing.OURS, found.rule.value)
            return
        if known is None or known.theirs != found.theirs:
            self._news[conflict.key] = conflict
        if known is None or (known.base, known.ours, known.theirs) != (found.base, found.ours, found.theirs):
            self._keep(conflict)

    def _still_open(self, keys: Iterable[_Key]) -> list[FieldConflict]:
        return [self._open[key] for key in keys if key in self._open]

    def _enter(self, conflict: FieldConflict) -> None:
        self._open[conflict.key] = conflict
        self._of_subject[conflict.subject][conflict.key] = None
        self._of_record[conflict.connection_id, conflict.external_id][conflict.key] = None

    def _keep(self, conflict: FieldConflict) -> None:
        self._enter(conflict)
        self._written[conflict.key] = conflict

    def _close(self, conflict: FieldConflict, standing: Standing, by: str = "") -> None:
        self._open.pop(conflict.key, None)
        self._written[conflict.key] = replace(conflict, standing=standing, by=by, at=self._now)
