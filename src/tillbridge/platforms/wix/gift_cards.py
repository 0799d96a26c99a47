"""Gift cards of a Wix site, by the Wix Gift Card app: balance, debit under a key, look-up, credit.

Wix keeps the key of each debit and repeats the first answer to it, whatever amount is asked for later.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tillbridge.domain.errors import (
    CapabilityAbsent,
    Conflict,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
)
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.wix import wire_offers
from tillbridge.platforms.wix.calls import GIFT_CARDS, Api, record_of
from tillbridge.platforms.wix.order_writing import is_guid
from tillbridge.platforms.wix.shop_facts import has_gift_cards
from tillbridge.platforms.wix.spec import NO_GIFT_CARDS

_CARDS = "/gift-cards/v1/gift-cards"
_SHORTEST, _LONGEST = 8, 20
_INSUFFICIENT = "INSUFFICIENT_FUNDS"
_OUT_OF_REACH = Decimal(1_000_000)
"""More than anybody could put on a card between two calls."""
_TRIES = 3


class WixGiftCardService:
    """Debits and credits may be repeated under their key; the app's journal does not name it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        """Raises NotFound for an unknown code, CapabilityAbsent where the site lacks the app."""
        typed = code.reveal()
        card = await self._by_code(code)
        reason = self._why_not(card)
        zone = ZoneInfo(self._session.connection.zone or "UTC")
        expires = card.expirationDate.astimezone(zone).date() if card.expirationDate else None
        balance = Money(card.balance.amount, card.currency or self._session.connection.currency)
        return GiftCardBalance(card.id, _masked(typed), balance, not reason, reason, expires)

    def _why_not(self, card: wire_offers.GiftCard) -> str:
        currency = self._session.connection.currency
        if card.disabledDate is not None:
            return "the card is switched off"
        if card.expirationDate is not None and card.expirationDate < self._session.clock.now():
            return "the card has expired"
        if card.currency and card.currency != currency:
            return f"the card is in {card.currency}, the sale in {currency}"
        return "" if card.balance.amount > 0 else "the card is empty"

    async def _by_code(self, code: Secret) -> wire_offers.GiftCard:
        """The card of a full code, as typed, then in capitals, then without its dashes."""
        if not has_gift_cards(self._session):
            raise CapabilityAbsent(capability="gift cards", reason=NO_GIFT_CARDS)
        typed = code.reveal().strip()
        for spelling in dict.fromkeys((typed, typed.upper(), typed.upper().replace("-", ""))):
            if not _SHORTEST <= len(spelling) <= _LONGEST:
                continue
            self._session.api.redactor.learn(Secret(spelling))
            rows = await self._api.first(GIFT_CARDS, "gift_card.find", {"code": {"$eq": spelling}})
            if len(rows) == 1:
                card = parse(wire_offers.GiftCard, rows[0], "$.giftCards[0]")
                # codes come back masked; their end must be the one asked for
                if not card.codeSuffix or card.codeSuffix.upper() == spelling[-4:].upper():
                    return card
        raise NotFound(what="gift card", name=_masked(typed))

    async def _by_id(self, card_id: str) -> wire_offers.GiftCard:
        if not is_guid(card_id):
            raise NotFound(what="gift card", name=card_id)
        body = await self._api.get(f"{_CARDS}/{card_id}", "gift_card.read")
        return parse(wire_offers.GiftCard, record_of(body, "giftCard"), "$.giftCard")

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        """Debit once per reference.

        Raises PlatformRefused when the card holds less or cannot be used, OutcomeUnknown when no try was answered.
        """
        if amount.minor <= 0:
            raise InvalidInput(field="amount", reason="must be above zero")
        card = await self._by_code(code)
        return await self._book(card.id, "decrease", amount, reference, _key(reference))

    async def _book(self, card_id: str, way: str, amount: Money, note: str, key: str) -> Redemption:
        """One booking. Its key makes a repeat harmless, so a lost answer is asked for again."""
        body = {"amount": {"amount": str(amount.amount)}, "note": note, "idempotencyKey": key}
        for last in (*[False] * (_TRIES - 1), True):
            try:
                answer = await self._api.post(f"{_CARDS}/{card_id}/{way}-balance", f"gift_card.{way}", body)
            except OutcomeUnknown:
                if last:
                    raise
                continue
            return self._booked(card_id, answer, amount, note)
        raise AssertionError("the last try answers or raises")

    def _booked(self, card_id: str, answer: Any, amount: Money, reference: str) -> Redemption:
        after = parse(wire_offers.NewBalance, answer, "$").balance.amount
        now = self._session.clock.now()
        return Redemption(card_id, "", amount, Money(after, amount.currency), reference, now)

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        """Whether the debit of a reference is booked: asked for under its key, with more than the card can hold.

        A key Wix knows answers as it did the first time; for another the card is short and nothing is taken. Raises
        OutcomeUnknown when Wix answers neither.
        """
        card = await self._by_id(card_id)
        out_of_reach = Money(card.balance.amount + _OUT_OF_REACH, amount.currency)
        try:
            found = await self._book(card_id, "decrease", out_of_reach, reference, _key(reference))
        except (PlatformRefused, Conflict) as refusal:
            if refusal.params.get("code") == _INSUFFICIENT:
                return None
            raise OutcomeUnknown(evidence=f"asked whether it was debited, Wix says {refusal}") from refusal
        now = self._session.clock.now()
        return Redemption(card_id, "", amount, found.balance_after, reference, now)

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        """Credit what an abandoned basket had taken, once per reference."""
        await self._by_id(card_id)
        return await self._book(card_id, "increase", amount, reference, f"{_key(reference)}-back")


def _key(reference: str) -> str:
    return f"tillbridge-{reference}"[:90]


def _masked(typed: str) -> str:
    bare = "".join(each for each in typed if each.isalnum())
    return f"•••• {bare[-4:]}" if len(bare) >= _SHORTEST else "••••"
