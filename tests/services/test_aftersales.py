"""Cancelling and giving back: once, never more than is left, and in each store only what that store recorded."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.pulled_shop import PulledShop, product
from tests.support.sales import line, record
from tests.support.stock_shop import StockShop
from tillbridge.domain.connections import Route
from tillbridge.domain.errors import Conflict, InvalidInput
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.money import Money
from tillbridge.domain.orders import OrderStatus, RefundLine


def _eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def _returned(receipt: str, of: str, quantity: str = "1", price: str = "24.90") -> str:
    """A return at the till, paid out in cash."""
    owed = str(Decimal(quantity) * Decimal(price))
    return record(
        receipt,
        lines=[line(quantity=f"-{quantity}", unit_price=price, return_of=of)],
        tenders=[{"kind": "cash", "amount": f"-{owed}"}],
    )


async def _level(office: BackOffice, sku: str = "TEE-M") -> Decimal:
    return (await office.storage.stock.levels([sku]))[sku, "Main"]


async def _stock_shop(office: BackOffice, *names: str) -> StockShop:
    """Every named store lists TEE-M and has ten, kept under i1, i2 and so on."""
    shop = StockShop(office.clock, {f"i{at}": Decimal(10) for at, _ in enumerate(names, start=1)})
    office.pulls = PulledShop(shop)
    for at, name in enumerate(names, start=1):
        await office.storage.catalogue.upsert_products((await office.connection(name)).id, [product(at, "TEE-M")])
    return shop


async def test_a_second_cancellation_is_refused_and_books_nothing(office: BackOffice) -> None:
    await office.orders.add([record("1", lines=[line(quantity="3")])], TILL)
    await office.orders.cancel("1", TILL, "mistake")
    with pytest.raises(Conflict) as refused:
        await office.orders.cancel("1", TILL, "again")
    assert "cancelled" in str(refused.value)
    assert await _level(office) == Decimal(0)


async def test_a_sale_cancelled_before_it_was_sent_is_not_cancelled_again(office: BackOffice) -> None:
    await office.connect()
    await office.orders.add([record("1")], TILL)
    await office.orders.cancel("1", TILL, "mistake")
    with pytest.raises(Conflict):
        await office.orders.cancel("1", TILL, "again")
    jobs = await office.storage.jobs.of_sale((await office.orders.find("1")).id)
    assert [each.kind for each in jobs] == [JobKind.PUSH_ORDER]
    assert await _level(office) == Decimal(0)


async def test_two_people_cancelling_at_once_cancel_once(office: BackOffice) -> None:
    await office.orders.add([record("1")], TILL)
    tries = (office.orders.cancel("1", TILL, "mistake") for _ in range(2))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(each) for each in answers].count(Conflict) == 1
    assert await _level(office) == Decimal(0)


async def test_a_cancelled_sale_gives_nothing_back(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1")], TILL)
    await office.work()
    await office.orders.cancel("1", TILL, "mistake")
    with pytest.raises(Conflict):
        await office.orders.refund("1", TILL, "torn")
    await office.work()
    assert shop.refunds == []
    assert await _level(office) == Decimal(0)


async def test_cancelling_after_a_refund_puts_back_only_what_is_left(office: BackOffice) -> None:
    await office.connect()
    await office.orders.add([record("1", lines=[line(quantity="3")])], TILL)
    await office.work()
    await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=False)])
    await office.orders.add([_returned("2", "1")], TILL)
    await office.orders.cancel("1", TILL, "mistake")
    assert await _level(office) == Decimal(-1)


async def test_a_sale_given_back_in_full_cannot_be_cancelled(office: BackOffice) -> None:
    await office.orders.add([record("1")], TILL)
    await office.orders.refund("1", TILL, "torn")
    with pytest.raises(Conflict) as refused:
        await office.orders.cancel("1", TILL, "mistake")
    assert "given back" in str(refused.value)


async def test_a_return_cannot_be_cancelled_and_says_what_to_do(office: BackOffice) -> None:
    await office.orders.add([record("1"), _returned("2", "1")], TILL)
    with pytest.raises(InvalidInput) as refused:
        await office.orders.cancel("2", TILL, "mistake")
    assert "till" in refused.value.params["reason"]


async def test_a_refund_that_was_waiting_when_its_unsent_sale_was_cancelled_ends_with_it(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1", lines=[line(quantity="2")]), _returned("2", "1")], TILL)
    await office.orders.cancel("1", TILL, "mistake")
    await office.work()
    assert (shop.orders, shop.refunds) == ([], [])
    seen = await office.seen("2")
    assert (seen.status, seen.reason) == (OrderStatus.LOCAL, "orders.refund_not_needed")


async def test_till_returns_and_console_refunds_share_what_is_left(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1", lines=[line(quantity="3")]), _returned("2", "1")], TILL)
    await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    with pytest.raises(InvalidInput) as refused:
        await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(2), restock=True)])
    assert "1 " in refused.value.params["reason"]
    with pytest.raises(InvalidInput) as refused:
        await office.orders.refund("1", TILL, "torn", amount=_eur("24.91"))
    assert "24.90" in refused.value.params["reason"]
    await office.orders.refund("1", TILL, "the rest")
    with pytest.raises(InvalidInput):
        await office.orders.refund("1", TILL, "more")
    await office.work()
    assert [each[2] for each in shop.refunds] == [_eur("24.90")] * 3
    assert await _level(office) == Decimal(0)


async def test_a_line_named_twice_counts_twice(office: BackOffice) -> None:
    await office.orders.add([record("1")], TILL)
    with pytest.raises(InvalidInput):
        await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)] * 2)


async def test_a_sale_nobody_records_is_not_given_back_twice(office: BackOffice) -> None:
    await office.orders.add([record("1")], TILL)
    await office.orders.refund("1", TILL, "torn")
    with pytest.raises(InvalidInput):
        await office.orders.refund("1", TILL, "torn")
    assert await _level(office) == Decimal(0)


async def test_pieces_given_back_one_by_one_lose_no_cent(office: BackOffice) -> None:
    shop = await office.connect()
    three = record("1", lines=[line(quantity="3", unit_price="3.34", discounts=[
        {"title": "Round", "type": "fixed", "value": "0.02"}
    ])], tenders=[{"kind": "card", "amount": "10.00"}], totals={"total": "10.00"})  # fmt: skip
    report = await office.orders.add([three], TILL)
    assert report.refused == ()
    for _ in range(3):
        await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    await office.work()
    assert sum(each[2].amount for each in shop.refunds) == Decimal("10.00")


async def test_a_till_return_of_more_than_is_left_is_kept_and_waits_for_a_person(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1", lines=[line(quantity="2")])], TILL)
    await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    report = await office.orders.add([_returned("2", "1", quantity="2")], TILL)
    assert report.added == 1
    await office.work()
    seen = await office.seen("2")
    assert (seen.status, seen.reason) == (OrderStatus.FAILED, "orders.return_exceeds")
    assert seen.reason_params["left"] == str(_eur("24.90"))
    assert [each[2] for each in shop.refunds] == [_eur("24.90")]
    assert await _level(office) == Decimal(0)
    with pytest.raises(InvalidInput):
        await office.orders.refund("1", TILL, "the rest")


async def test_a_parked_return_that_is_tried_again_still_says_why(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1"), _returned("2", "1", quantity="2")], TILL)
    await office.work()
    (job,) = await office.storage.jobs.of_sale((await office.orders.find("2")).id)
    await office.storage.jobs.retry(job.id, office.clock.now())
    await office.work()
    assert (await office.seen("2")).reason == "orders.return_exceeds"
    assert shop.refunds == []


async def test_a_till_return_dearer_than_the_sale_is_not_pushed(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1"), _returned("2", "1", price="30.00")], TILL)
    await office.work()
    assert (await office.seen("2")).reason == "orders.return_exceeds"
    assert shop.refunds == []
    assert await _level(office) == Decimal(0)


async def test_a_till_return_of_a_cancelled_sale_books_its_goods_once(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1")], TILL)
    await office.work()
    await office.orders.cancel("1", TILL, "mistake")
    await office.orders.add([_returned("2", "1")], TILL)
    await office.work()
    assert (await office.seen("2")).reason == "orders.return_exceeds"
    assert shop.refunds == []
    assert await _level(office) == Decimal(0)


def _split(receipt: str = "1") -> str:
    return record(receipt, lines=[line(), line("MUG-BLU", "1", "12.50", connection="outlet")])


async def test_a_sale_over_two_stores_is_given_back_in_each_as_recorded_there(office: BackOffice) -> None:
    web, outlet = await office.connect(), await office.connect("outlet", Route())
    await office.orders.add([_split()], TILL)
    await office.work()
    await office.orders.refund("1", TILL, "all of it")
    await office.work()
    assert [each[2] for each in web.refunds] == [_eur("24.90")]
    assert [each[2] for each in outlet.refunds] == [_eur("12.50")]
    assert [[line.id for line in each.lines] for each in (*web.refunded, *outlet.refunded)] == [["1"], ["2"]]


async def test_money_alone_is_shared_over_the_stores_by_what_is_left_there(office: BackOffice) -> None:
    web, outlet = await office.connect(), await office.connect("outlet", Route())
    await office.orders.add([_split()], TILL)
    await office.work()
    await office.orders.refund("1", TILL, "mug", lines=[RefundLine("2", Decimal(1), restock=True)])
    await office.orders.refund("1", TILL, "sorry", amount=_eur("5.00"))
    await office.work()
    assert [each[2] for each in web.refunds] == [_eur("5.00")]
    assert [each[2] for each in outlet.refunds] == [_eur("12.50")]


async def test_a_till_return_goes_to_the_store_that_recorded_those_goods(office: BackOffice) -> None:
    web, outlet = await office.connect(), await office.connect("outlet", Route())
    await office.orders.add([_split(), _returned("2", "1")], TILL)
    await office.work()
    assert [each[2] for each in web.refunds] == [_eur("24.90")]
    assert outlet.refunds == []
    assert set((await office.orders.show("2")).connections) == {"web"}


async def test_more_money_than_one_store_took_for_these_goods_is_refused(office: BackOffice) -> None:
    await office.connect()
    await office.connect("outlet", Route())
    await office.orders.add([_split()], TILL)
    with pytest.raises(InvalidInput):
        await office.orders.refund(
            "1", TILL, "mug", lines=[RefundLine("2", Decimal(1), restock=True)], amount=_eur("20.00")
        )


async def test_the_parts_of_a_sale_are_known_without_its_jobs(office: BackOffice) -> None:
    await office.connect()
    await office.connect("outlet", Route())
    await office.orders.add([_split()], TILL)
    deliveries = await office.storage.sales.deliveries((await office.orders.find("1")).id)
    assert sorted(each.lines for each in deliveries) == [("1",), ("2",)]


async def test_a_store_that_follows_gets_back_what_a_cancellation_frees(office: BackOffice) -> None:
    await office.connect()
    await office.connect("outlet", Route())
    shop = await _stock_shop(office, "web", "outlet")
    await office.orders.add([record("1", lines=[line(quantity="3")])], TILL)
    await office.work()
    assert shop.levels == {"i1": Decimal(10), "i2": Decimal(7)}
    await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    await office.work()
    assert shop.levels == {"i1": Decimal(10), "i2": Decimal(8)}
    await office.orders.cancel("1", TILL, "mistake")
    await office.work()
    assert shop.levels == {"i1": Decimal(10), "i2": Decimal(10)}


async def test_a_store_that_records_one_line_follows_the_others(office: BackOffice) -> None:
    await office.connect()
    await office.connect("outlet", Route())
    shop = await _stock_shop(office, "web", "outlet")
    await office.orders.add([_split()], TILL)
    await office.work()
    assert shop.levels == {"i1": Decimal(10), "i2": Decimal(9)}
    await office.orders.refund("1", TILL, "all")
    await office.work()
    assert shop.levels == {"i1": Decimal(10), "i2": Decimal(10)}
