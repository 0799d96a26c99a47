"""Gives back what an abandoned basket had taken from a gift card, once, also when the debit's own answer was lost.

Handler of GIVE_BACK_GIFT_CARD jobs; the payload names card, amount and reference, as the journal has them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.money import Money
from tillbridge.domain.offers import RedemptionState
from tillbridge.platforms.contract import GiftCardService
from tillbridge.storage import JournalEntry, Storage
from tillbridge.sync.settle import succeeded
from tillbridge.sync.tasks import Outcome, Task
from tillbridge.sync.writing import audit_worker

_FINAL = (RedemptionState.CONFIRMED, RedemptionState.GIVEN_BACK)
GiftCardServiceFactory = Callable[[Connection], Awaitable[GiftCardService]]


class GiveBackGiftCard:
    """Every step may be repeated: the look-up changes nothing and the platform credits once per reference."""

    def __init__(self, storage: Storage, gift_card: GiftCardServiceFactory, clock: Clock) -> None:
        self._storage, self._gift_card, self._clock = storage, gift_card, clock

    async def __call__(self, task: Task) -> Outcome:
        payload = task.job.payload
        card_id, reference = str(payload["card_id"]), str(payload["reference"])
        amount = Money(Decimal(str(payload["amount"])), str(payload["currency"]))
        entry = await self._entry(task, card_id, reference)
        if await self._storage.sales.by_reference(reference) is not None:
            return Outcome(succeeded("the sale was recorded"), lambda: self._move(entry, RedemptionState.CONFIRMED))
        if entry is not None and entry.state in _FINAL:
            return Outcome(succeeded(f"it is {entry.state.value} already"))
        service = await self._gift_card(task.connection)
        certain = entry is not None and entry.state is RedemptionState.DEBITED
        if not certain and await service.look_up_redemption(card_id, amount, reference) is None:
            return Outcome(succeeded("nothing was taken"), lambda: self._move(entry, RedemptionState.GIVEN_BACK))
        await service.give_back(card_id, amount, reference)
        return Outcome(succeeded("given back"), lambda: self._settle(task, entry, amount, reference))

    async def _entry(self, task: Task, card_id: str, reference: str) -> JournalEntry | None:
        for each in await self._storage.redemptions.of_reference(reference):
            if each.card_id == card_id and each.connection_id == task.connection.id:
                return each
        return None

    async def _settle(self, task: Task, entry: JournalEntry | None, amount: Money, reference: str) -> None:
        await self._move(entry, RedemptionState.GIVEN_BACK)
        params = {"connection": task.connection.name, "amount": str(amount)}
        await audit_worker(self._storage, self._clock, "queue.audit.given_back", params, reference)

    async def _move(self, entry: JournalEntry | None, state: RedemptionState) -> None:
        if entry is not None:
            await self._storage.redemptions.move(entry.id, state)
