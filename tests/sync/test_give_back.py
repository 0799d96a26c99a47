"""What an abandoned basket took from a gift card goes back, once; what was never taken does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.counters import BackOffice
from tests.support.memory_shop import Killed, lost
from tests.support.pulled_shop import PulledShop
from tests.support.stock_shop import StockShop
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.money import Money
from tillbridge.domain.offers import RedemptionState
from tillbridge.sync.enqueue import new_job

TEN = Money(Decimal(10), "EUR")


async def _abandon(office: BackOffice, state: RedemptionState, *, taken: bool) -> PulledShop:
    """A basket that reserved ten euros of card "c1" under reference TBX and was left."""
    await office.connect()
    connection = await office.connection()
    office.pulls = PulledShop(StockShop(office.clock))
    if taken:
        office.pulls.cards.debits["c1", "TBX"] = TEN
    entry = await office.storage.redemptions.reserve(connection.id, "c1", "2222", TEN, "TBX")
    await office.storage.redemptions.move(entry.id, state)
    payload = {"card_id": "c1", "amount": "10.00", "currency": "EUR", "reference": "TBX"}
    job = new_job(JobKind.GIVE_BACK_GIFT_CARD, connection.id, office.clock.now(), payload=payload)
    await office.storage.jobs.add([job])
    return office.pulls


async def _state(office: BackOffice) -> RedemptionState:
    (entry,) = await office.storage.redemptions.of_reference("TBX")
    return entry.state


@pytest.mark.parametrize("state", [RedemptionState.RESERVED, RedemptionState.UNKNOWN, RedemptionState.DEBITED])
async def test_what_was_taken_goes_back(office: BackOffice, state: RedemptionState) -> None:
    shop = await _abandon(office, state, taken=True)
    await office.work()
    assert shop.cards.credits == {("c1", "TBX"): TEN}
    assert await _state(office) is RedemptionState.GIVEN_BACK


async def test_what_was_never_taken_is_not_given(office: BackOffice) -> None:
    shop = await _abandon(office, RedemptionState.UNKNOWN, taken=False)
    await office.work()
    assert shop.cards.credits == {}
    assert await _state(office) is RedemptionState.GIVEN_BACK


@pytest.mark.parametrize("error", [lost(), Killed("power")])
async def test_a_lost_answer_gives_it_back_once(office: BackOffice, error: BaseException) -> None:
    shop = await _abandon(office, RedemptionState.DEBITED, taken=True)
    shop.cards.lose.append(error)
    await office.work()
    await office.work()
    assert shop.cards.credits == {("c1", "TBX"): TEN}
    assert await _state(office) is RedemptionState.GIVEN_BACK
