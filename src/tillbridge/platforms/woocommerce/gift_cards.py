"""Gift cards on WooCommerce by the shop's add-on: PW Gift Cards Pro, or balances of the official extension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tillbridge.domain.errors import CapabilityAbsent, Drift, NotFound, OutcomeUnknown, PlatformRefused, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.net.client import Repeat
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.dialect import MISSING_ROUTE
from tillbridge.platforms.woocommerce.shop_facts import NONE, OFFICIAL, add_on
from tillbridge.platforms.woocommerce.spec import NO_CARD_LEDGER, NO_GIFT_CARDS, OFFICIAL_BALANCE_ONLY

_PW = "/wc-pimwick/v1/pw-gift-cards"
_BACK = "give-back "


class WooCommerceGiftCardService:
    """A debit is a relative change with our reference as its note; the card's activity is the ledger."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def check_balance(self, code: Secret) -> GiftCardBalance:
        """Raises NotFound for an unknown or deactivated code, CapabilityAbsent without an add-on."""
        kind = add_on(self._session)
        if kind == NONE:
            raise CapabilityAbsent(capability="Gift cards", reason=NO_GIFT_CARDS)
        if kind == OFFICIAL:
            return await self._official_balance(code)
        card = await self._card(code)
        return self._balance(card.pimwick_gift_card_id, card.number, card.balance, _day(card.expiration_date))

    def _balance(self, card_id: str, code: str, balance: Decimal, expires_on: date | None) -> GiftCardBalance:
        today = self._session.clock.now().astimezone(ZoneInfo(self._session.connection.zone or "UTC")).date()
        expired = expires_on is not None and expires_on < today
        reason = "the card has expired" if expired else "" if balance > 0 else "the card is empty"
        currency = self._session.connection.currency
        return GiftCardBalance(card_id, masked(code), Money(balance, currency), not reason, reason, expires_on)

    async def _card(self, code: Secret) -> wire.PwCard:
        """The active card. The route wants the number as issued, so the dashes people leave out are tried too."""
        for number in spellings(code.reveal()):
            rows = await self._rest.rows(_PW, "gift_card.find", (("number", number),))
            for at, row in enumerate(rows):
                card = parse(wire.PwCard, row, f"$[{at}]")
                self._session.api.redactor.learn(Secret(card.number))
                if _bare(card.number) == _bare(number):
                    return card
        raise NotFound(what="gift card", name=masked(code.reveal()))

    async def _official_balance(self, code: Secret) -> GiftCardBalance:
        """The extension cannot be asked for a code, so its list is walked."""
        async for page in self._rest.pages("/wc/v3/gift-cards", "gift_card.find"):
            for at, row in enumerate(page.rows):
                card = parse(wire.OfficialCard, row, f"$[{at}]")
                if _bare(card.code) == _bare(code.reveal()) and card.is_active not in (False, "off", "no"):
                    return self._balance(str(card.id), card.code, card.remaining, _day(card.expire_date))
        raise NotFound(what="gift card", name=masked(code.reveal()))

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        """Debit once. Raises PlatformRefused when the card holds less or has ended, OutcomeUnknown if unsure."""
        self._demand_pw()
        balance = await self.check_balance(code)
        if done := await self.look_up_redemption(balance.external_id, amount, reference):
            return done
        if not balance.usable:
            raise PlatformRefused(field="gift card", code="not_usable", reason=balance.reason)
        if balance.balance < amount:
            reason = f"the card holds {balance.balance}, which is less than {amount}"
            raise PlatformRefused(field="gift card", code="insufficient", reason=reason)
        return await self._book(balance.external_id, -amount, reference, amount, reference)

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        """The debit that carries the reference, from the card's own activity."""
        self._demand_pw()
        return await self._booked(card_id, reference, amount, reference)

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        """Credit what an abandoned basket had taken, once per reference."""
        self._demand_pw()
        note = f"{_BACK}{reference}"
        if done := await self._booked(card_id, note, amount, reference):
            return done
        return await self._book(card_id, amount, note, amount, reference)

    def _demand_pw(self) -> None:
        kind = add_on(self._session)
        if kind in (NONE, OFFICIAL):
            reason = NO_GIFT_CARDS if kind == NONE else OFFICIAL_BALANCE_ONLY
            raise CapabilityAbsent(capability="Gift card redemption", reason=reason)

    async def _book(self, card_id: str, change: Money, note: str, amount: Money, reference: str) -> Redemption:
        # JSON numbers only: this add-on adds them up in PHP
        body = {"amount": float(change.amount), "note": note}
        answer = await self._rest.change(f"{_PW}/{card_id}", "gift_card.book", body, repeat=Repeat.NEVER)
        if found := self._from_activity(answer, note, amount, reference, card_id):
            return found
        try:
            again = await self._booked(card_id, note, amount, reference)
        except TillbridgeError as error:
            # the money may have moved: anything but "unknown" would let it move again
            raise OutcomeUnknown(evidence=f"booked, but not read back: {error}") from error
        if again is None:
            raise OutcomeUnknown(evidence="the shop took the booking and does not list it")
        return again

    async def _booked(self, card_id: str, note: str, amount: Money, reference: str) -> Redemption | None:
        try:
            answer = await self._rest.get(f"{_PW}/{card_id}", "gift_card.activity")
        except NotFound as error:
            if error.params.get("what") != MISSING_ROUTE:
                raise
            raise CapabilityAbsent(capability="Gift card redemption", reason=NO_CARD_LEDGER) from error
        return self._from_activity(answer, note, amount, reference, card_id)

    def _from_activity(self, answer: Any, note: str, amount: Money, reference: str, card_id: str) -> Redemption | None:
        if not isinstance(answer, dict) or not isinstance(answer.get("activity"), list):
            raise Drift(path="$.activity", expected="the card's activity", found=type(answer).__name__)
        for at, row in enumerate(answer["activity"]):
            entry = parse(wire.PwActivity, row, f"$.activity[{at}]")
            if entry.note == note:
                return self._redemption(answer, entry, amount, reference, card_id)
        return None

    def _redemption(
        self, answer: dict[str, Any], entry: wire.PwActivity, amount: Money, reference: str, card_id: str
    ) -> Redemption:
        card = parse(wire.PwCard, answer.get("gift_card"), "$.gift_card")
        booked = Money(abs(entry.amount), amount.currency) if entry.amount is not None else amount
        at = _moment(entry.activity_date) or self._session.clock.now()
        left = Money(card.balance, amount.currency)
        return Redemption(card_id, entry.pimwick_gift_card_activity_id, booked, left, reference, at)


def masked(code: str) -> str:
    """The last four characters."""
    return f"•••• {_bare(code)[-4:]}"


def spellings(code: str) -> Sequence[str]:
    """A number as typed, and in groups of four as the add-on issues it."""
    typed = code.strip().upper()
    bare = _bare(typed)
    grouped = "-".join(bare[at : at + 4] for at in range(0, len(bare), 4))
    return tuple(dict.fromkeys(each for each in (typed, grouped) if each))


def _bare(code: str) -> str:
    return "".join(each for each in code.upper() if each.isalnum())


def _day(value: Any) -> date | None:
    text = str(value or "")[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        return None
