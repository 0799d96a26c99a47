"""Gift cards behind the contract: a ledger that credits once per reference, and answers that get lost on cue."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tillbridge.domain.errors import NotFound
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret


@dataclass
class CardShop:
    """``debits`` and ``credits`` by (card, reference); ``lose`` holds failures raised after a credit took effect."""

    debits: dict[tuple[str, str], Money] = field(default_factory=dict)
    credits: dict[tuple[str, str], Money] = field(default_factory=dict)
    lose: deque[BaseException] = field(default_factory=deque)

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        raise NotFound(what="gift card", name="any")

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        self.debits[code.reveal(), reference] = amount
        return self._booked(code.reveal(), amount, reference)

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        known = self.debits.get((card_id, reference))
        return self._booked(card_id, known, reference) if known else None

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        self.credits.setdefault((card_id, reference), amount)
        if self.lose:
            raise self.lose.popleft()
        return self._booked(card_id, amount, reference)

    def _booked(self, card_id: str, amount: Money, reference: str) -> Redemption:
        return Redemption(card_id, "", amount, None, reference, datetime(2026, 11, 24, tzinfo=UTC))
