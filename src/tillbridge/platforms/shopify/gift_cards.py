"""Gift cards of a Shopify shop: balance, debit with our reference as note, look-up, credit. Built by the registry."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from tillbridge.domain.errors import (
    CapabilityAbsent,
    Drift,
    InvalidInput,
    MissingPermission,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
)
from tillbridge.domain.money import Money
from tillbridge.domain.offers import GiftCardBalance, Redemption
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.shopify import spec, wire_offers
from tillbridge.platforms.shopify.calls import Graph, Json
from tillbridge.platforms.shopify.mapping import map_gift_card
from tillbridge.platforms.shopify.reading import dig, money, records, text
from tillbridge.platforms.writing import moment

P = ParamSpec("P")
T = TypeVar("T")

_DEBIT, _CREDIT = "GiftCardDebitTransaction", "GiftCardCreditTransaction"
_SHORTEST_CODE = 8


def _if_enabled(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Shopify answers a shop without gift cards like a missing scope; it is a capability, not a fault."""

    @wraps(call)
    async def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except MissingPermission as error:
            raise CapabilityAbsent(capability="Gift cards", reason=spec.NO_GIFT_CARDS) from error

    return inner


class ShopifyGiftCardService:
    """A debit has no idempotency on Shopify: its note is looked up before a second one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._graph = Graph(session)

    @_if_enabled
    async def check_balance(self, code: Secret) -> GiftCardBalance:
        """The card of a code. Raises NotFound for an unknown one."""
        plain = code.reveal().replace(" ", "").replace("-", "").lower()
        if len(plain) < _SHORTEST_CODE or not plain.isalnum():
            raise NotFound(what="gift card", name=_masked(plain))
        self._session.api.redactor.learn(code)
        self._session.api.redactor.learn(Secret(plain))
        data = await self._graph.ask("GiftCardLookup", query=plain)
        return self._only_match(records(data, "giftCards.nodes"), plain)

    def _only_match(self, nodes: list[Any], plain: str) -> GiftCardBalance:
        """The search also covers other fields, so the card's own tail must agree with the typed one."""
        currency = self._session.connection.currency
        today = self._session.clock.now().astimezone(ZoneInfo(self._session.connection.zone or "UTC")).date()
        fitting = [
            (at, each) for at, each in enumerate(nodes)
            if (tail := text(each, "lastCharacters").lower()) and plain.endswith(tail)
        ]  # fmt: skip
        if not fitting:
            raise NotFound(what="gift card", name=_masked(plain))
        if len(fitting) > 1:
            raise PlatformRefused(
                field="gift card", code="AMBIGUOUS", reason="Shopify found several cards for this code"
            )
        at, raw = fitting[0]
        return map_gift_card(raw, f"$.giftCards.nodes[{at}]", currency, today)

    @_if_enabled
    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        """Debit once. A reference already debited is answered, not debited again."""
        if amount.minor <= 0:
            raise InvalidInput(field="amount", reason="must be above zero")
        card = await self.check_balance(code)
        if (booked := await self._find(card.external_id, amount, reference, _DEBIT)) is not None:
            return booked
        if not card.usable:
            raise PlatformRefused(field="gift card", code="NOT_USABLE", reason=card.reason)
        if card.balance < amount:
            raise PlatformRefused(
                field="gift card amount", code="INSUFFICIENT_FUNDS", reason=f"the card holds {card.balance}"
            )
        data = await self._graph.change(
            "GiftCardDebit", id=card.external_id, debitInput={"debitAmount": _input(amount), **self._entry(reference)}
        )
        return self._booked(dig(data, "giftCardDebit.giftCardDebitTransaction"), card.external_id, amount, reference)

    @_if_enabled
    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None:
        """The debit whose note is the reference, among all the card's transactions."""
        return await self._find(card_id, amount, reference, _DEBIT)

    @_if_enabled
    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        """Credit once per reference."""
        if (booked := await self._find(card_id, amount, reference, _CREDIT)) is not None:
            return booked
        data = await self._graph.change(
            "GiftCardCredit", id=card_id, creditInput={"creditAmount": _input(amount), **self._entry(reference)}
        )
        return self._booked(dig(data, "giftCardCredit.giftCardCreditTransaction"), card_id, amount, reference)

    def _entry(self, reference: str) -> Json:
        return {"note": reference, "processedAt": moment(self._session.clock.now())}

    def _booked(self, raw: Any, card_id: str, amount: Money, reference: str) -> Redemption:
        try:
            node = parse(wire_offers.BookedTransaction, raw, "$.transaction")
            left = money(node.giftCard.balance, "$.transaction.giftCard.balance", amount.currency)
        except Drift as error:
            # the money may have moved: only a look-up can tell
            raise OutcomeUnknown(evidence=f"Shopify's answer does not name the transaction: {error}") from error
        return Redemption(card_id, node.id, amount, left, reference, node.processedAt)

    async def _find(self, card_id: str, amount: Money, reference: str, kind: str) -> Redemption | None:
        """A booked transaction of a kind by its note; debits are told as negative amounts."""
        path = "$.giftCard.transactions"
        async for raw in self._graph.nodes("GiftCardTransactions", "giftCard.transactions", id=card_id):
            node = parse(wire_offers.CardTransaction, raw, path)
            if node.typename == kind and node.note == reference:
                booked = abs(money(node.amount, path, amount.currency))
                return Redemption(card_id, node.id, booked, None, reference, node.processedAt)
        return None


def _input(amount: Money) -> Json:
    return {"amount": str(amount.amount), "currencyCode": amount.currency}


def _masked(plain: str) -> str:
    return f"•••• {plain[-4:]}" if len(plain) >= _SHORTEST_CODE else "••••"
