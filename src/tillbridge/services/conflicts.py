"""Conflicts of fields between the till and the stores: seeing them, deciding them, and choosing the rules.

The command line and the console call ConflictsService. Stores keep their own value: goods and customers are never
written there, so a decision is about the till's side alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.conflicts import ConflictFilter, FieldConflict, FieldRule, Standing
from tillbridge.domain.customers import Address
from tillbridge.domain.errors import Conflict, InvalidInput, NotFound, UnknownConnection
from tillbridge.domain.merging import DEFAULT_RULES, Fields, Rule, Value
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun
from tillbridge.messages import text
from tillbridge.storage import Storage

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict with the name of its store."""

    connection: str
    conflict: FieldConflict


class ConflictsService:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def window(
        self,
        wanted: ConflictFilter,
        anchor: UUID | None = None,
        *,
        backward: bool = False,
        limit: int = 64,
        skip: int = 0,
    ) -> tuple[ConflictView, ...]:
        """Newest first: those after ``anchor``, or before it when ``backward``."""
        found = await self._storage.conflicts.page(wanted, anchor=anchor, backward=backward, offset=skip, limit=limit)
        names = {each.id: each.name for each in await self._storage.connections.all()}
        return tuple(ConflictView(names.get(each.connection_id, "–"), each) for each in found)

    async def count(self, wanted: ConflictFilter, before: UUID | None = None) -> int:
        """How many a filter lets through; with ``before`` those that stand before it."""
        return await self._storage.conflicts.count(wanted, before)

    async def waiting(self) -> int:
        """How many wait for a person."""
        return await self.count(ConflictFilter((Standing.OPEN,)))

    async def filter(self, standings: Sequence[Standing], connection: str = "") -> ConflictFilter:
        """By the name of a connection, all of them when empty. Raises UnknownConnection."""
        if not connection:
            return ConflictFilter(tuple(standings))
        found = await self._storage.connections.by_name(connection)
        if found is None:
            raise UnknownConnection(name=connection)
        return ConflictFilter(tuple(standings), (found.id,))

    async def get(self, conflict_id: UUID) -> ConflictView:
        """Raises NotFound."""
        found = await self._get(conflict_id)
        names = {each.id: each.name for each in await self._storage.connections.all()}
        return ConflictView(names.get(found.connection_id, "–"), found)

    async def decide(
        self, conflict_id: UUID, standing: Standing, actor: Actor, seen_at: datetime | None = None
    ) -> None:
        """OURS keeps the till's value, THEIRS takes the store's. ``seen_at``: the ``at`` of what the person looked at.

        Raises NotFound, InvalidInput when it was settled before, Conflict when its values changed since.
        """
        noun = (await self._get(conflict_id)).noun
        async with self._storage.transaction():
            await self._storage.conflicts.hold(noun)
            found = await self._get(conflict_id)
            if found.standing is not Standing.OPEN:
                raise InvalidInput(field=found.name, reason=text("conflicts.settled_already"))
            if seen_at is not None and seen_at != found.at:
                raise Conflict(what=found.name, expected=text("conflicts.as_shown"), found=text("conflicts.changed"))
            await self._settle(noun, (found,), standing, actor)

    async def count_alike(self, conflict_id: UUID) -> int:
        """How many wait of the same store and field, this one among them."""
        return await self._storage.conflicts.count(_alike(await self._get(conflict_id)))

    async def decide_alike(self, conflict_id: UUID, standing: Standing, actor: Actor) -> int:
        """Decide all that wait of the same store and field; how many. Raises NotFound."""
        wanted, total = _alike(await self._get(conflict_id)), 0
        noun = wanted.noun
        assert noun is not None
        while True:
            async with self._storage.transaction():
                await self._storage.conflicts.hold(noun)
                found = await self._storage.conflicts.page(wanted, limit=_AT_ONCE)
                if not found:
                    return total
                await self._settle(noun, found, standing, actor)
            total += len(found)

    async def _settle(self, noun: Noun, found: Sequence[FieldConflict], standing: Standing, actor: Actor) -> None:
        """In the caller's transaction: the conflicts, our records when theirs stands, and the audit."""
        subjects = {each.subject for each in found}
        book = await self._storage.conflicts.book(noun, subjects)
        taken: dict[str, Fields] = {}
        for each in found:
            book.decide(each, standing, actor.name)
            if standing is Standing.THEIRS:
                taken[each.subject] = {**taken.get(each.subject, {}), each.field: each.theirs}
        if taken:
            await self._adopt(noun, taken)
        await self._storage.conflicts.write(book)
        first = found[0]
        name = first.name if len(found) == 1 else text("conflicts.several", number=len(found))
        params = {"field": text(f"conflicts.field.{first.field}"), "name": name}
        entry = AuditEntry(self._clock.now(), actor, f"conflicts.audit.{standing.value}", params, first.subject)
        await self._storage.audit.add(entry)

    async def _adopt(self, noun: Noun, taken: Mapping[str, Fields]) -> None:
        keeper = self._storage.catalogue if noun is Noun.PRODUCT else self._storage.customers
        await keeper.adopt(taken)

    async def rules(self) -> tuple[FieldRule, ...]:
        """Of all fields, consent among them, whose law nobody changes."""
        chosen = {noun: await self._storage.conflicts.rules(noun) for noun in DEFAULT_RULES}
        found = [
            FieldRule(noun, field, chosen[noun][field], default)
            for noun, fields in DEFAULT_RULES.items()
            for field, default in fields.items()
        ]
        return (*found, FieldRule(Noun.CUSTOMER, "consent", None, None))

    async def choose_rule(self, noun: Noun, field: str, rule: Rule, actor: Actor) -> None:
        """For what is pulled from now on; what waits still waits. Raises InvalidInput for a field without choice."""
        if field == "consent":
            raise InvalidInput(field=field, reason=text("conflicts.consent_is_law"))
        known = DEFAULT_RULES.get(noun, {})
        if field not in known:
            raise InvalidInput(field="field", reason=text("conflicts.no_such_field", known=", ".join(known) or "–"))
        async with self._storage.transaction():
            await self._storage.shop.hold()
            await self._storage.conflicts.choose_rule(noun, field, rule)
            params = {"field": text(f"conflicts.field.{field}"), "rule": text(f"conflicts.rule.{rule.value}")}
            entry = AuditEntry(self._clock.now(), actor, "conflicts.audit.rule", params, f"{noun.value}.{field}")
            await self._storage.audit.add(entry)

    async def _get(self, conflict_id: UUID) -> FieldConflict:
        found = await self._storage.conflicts.get(conflict_id)
        if found is None:
            raise NotFound(what=text("conflicts.one"), name=conflict_id)
        return found


def words(value: Value, money: Callable[[Money], str] = str) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return text("conflicts.yes" if value else "conflicts.no")
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, tuple):
        return "; ".join(_address(each) for each in value) or text("conflicts.no_value")
    return value or text("conflicts.no_value")


def _address(address: Address) -> str:
    person = f"{address.first_name} {address.last_name}".strip()
    place = f"{address.postcode} {address.city}".strip()
    parts = (person, address.company, address.line1, address.line2, place, address.region, address.country)
    return ", ".join(each for each in parts if each)


def _alike(conflict: FieldConflict) -> ConflictFilter:
    return ConflictFilter((Standing.OPEN,), (conflict.connection_id,), conflict.noun, conflict.field)
