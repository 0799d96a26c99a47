"""Gift cards on PrestaShop: there are none, and every call says so with the declared reason."""

from __future__ import annotations

from typing import NoReturn

from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.money import Money
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop.spec import NO_GIFT_CARDS


class PrestaShopGiftCardService:
    """Raises CapabilityAbsent, whatever is asked."""

    def __init__(self, session: Session) -> None:
        """The session is not spoken to."""

    async def check_balance(self, code: Secret) -> NoReturn:
        raise _absent("Gift cards")

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> NoReturn:
        raise _absent("Gift card redemption")

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> NoReturn:
        raise _absent("Gift card redemption")

    async def give_back(self, card_id: str, amount: Money, reference: str) -> NoReturn:
        raise _absent("Gift card redemption")


def _absent(capability: str) -> CapabilityAbsent:
    return CapabilityAbsent(capability=capability, reason=NO_GIFT_CARDS)
