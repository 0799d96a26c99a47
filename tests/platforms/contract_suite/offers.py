"""Codes judged for a basket, and gift cards asked, debited and given back."""

from __future__ import annotations

import pytest

from tests.platforms.contract_suite.ground import CODE, Bench, Ground, eur
from tests.support.proving import proves
from tests.support.till import basket_lines, offer_of
from tillbridge.domain.errors import CapabilityAbsent, NotFound, PlatformRefused
from tillbridge.domain.specs import GiftCardMode, Noun
from tillbridge.domain.tokens import Secret

CARD = Secret("GIFT-AAAA-1111-2222")


class OfferCases(Ground):
    @pytest.mark.parametrize(
        ("code", "wanted", "valid", "amount"),
        [
            ("HARBOUR10", {"TEE-M": 2}, True, "4.98"),
            ("harbour10", {"TEE-M": 2}, True, "4.98"),
            ("FIVEOFF", {"TEE-M": 2}, True, "5.00"),
            ("EXPIRED5", {"TEE-M": 2}, False, None),
            ("SPEND100", {"TEE-M": 2}, False, None),
            ("SPEND100", {"LAST-1": 1, "TOTE-1": 1}, True, "10.70"),
            ("ONCEONLY", {"TEE-M": 2}, False, None),
            ("SOAPDEAL", {"SOAP-1": 5, "TEE-M": 1}, True, "6.40"),
            ("SOAPDEAL", {"TEE-M": 1}, False, None),
            ("NO-SUCH-CODE", {"TEE-M": 2}, False, None),
            ("GRÜẞE-🎁", {"TEE-M": 2}, False, None),
        ],
    )
    @proves("discount.check")
    async def test_a_code_is_judged(
        self, bench: Bench, code: str, wanted: dict[str, int], valid: bool, amount: str | None
    ) -> None:
        lines = await basket_lines(self.platform.product(bench.session), wanted)
        verdict = await self.platform.discount(bench.session).check_code(code, offer_of(lines))
        assert verdict.valid is valid, verdict.reason
        if amount is not None:
            assert verdict.amount == eur(amount)
        if not valid:
            assert verdict.reason
        assert verdict.judged_by_platform or verdict.judged_by_us

    @proves("discount.use_count")
    async def test_a_code_sold_is_counted_where_the_answer_says_so(self, bench: Bench) -> None:
        order = await bench.sale(discounts=[CODE])
        placed = await bench.push(order)
        booked = str(bench.one_paid_order(order)["code"] or "")
        assert (booked.casefold() == "harbour10") is placed.code_counted

    @proves("gift_card.redeem")
    async def test_a_gift_card_pays_once_and_gives_back(self, bench: Bench) -> None:
        cards = self.platform.gift_card(bench.session)
        if await self.is_absent(Noun.GIFT_CARD, "redeem", lambda: cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")):
            return
        if self.platform.spec.gift_cards is not GiftCardMode.STANDALONE:
            with pytest.raises(CapabilityAbsent):
                await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
            return
        taken = await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
        found = await cards.look_up_redemption(taken.card_id, eur("15.00"), "TBREF1")
        assert found is not None
        assert found.amount == eur("15.00")
        assert await cards.look_up_redemption(taken.card_id, eur("15.00"), "TBREF2") is None
        await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
        assert (await cards.check_balance(CARD)).balance == eur("35.00"), "the same reference debits once"
        with pytest.raises(PlatformRefused):
            await cards.redeem_gift_card(CARD, eur("50.00"), "TBREF3")
        await cards.give_back(taken.card_id, eur("15.00"), "TBREF1")
        await cards.give_back(taken.card_id, eur("15.00"), "TBREF1")
        assert (await cards.check_balance(CARD)).balance == eur("50.00")
        assert bench.mails == []

    @proves("gift_card.balance")
    async def test_a_gift_cards_balance_is_read_and_its_code_never_shown(self, bench: Bench) -> None:
        cards = self.platform.gift_card(bench.session)
        if await self.is_absent(Noun.GIFT_CARD, "balance", lambda: cards.check_balance(CARD)):
            return
        balance = await cards.check_balance(CARD)
        assert (balance.balance, balance.usable) == (eur("50.00"), True)
        assert "1111" not in balance.masked
        for unknown in ("GIFT-ZZZZ-0000-0000", "2222", "GIFT"):
            with pytest.raises(NotFound):
                await cards.check_balance(Secret(unknown))
