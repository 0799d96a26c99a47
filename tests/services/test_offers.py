"""Codes and gift cards asked of a store outside a basket, and the journal that keeps every debit."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.stores import OPERATOR, Stores
from tillbridge.domain.errors import InvalidInput, NotFound, NotTheApi, PlatformRefused, RateLimited, UnknownConnection
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.money import Money
from tillbridge.domain.offers import RedemptionState
from tillbridge.domain.tokens import Secret

CARD = Secret("GIFT-AAAA-1111-2222")
PLATFORMS = ("shopify", "woocommerce")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.fixture(params=PLATFORMS)
async def shop(stores: Stores, request: pytest.FixtureRequest) -> Stores:
    await stores.connect(request.param)
    await stores.stock_up("web")
    return stores


async def held(shop: Stores) -> Money:
    return (await shop.offers.balance("web", CARD)).balance


async def test_a_code_is_judged_for_goods_by_sku(shop: Stores) -> None:
    verdict = await shop.offers.check_discount("web", " HARBOUR10 ", [("TEE-M", Decimal(2)), ("SOAP-1", Decimal(1))])
    assert (verdict.valid, verdict.amount) == (True, eur("5.62"))
    with pytest.raises(InvalidInput, match="NO-SUCH"):
        await shop.offers.check_discount("web", "HARBOUR10", [("NO-SUCH", Decimal(1))])
    with pytest.raises(UnknownConnection):
        await shop.offers.check_discount("outlet", "HARBOUR10", [("TEE-M", Decimal(1))])


async def test_two_tills_asking_at_once_do_not_mix_their_goods(shop: Stores) -> None:
    asked = [[("TEE-M", Decimal(2))], [("SOAP-1", Decimal(1))], [("MUG-BLU", Decimal(4))]]
    verdicts = await asyncio.gather(*(shop.offers.check_discount("web", "HARBOUR10", each) for each in asked))
    assert [each.amount for each in verdicts] == [eur("4.98"), eur("0.64"), eur("5.00")]


async def test_a_card_shows_its_balance_and_never_its_code(shop: Stores) -> None:
    balance = await shop.offers.balance("web", CARD)
    assert (balance.balance, balance.usable) == (eur("50.00"), True)
    assert "1111" not in repr(balance)
    with pytest.raises(NotFound):
        await shop.offers.balance("web", Secret("GIFT-ZZZZ-0000-0000"))


async def test_money_is_taken_once_for_a_reference_however_often_it_is_asked(shop: Stores) -> None:
    for _ in range(3):
        taken = await shop.offers.redeem("web", CARD, eur("12.00"), "desk-1", OPERATOR)
        shop.clock.advance(30)
    assert (taken.amount, await held(shop)) == (eur("12.00"), eur("38.00"))
    with pytest.raises(InvalidInput, match=r"12\.00"):
        await shop.offers.redeem("web", CARD, eur("13.00"), "desk-1", OPERATOR)
    await shop.offers.redeem("web", CARD, eur("8.00"), "desk-2", OPERATOR)
    assert await held(shop) == eur("30.00")


async def test_a_card_that_holds_less_is_refused_and_the_journal_is_closed(shop: Stores) -> None:
    with pytest.raises(PlatformRefused):
        await shop.offers.redeem("web", CARD, eur("50.01"), "desk-1", OPERATOR)
    assert await held(shop) == eur("50.00")
    assert await shop.storage.redemptions.unsettled() == ()


async def test_a_debit_the_store_was_too_busy_for_may_be_asked_again(shop: Stores) -> None:
    connection = await shop.connections.find("web")
    busy = shop.simulators[connection.platform].faults.arm("storm_429", 20, "desk-1")
    with pytest.raises(RateLimited):
        await shop.offers.redeem("web", CARD, eur("12.00"), "desk-1", OPERATOR)
    assert busy.fired
    busy.times = 0
    shop.clock.advance(60)
    await shop.offers.redeem("web", CARD, eur("12.00"), "desk-1", OPERATOR)
    assert await held(shop) == eur("38.00")


async def test_a_debit_before_which_the_store_answered_pages_may_be_asked_again(shop: Stores) -> None:
    connection = await shop.connections.find("web")
    pages = shop.simulators[connection.platform].faults.arm("html", 20, skip=1)
    with pytest.raises(NotTheApi):
        await shop.offers.redeem("web", CARD, eur("12.00"), "desk-1", OPERATOR)
    pages.times = 0
    await shop.offers.redeem("web", CARD, eur("12.00"), "desk-1", OPERATOR)
    assert await held(shop) == eur("38.00")


async def test_every_debit_is_audited_without_the_code(shop: Stores) -> None:
    await shop.offers.redeem("web", CARD, eur("5.00"), "desk-1", OPERATOR)
    (entry,) = await shop.storage.audit.list(subject="desk-1")
    assert (entry.actor, entry.params["amount"]) == (OPERATOR, "5.00 EUR")
    assert "1111" not in str(entry)


async def left_behind(shop: Stores, reference: str = "TBLEFTBEHIND") -> None:
    """A till that died between the debit and the sale."""
    await shop.offers.redeem("web", CARD, eur("20.00"), reference, OPERATOR)


async def test_what_a_till_took_for_a_sale_that_never_was_goes_back(shop: Stores) -> None:
    await left_behind(shop)
    shop.clock.advance(timedelta(minutes=16).total_seconds())
    assert await shop.offers.settle_left_behind() == 1
    assert await shop.offers.settle_left_behind() == 1
    await shop.work()
    assert await held(shop) == eur("50.00")
    assert await shop.offers.settle_left_behind() == 0
    assert [each.state for each in await shop.storage.redemptions.of_reference("TBLEFTBEHIND")] == [
        RedemptionState.GIVEN_BACK
    ]


async def test_a_till_that_is_paying_right_now_is_left_alone(shop: Stores) -> None:
    await left_behind(shop)
    assert await shop.offers.settle_left_behind() == 0
    connection = await shop.connections.find("web")
    assert await shop.storage.jobs.unfinished(connection.id, JobKind.GIVE_BACK_GIFT_CARD) == 0


async def test_a_debit_by_hand_is_nobodys_to_give_back(shop: Stores) -> None:
    await left_behind(shop, "desk-1")
    shop.clock.advance(3600)
    assert await shop.offers.settle_left_behind() == 0
    await shop.work()
    assert await held(shop) == eur("30.00")
