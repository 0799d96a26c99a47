"""Gift cards on Squarespace: the platform opens none to other programs, and says so here. Built by the registry."""

from __future__ import annotations

from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session
from tillbridge.platforms.squarespace.spec import NO_GIFT_CARDS


class SquarespaceGiftCardService:
    """Every verb raises CapabilityAbsent with the way by hand."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        raise _absent()

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        raise _absent()

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        raise _absent()

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        raise _absent()


def _absent() -> CapabilityAbsent:
    return CapabilityAbsent(capability="Gift cards", reason=NO_GIFT_CARDS)
