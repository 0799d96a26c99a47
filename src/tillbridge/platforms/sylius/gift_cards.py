"""Gift cards on Sylius: there are none, and each call says so. Built by the registry."""

from __future__ import annotations

from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session
from tillbridge.platforms.sylius.spec import NO_GIFT_CARDS


class SyliusGiftCardService:
    """Absent, with the reason the passport states."""

    def __init__(self, session: Session) -> None:
        """Nothing is kept: no call goes out."""

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        """Raises CapabilityAbsent."""
        raise _absent()

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        """Raises CapabilityAbsent."""
        raise _absent()

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        """Raises CapabilityAbsent."""
        raise _absent()

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        """Raises CapabilityAbsent."""
        raise _absent()


def _absent() -> CapabilityAbsent:
    return CapabilityAbsent(capability="Gift cards", reason=NO_GIFT_CARDS)
