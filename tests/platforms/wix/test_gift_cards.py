"""Gift cards of a Wix site: debited once whatever gets lost, found by their key, given back once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.wix.adapter import Bench, bench, eur
from tillbridge.domain.errors import CapabilityAbsent, NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.wix import PLATFORM

CARD, EMPTYISH, OFF = Secret("GIFT-AAAA-1111-2222"), Secret("gift-bbbb-3333-4444"), Secret("GIFT-CCCC-5555-6666")


def row(at: Bench) -> dict[str, Any]:
    """The site's own row of the first card."""
    return next(each for each in at.shop.site.cards.values() if each["code"] == "GIFTAAAA11112222")


async def test_a_code_is_found_as_it_is_printed_and_shown_by_its_end_only() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        for typed in ("GIFT-AAAA-1111-2222", "gift-aaaa-1111-2222", "GIFTAAAA11112222", " giftaaaa11112222 "):
            found = await cards.check_balance(Secret(typed))
            assert (found.balance, found.usable, found.masked) == (eur("50.00"), True, "•••• 2222")
        assert (await cards.check_balance(EMPTYISH)).balance == eur("10.00")


async def test_a_card_that_is_switched_off_says_so_and_is_not_debited() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        found = await cards.check_balance(OFF)
        assert (found.usable, found.reason) == (False, "the card is switched off")
        with pytest.raises(PlatformRefused):
            await cards.redeem_gift_card(OFF, eur("5.00"), "TBREF1")


@pytest.mark.parametrize("fault", ["timeout_after_commit", "timeout_before_commit", "truncated", "error_5xx"])
async def test_a_lost_answer_is_asked_for_again_and_debits_once(fault: str) -> None:
    async with bench() as at:
        at.shop.faults.arm(fault, match="decrease-balance")
        taken = await PLATFORM.gift_card(at.session).redeem_gift_card(CARD, eur("15.00"), "TBREF1")
        assert taken.balance_after == eur("35.00")
        assert len(row(at)["journal"]) == 1


async def test_a_line_that_stays_dead_is_unknown_and_found_by_its_key_later() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        card = (await cards.check_balance(CARD)).external_id
        at.shop.faults.arm("timeout_after_commit", times=3, match="decrease-balance")
        with pytest.raises(OutcomeUnknown):
            await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
        found = await cards.look_up_redemption(card, eur("15.00"), "TBREF1")
        assert found is not None
        assert (found.amount, found.balance_after) == (eur("15.00"), eur("35.00"))
        assert await cards.look_up_redemption(card, eur("15.00"), "TBREF2") is None
        assert row(at)["balance"] == eur("35.00").amount


async def test_asking_whether_it_was_debited_takes_nothing_and_leaves_the_key_free() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        card = (await cards.check_balance(CARD)).external_id
        assert await cards.look_up_redemption(card, eur("15.00"), "TBREF1") is None
        assert row(at)["journal"] == []
        assert (await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")).balance_after == eur("35.00")


async def test_a_refusal_that_does_not_tell_leaves_it_unknown() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        card = (await cards.check_balance(OFF)).external_id
        with pytest.raises(OutcomeUnknown):
            await cards.look_up_redemption(card, eur("5.00"), "TBREF1")


async def test_more_than_the_card_holds_is_refused() -> None:
    async with bench() as at:
        with pytest.raises(PlatformRefused) as caught:
            await PLATFORM.gift_card(at.session).redeem_gift_card(EMPTYISH, eur("10.01"), "TBREF1")
        assert caught.value.params["code"] == "INSUFFICIENT_FUNDS"


async def test_a_site_without_the_app_says_so() -> None:
    async with bench(gift_card_app=False) as at:
        facts = await PLATFORM.shop(at.session).test()
        assert facts.facts["gift_cards"] == "no"
        with pytest.raises(CapabilityAbsent):
            await PLATFORM.gift_card(at.with_facts(**facts.facts)).check_balance(CARD)


async def test_an_unknown_card_is_not_found_by_id_either() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        for card_id in ("17", "00000000-0000-4000-8000-000000000001"):
            with pytest.raises(NotFound):
                await cards.give_back(card_id, eur("1.00"), "TBREF1")
