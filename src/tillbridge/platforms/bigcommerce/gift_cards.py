"""Gift certificates of a store: no debit call and no ledger, so read, write, read again. Built by the registry.

A booking and its mark in the certificate's message go out in one write, so that either both stand or neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import InvalidInput, NotFound, OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.net.client import Repeat
from tillbridge.platforms.bigcommerce import wire_offers
from tillbridge.platforms.bigcommerce.calls import Api
from tillbridge.platforms.bigcommerce.order_writing import four
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse

_CERTIFICATES = "/v2/gift_certificates"
_DEBIT, _CREDIT = "-", "+"
_LONGEST_CODE = 20
"""The shop keeps the first twenty characters of a longer code."""
_STATUS = {
    "pending": "the card is not active yet",
    "disabled": "the card is switched off",
    "expired": "the card has expired",
}
_DEMANDED = ("to_name", "to_email", "from_name", "from_email")


class BigCommerceGiftCardService:
    """A balance is written only right after it was read, and read again after; the message holds our bookings."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._api = Api(session)

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        """Raises NotFound for an unknown code."""
        card = await self._card(code)
        reason = self._why_not(card)
        expires = card.expiry_date.date() if card.expiry_date else None
        balance = Money(card.balance, card.currency_code or self._session.connection.currency)
        return GiftCardBalance(str(card.id), masked(card.code), balance, not reason, reason, expires)

    def _why_not(self, card: wire_offers.GiftCertificate) -> str:
        currency = self._session.connection.currency
        if card.status != "active":
            return _STATUS.get(card.status, f"the card is {card.status or 'not active'}")
        if card.expiry_date is not None and card.expiry_date < self._session.clock.now():
            return _STATUS["expired"]
        if card.currency_code and card.currency_code != currency:
            return f"the card is in {card.currency_code}, the sale in {currency}"
        return "" if card.balance > 0 else "the card is empty"

    async def _card(self, code: Secret) -> wire_offers.GiftCertificate:
        typed = code.reveal().strip()
        if not typed:
            raise NotFound(what="gift card", name=masked(typed))
        self._session.api.redactor.learn(Secret(typed))
        for spelling in dict.fromkeys((typed[:_LONGEST_CODE], typed.upper()[:_LONGEST_CODE])):
            rows = await self._api.rows(_CERTIFICATES, "gift_card.find", (("code", spelling), ("limit", "50")))
            for at, row in enumerate(rows):
                card = parse(wire_offers.GiftCertificate, row, f"$[{at}]")
                self._session.api.redactor.learn(Secret(card.code))
                if card.code.upper() == spelling.upper():
                    return card
        raise NotFound(what="gift card", name=masked(typed))

    async def _by_id(self, card_id: str) -> wire_offers.GiftCertificate:
        if not card_id.isdigit():
            raise NotFound(what="gift card", name=card_id)
        raw = await self._api.get(f"{_CERTIFICATES}/{card_id}", "gift_card.read")
        return parse(wire_offers.GiftCertificate, raw, "$")

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        """Debit once. A reference already debited is answered, not debited again.

        Raises PlatformRefused when the card holds less or cannot be used, OutcomeUnknown when somebody wrote over it.
        """
        if amount.minor <= 0:
            raise InvalidInput(field="amount", reason="must be above zero")
        found = await self.check_balance(code)
        card = await self._by_id(found.external_id)
        if (mark := _mark(_DEBIT, reference)) in card.message.split():
            return self._booked(card, amount, reference)
        if reason := self._why_not(card):
            raise PlatformRefused(field="gift card", code="not_usable", reason=reason)
        if card.balance < amount.amount:
            reason = f"the card holds {found.balance}, which is less than {amount}"
            raise PlatformRefused(field="gift card", code="insufficient", reason=reason)
        return await self._book(card, -amount.amount, mark, amount, reference)

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        """The debit whose mark the certificate carries."""
        card = await self._by_id(card_id)
        return self._booked(card, amount, reference) if _mark(_DEBIT, reference) in card.message.split() else None

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        """Credit what an abandoned basket had taken, once per reference."""
        card = await self._by_id(card_id)
        if (mark := _mark(_CREDIT, reference)) in card.message.split():
            return self._booked(card, amount, reference)
        return await self._book(card, amount.amount, mark, amount, reference)

    async def _book(
        self, card: wire_offers.GiftCertificate, change: Decimal, mark: str, amount: Money, reference: str
    ) -> Redemption:
        """One write of balance and mark, never repeated, then a read that must show both."""
        body = _body(card, card.balance + change, mark)
        await self._api.put(f"{_CERTIFICATES}/{card.id}", "gift_card.book", body, repeat=Repeat.NEVER)
        try:
            after = await self._by_id(str(card.id))
        except TillbridgeError as error:
            # the money may have moved: anything but "unknown" would let it move again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if mark not in after.message.split():
            evidence = f"somebody wrote over the card meanwhile: it holds {after.balance} and not our booking"
            raise OutcomeUnknown(evidence=evidence)
        if after.balance > card.balance + change:
            evidence = f"the card holds {after.balance} after the booking, more than {card.balance + change}"
            raise OutcomeUnknown(evidence=evidence)
        # less than we left is another's debit after ours, which leaves ours standing
        return self._booked(after, amount, reference)

    def _booked(self, card: wire_offers.GiftCertificate, amount: Money, reference: str) -> Redemption:
        now: datetime = self._session.clock.now()
        return Redemption(str(card.id), "", amount, Money(card.balance, amount.currency), reference, now)


def _mark(sign: str, reference: str) -> str:
    """A booking as one word of the message: "[-TB…]". The bracket keeps one reference from being part of another."""
    return f"[{sign}{re.sub(r'[^0-9A-Za-z_-]', '_', reference)}]"


def _body(card: wire_offers.GiftCertificate, balance: Decimal, mark: str) -> Mapping[str, Any]:
    """The five members each write demands, the new balance, and the message with one mark more."""
    kept = {name: getattr(card, name) for name in _DEMANDED}
    # in front, so that a message cut to a length loses its end and never our newest mark
    message = f"{mark} {card.message}".strip()
    return {**kept, "amount": four(card.amount), "balance": four(balance), "message": message}


def masked(code: str) -> str:
    """The last four characters."""
    bare = "".join(each for each in code if each.isalnum())
    return f"•••• {bare[-4:]}"
