"""Sales as a window: walking it page by page shows what sorting all of them would, at the same cost however many."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, job, sale_for
from tests.support.queries import counted
from tests.support.sales import goods, sold
from tillbridge.domain.connections import Connection
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import JobState
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, OrderStatus, Origin, PaymentStatus, Refund
from tillbridge.domain.sales import SaleFilter, SaleKey, SaleRow, SaleShow
from tillbridge.storage import Storage


async def _keep(storage: Storage, clock: VirtualClock, order: Order, *to: Connection, **changes: Any) -> Order:
    """A sale that is synced on connections, or stands there as ``changes`` say."""
    synced = {"status": OrderStatus.SYNCED, "updated_at": clock.now(), **changes}
    await storage.sales.add(order, [Delivery(sale_id=order.id, connection_id=each.id, **synced) for each in to])
    return order


async def _filled(storage: Storage, clock: VirtualClock) -> dict[SaleShow, list[UUID]]:
    """Sales of every kind by what shows them, newest first."""
    web, outlet = await connected(storage, "Häfen", clock.now()), await connected(storage, "Outlet", clock.now())
    found: dict[SaleShow, list[UUID]] = {each: [] for each in SaleShow}

    async def keep(order: Order, *shows: SaleShow, **changes: Any) -> None:
        await _keep(storage, clock, order, web, outlet, **changes)
        for each in (SaleShow.ALL, *shows):
            found[each].insert(0, order.id)

    for at in range(4):
        plain = sold([goods("1")], receipt=f"{at}A")
        await keep(plain)
        back = sold([goods("1", quantity="-1", return_of=f"{at}A")], receipt=f"{at}B")
        await keep(back, SaleShow.RETURNS)
        cancelled = replace(sold([goods("1")], receipt=f"{at}C"), payment=PaymentStatus.CANCELLED)
        await keep(cancelled, SaleShow.RETURNS)
        given = sold([goods("1")], receipt=f"{at}D")
        refund = Refund(f"R{at}", Money(Decimal("4.90"), "EUR"), (), "torn")
        await keep(replace(given, refunds=(refund,)), SaleShow.RETURNS)
        online = replace(sold([goods("1")], receipt=f"#{at}"), origin=Origin.ONLINE, reference=f"on-{at}")
        await keep(online, SaleShow.ONLINE)
        await keep(sold([goods("1")], receipt=f"{at}E"), SaleShow.UNKNOWN, status=OrderStatus.UNKNOWN)
        stuck = sold([goods("1")], receipt=f"{at}F")
        await keep(stuck, SaleShow.NEEDS_YOU, status=OrderStatus.FAILED)
        await storage.jobs.add([job(web.id, clock.now(), subject_id=stuck.id, state=JobState.PARKED)])
    return found


async def _walk(storage: Storage, wanted: SaleFilter, limit: int, *, backward: bool) -> list[SaleRow]:
    seen: list[SaleRow] = []
    anchor = SaleKey(UUID(int=0)) if backward else None
    while page := await storage.sale_window.page(wanted, anchor=anchor, backward=backward, limit=limit):
        assert len(page) <= limit
        seen = [*page, *seen] if backward else [*seen, *page]
        anchor = (page[0] if backward else page[-1]).key
    return seen


@pytest.mark.parametrize("limit", [1, 5, 100])
async def test_pages_in_both_directions_show_what_a_full_sort_shows(
    storage: Storage, clock: VirtualClock, limit: int
) -> None:
    for show, expected in (await _filled(storage, clock)).items():
        wanted = SaleFilter(show)
        assert [each.id for each in await _walk(storage, wanted, limit, backward=False)] == expected
        assert [each.id for each in await _walk(storage, wanted, limit, backward=True)] == expected


async def test_counts_ranks_and_jumps_agree_with_the_rows(storage: Storage, clock: VirtualClock) -> None:
    for show, expected in (await _filled(storage, clock)).items():
        wanted = SaleFilter(show)
        assert await storage.sale_window.count(wanted) == len(expected)
        ranks = [await storage.sale_window.rank(wanted, SaleKey(each)) for each in expected]
        assert ranks == list(range(len(expected)))
        jumped = await storage.sale_window.page(wanted, offset=2, limit=2)
        assert [each.id for each in jumped] == expected[2:4]


async def test_a_row_tells_where_its_sale_stands(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await connected(storage, "Web", clock.now()), await connected(storage, "Outlet", clock.now())
    refunds = tuple(Refund(each, Money(Decimal(each), "EUR"), (), "") for each in ("4.90", "0.10"))
    order = replace(sold([goods("1")], receipt="R-1"), refunds=refunds)
    await _keep(storage, clock, order, web, outlet)
    states = (JobState.PARKED, JobState.WAITING, JobState.RUNNING, JobState.SUCCEEDED)
    await storage.jobs.add([job(web.id, clock.now(), subject_id=order.id, state=each) for each in states])
    [row] = await storage.sale_window.page(SaleFilter())
    assert (row.receipt, row.reference, row.till, row.connection) == ("R-1", order.reference, "Till 1", "")
    assert (row.total, row.given_back) == (order.totals.total, Money(Decimal("5.00"), "EUR"))
    assert (row.statuses, row.parked, row.open) == ((OrderStatus.SYNCED, OrderStatus.SYNCED), 1, 2)
    assert row.sold_at == order.sold_at
    assert await storage.sale_window.row(order.id) == row
    assert await storage.sale_window.row(new_id()) is None


async def test_an_online_order_names_its_store(storage: Storage, clock: VirtualClock) -> None:
    web = await connected(storage, "Web", clock.now())
    order = replace(sold([goods("1")], receipt="#1001"), origin=Origin.ONLINE)
    await _keep(storage, clock, order, web)
    [row] = await storage.sale_window.page(SaleFilter())
    assert (row.origin, row.connection, row.platform) == (Origin.ONLINE, "Web", web.platform)


async def test_a_sale_is_found_by_what_a_person_reads_somewhere(storage: Storage, clock: VirtualClock) -> None:
    web = await connected(storage, "Web", clock.now())
    for receipt in ("A%1", "AB1", "A_1", "ab2"):
        await sale_for(storage, web.id, receipt, clock.now())
    there = await _keep(
        storage, clock, sold([goods("1")], receipt="Z"), web,
        platform_order_id="gid://shop/Order/50012", number="#1007",
    )  # fmt: skip

    async def found(text: str) -> list[str]:
        rows = await storage.sale_window.page(SaleFilter(text=text))
        assert await storage.sale_window.count(SaleFilter(text=text)) == len(rows)
        return sorted(each.receipt for each in rows)

    assert await found("A%") == ["A%1"]
    assert await found("a_") == ["A_1"]
    assert await found("ab") == ["AB1", "ab2"]
    assert await found("B1") == []
    assert await found(f" {there.reference[:14]} ") == ["Z"]
    for text in ("gid://shop/Order/50012", "50012", "#1007", "1007"):
        assert await found(text) == ["Z"], text
    assert await found("5001") == []
    assert await storage.sale_window.receipts([there.reference, "nothing"]) == {there.reference: "Z"}


async def test_a_page_costs_two_statements_however_long_it_is(sqlite_storage: Storage, clock: VirtualClock) -> None:
    await _filled(sqlite_storage, clock)
    for limit in (2, 28):
        with counted() as asked:
            assert len(await sqlite_storage.sale_window.page(SaleFilter(), limit=limit)) == limit
        assert len(asked) == 2


async def test_the_first_long_read_may_be_given_up(sqlite_storage: Storage) -> None:
    """A panel that is asked for something else at once gives up what it began; nobody may wait for that."""
    given_up = asyncio.create_task(sqlite_storage.sale_window.count(SaleFilter()))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    assert await asyncio.wait_for(sqlite_storage.sale_window.count(SaleFilter()), 10) == 0
