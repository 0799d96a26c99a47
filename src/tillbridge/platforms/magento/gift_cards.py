"""Gift cards on Magento Open Source: none, said with the declared reason. Built by the registry."""

from __future__ import annotations

from typing import NoReturn

from tillbridge.domain.errors import CapabilityAbsent
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento.spec import NO_GIFT_CARDS


class MagentoGiftCardService:
    """Raises CapabilityAbsent throughout."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        _absent()

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        _absent()

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        _absent()

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        _absent()


def _absent() -> NoReturn:
    raise CapabilityAbsent(capability="Gift cards", reason=NO_GIFT_CARDS)
