"""Taking sales in and showing where they stand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.queries import counted
from tests.support.sales import line, record
from tillbridge.domain.connections import Route
from tillbridge.domain.errors import Conflict, InvalidInput, NotFound
from tillbridge.domain.money import Money
from tillbridge.domain.orders import OrderStatus, RefundLine
from tillbridge.domain.stock import MovementCause


async def test_bad_lines_are_refused_by_number_while_good_ones_go_in(office: BackOffice) -> None:
    report = await office.orders.add([record("1"), "nonsense", "", record("2", totals={"total": "1.00"})], TILL)
    assert report.added == 1
    assert [(each.line, each.field) for each in report.refused] == [(2, "line"), (4, "totals.total")]


async def test_the_same_receipt_may_be_sent_any_number_of_times(office: BackOffice) -> None:
    shop = await office.connect()
    for _ in range(3):
        await office.orders.add([record("1"), record("1")], TILL)
    report = await office.orders.add([record("1")], TILL)
    assert (report.added, report.known) == (0, 1)
    await office.work()
    assert len(shop.orders) == 1


async def test_a_receipt_that_stands_for_another_sale_is_refused(office: BackOffice) -> None:
    await office.orders.add([record("1")], TILL)
    report = await office.orders.add([record("1", lines=[line(quantity="2")])], TILL)
    assert [(each.field, each.line) for each in report.refused] == [("receipt", 1)]
    assert "24.90" in report.refused[0].reason


async def test_a_line_for_an_unknown_connection_is_refused_and_nothing_of_it_is_kept(office: BackOffice) -> None:
    report = await office.orders.add([record("1", lines=[line(connection="outlet")])], TILL)
    assert report.refused[0].field == "connection"
    with pytest.raises(NotFound):
        await office.orders.show("1")


async def test_a_sale_without_route_is_shown_as_local(office: BackOffice) -> None:
    await office.connect(route=Route())
    await office.orders.add([record("1")], TILL)
    view = await office.orders.show("1")
    assert (view.status, dict(view.connections)) == (OrderStatus.LOCAL, {})


async def test_a_sale_is_found_by_reference_receipt_and_id(office: BackOffice) -> None:
    report = await office.orders.add([record("1")], TILL)
    by_receipt = await office.orders.show("1")
    assert by_receipt.reference == report.references[0]
    assert await office.orders.show(by_receipt.reference) == by_receipt
    assert await office.orders.show(str(by_receipt.order.id)) == by_receipt


async def test_a_receipt_that_two_tills_used_asks_for_the_reference(office: BackOffice) -> None:
    await office.orders.add([record("1"), record("1", till="Till 2")], TILL)
    with pytest.raises(InvalidInput) as refused:
        await office.orders.show("1")
    assert "Till 2" in refused.value.params["reason"]


async def test_lines_for_two_connections_arrive_where_they_belong(office: BackOffice) -> None:
    web, outlet = await office.connect(), await office.connect("outlet", Route())
    both = record("1", lines=[line(), line("MUG-BLU", "1", "12.50", connection="outlet")])
    await office.orders.add([both], TILL)
    await office.work()
    assert (await office.orders.show("1")).status is OrderStatus.SYNCED
    assert [each.totals.total for each in web.sent] == [Money(Decimal("24.90"), "EUR")]
    assert [each.totals.total for each in outlet.sent] == [Money(Decimal("12.50"), "EUR")]


async def test_stock_is_booked_once_for_sale_return_and_cancellation(office: BackOffice) -> None:
    await office.orders.add([record("1", lines=[line(quantity="3")])], TILL)
    await office.orders.add([record("2", lines=[line(quantity="-1", return_of="1")])], TILL)
    await office.orders.add([record("3", lines=[line(quantity="5")])], TILL)
    await office.orders.cancel("3", TILL, "mistake")
    levels = await office.storage.stock.levels(["TEE-M"])
    assert levels == {("TEE-M", "Main"): Decimal(-2)}
    causes = [each.cause for each in await office.storage.stock.movements("TEE-M")]
    assert sorted(causes) == sorted([MovementCause.SALE, MovementCause.RETURN] * 2)


async def test_a_sale_is_cancelled_once(office: BackOffice) -> None:
    await office.connect()
    await office.orders.add([record("1")], TILL)
    await office.work()
    await office.orders.cancel("1", TILL, "mistake")
    with pytest.raises(Conflict):
        await office.orders.cancel("1", TILL, "again")


async def test_part_of_a_sale_is_given_back_and_never_more_than_was_paid(office: BackOffice) -> None:
    shop = await office.connect()
    await office.orders.add([record("1", lines=[line(quantity="2")])], TILL)
    await office.work()
    await office.orders.refund("1", TILL, "torn", lines=[RefundLine("1", Decimal(1), restock=True)])
    await office.work()
    assert [each[2] for each in shop.refunds] == [Money(Decimal("24.90"), "EUR")]
    with pytest.raises(InvalidInput) as refused:
        await office.orders.refund("1", TILL, "all", amount=Money(Decimal("30.00"), "EUR"))
    assert "24.90" in refused.value.params["reason"]
    with pytest.raises(InvalidInput):
        await office.orders.refund("1", TILL, "x", lines=[RefundLine("1", Decimal(3), restock=True)])


async def test_the_cashier_stands_in_the_audit(office: BackOffice) -> None:
    await office.orders.add([record("1", operator="Mia")], TILL)
    (entry,) = await office.storage.audit.list()
    assert (entry.actor.name, entry.message_id) == ("Mia", "orders.audit.taken_in")


async def test_a_page_of_sales_asks_the_database_as_often_for_forty_as_for_ten(office: BackOffice) -> None:
    await office.connect()
    await office.connect("outlet")
    await office.orders.add([record(str(number)) for number in range(40)], TILL)
    await office.work()
    asked = []
    for limit in (10, 40):
        with counted() as statements:
            views = await office.orders.window(limit=limit)
        asked.append(len(statements))
        assert len(views) == limit
        assert all([each.attempts for each in view.connections.values()] == [1, 1] for view in views)
    assert asked[0] == asked[1] <= 10
