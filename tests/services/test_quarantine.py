"""Records that do not fit: told once per place, seen grouped, and read again after a fix."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.clock import VirtualClock
from tests.support.counters import TILL, BackOffice
from tests.support.pulled_shop import PulledShop, product
from tests.support.stock_shop import StockShop
from tillbridge.domain.errors import InvalidInput, UnknownConnection
from tillbridge.domain.jobs import JobKind, JobState
from tillbridge.domain.notifications import Notification
from tillbridge.platforms.contract import Page, RefusedRecord
from tillbridge.services.quarantine import QuarantineService
from tillbridge.sync.enqueue import new_job

NEWEST = VirtualClock().now() - timedelta(hours=1)


@pytest.fixture
async def shop(office: BackOffice) -> PulledShop:
    await office.connect()
    office.pulls = PulledShop(StockShop(office.clock))
    return office.pulls


@pytest.fixture
def quarantine(office: BackOffice) -> QuarantineService:
    return QuarantineService(office.storage, office.clock)


def _bad(number: int, path: str = "$.products[{}].price") -> RefusedRecord:
    return RefusedRecord(f"p{number}", path.format(number), "a decimal", "free", f'{{"id": "p{number}"}}')


async def _pull(office: BackOffice) -> None:
    job = new_job(JobKind.PULL_PRODUCTS, (await office.connection()).id, office.clock.now())
    await office.storage.jobs.add([job])
    await office.work()


async def _told(office: BackOffice) -> list[Notification]:
    return [each for each in await office.storage.notifications.unread() if each.message_id == "quarantine.told"]


async def test_records_are_listed_by_what_is_wrong_and_told_once_for_each_place(
    office: BackOffice, shop: PulledShop, quarantine: QuarantineService
) -> None:
    refused = (_bad(1), _bad(2), _bad(3, "$.products[{}].title"))
    shop.products.pages = [Page((), refused, NEWEST, None)]
    await _pull(office)
    groups = await quarantine.list()
    assert [(each.path, [one.external_id for one in each.records]) for each in groups] == [
        ("$.products[].price", ["p2", "p1"]), ("$.products[].title", ["p3"]),
    ]  # fmt: skip
    assert groups[0].records[0].raw == '{"id": "p2"}'
    assert await quarantine.list("web") == groups
    told = {each.params["path"]: each.count for each in await _told(office)}
    assert told == {"$.products[].price": 2, "$.products[].title": 1}
    await _pull(office)
    assert {each.params["path"]: each.count for each in await _told(office)} == told
    with pytest.raises(UnknownConnection):
        await quarantine.list("nowhere")


async def test_after_a_fix_a_replay_reads_from_the_start_and_what_fits_comes_in(
    office: BackOffice, shop: PulledShop, quarantine: QuarantineService
) -> None:
    shop.products.pages = [Page((product(2, "TEE-M"),), (_bad(1), _bad(9)), NEWEST, None)]
    await _pull(office)
    shop.products.pages = [Page((product(1, "TEE-S"), product(2, "TEE-M")), (_bad(9),), NEWEST, None)]
    assert await quarantine.replay(TILL, "web") == 2
    assert [one.external_id for each in await quarantine.list() for one in each.records] == ["p9", "p1"]
    await office.work()
    assert shop.products.asked[-1] == (None, None)
    assert await office.storage.catalogue.by_code("TEE-S") is not None
    assert [one.external_id for each in await quarantine.list() for one in each.records] == ["p9"]
    audit = await office.storage.audit.list()
    assert [each.message_id for each in audit].count("quarantine.audit.replayed") == 1


async def test_a_record_without_id_is_forgotten_by_a_replay_and_comes_back_if_it_still_does_not_fit(
    office: BackOffice, shop: PulledShop, quarantine: QuarantineService
) -> None:
    nameless = replace(_bad(1), external_id="")
    shop.products.pages = [Page((), (nameless,), NEWEST, None)]
    await _pull(office)
    assert await quarantine.replay(TILL) == 1
    assert await quarantine.list() == ()
    await office.work()
    assert len(await quarantine.list()) == 1
    shop.products.pages = [Page((product(1, "TEE-S"),), (), NEWEST, None)]
    await quarantine.replay(TILL)
    await office.work()
    assert await quarantine.list() == ()
    assert await quarantine.replay(TILL) == 0


async def test_a_store_that_is_being_read_is_not_replayed_under_its_feet(
    office: BackOffice, shop: PulledShop, quarantine: QuarantineService
) -> None:
    shop.products.pages = [Page((), (_bad(1),), NEWEST, None)]
    await _pull(office)
    job = new_job(JobKind.PULL_PRODUCTS, (await office.connection()).id, office.clock.now())
    await office.storage.jobs.add([replace(job, state=JobState.RUNNING)])
    with pytest.raises(InvalidInput, match="being read"):
        await quarantine.replay(TILL)
