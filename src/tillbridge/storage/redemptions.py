"""The journal of gift card redemptions: each debit is written down before it is sent and until it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.domain.clock import Clock
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.offers import RedemptionState
from tillbridge.storage.schema import RedemptionRow


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One redemption on its way. ``card_id`` is the platform's, never the code."""

    id: UUID
    connection_id: UUID
    reference: str
    card_id: str
    masked: str
    amount: Money
    state: RedemptionState
    external_id: str
    at: datetime


class RedemptionRepository:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def reserve(
        self, connection_id: UUID, card_id: str, masked: str, amount: Money, reference: str
    ) -> JournalEntry:
        """Durable before the debit goes out; the same card and reference again is the same entry."""
        now = self._clock.now()
        key: dict[str, Any] = {"connection_id": connection_id, "card_id": card_id, "reference": reference}
        row = await RedemptionRow.get_or_none(**key)
        if row is None:
            row = await RedemptionRow.create(
                id=new_id(), **key, masked=masked, amount=amount.minor, currency=amount.currency,
                state=RedemptionState.RESERVED.value, external_id="", at=now, updated_at=now,
            )  # fmt: skip
        return _entry(row)

    async def move(self, entry_id: UUID, state: RedemptionState, external_id: str = "") -> None:
        values = {"state": state.value, "updated_at": self._clock.now()}
        await RedemptionRow.filter(id=entry_id).update(
            **values, **({"external_id": external_id} if external_id else {})
        )

    async def of_reference(self, reference: str) -> tuple[JournalEntry, ...]:
        return tuple(_entry(row) for row in await RedemptionRow.filter(reference=reference).order_by("id"))

    async def unsettled(self, connection_id: UUID | None = None) -> tuple[JournalEntry, ...]:
        """Entries that are neither confirmed nor given back."""
        states = [RedemptionState.RESERVED.value, RedemptionState.DEBITED.value, RedemptionState.UNKNOWN.value]
        query = RedemptionRow.filter(state__in=states)
        query = query.filter(connection_id=connection_id) if connection_id else query
        return tuple(_entry(row) for row in await query.order_by("id"))


def _entry(row: RedemptionRow) -> JournalEntry:
    return JournalEntry(
        row.id, UUID(str(row.connection_id)), row.reference, row.card_id, row.masked,
        Money.of_minor(row.amount, row.currency), RedemptionState(row.state), row.external_id, row.at,
    )  # fmt: skip
