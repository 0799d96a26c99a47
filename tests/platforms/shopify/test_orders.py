"""Sales on Shopify: once, exact to the cent, paid, found again whatever was lost, with the right stock and no mail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.shopify.bench import Bench, eur, paid, prepared
from tests.platforms.shopify.till import goods
from tillbridge.domain.basket import Discount
from tillbridge.domain.errors import InvalidInput, OutcomeUnknown, PlatformRefused
from tillbridge.domain.money import total
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Refund, RefundLine, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.shopify import PLATFORM

TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")
SOAP = Discount("Soap deal", DiscountType.PERCENTAGE, Decimal(20), code="SOAPDEAL")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with prepared() as ready:
        yield ready


async def test_a_sale_lowers_stock_at_the_till_s_location_by_what_was_sold(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M", "2"), await bench.line(2, "LAST-1", "3")])
    placed = await bench.create(order)
    assert (placed.stock, placed.location) == (StockEffect.LOWERED, bench.place)
    assert bench.shop.ledger.stock["TEE-M"] == 23
    assert bench.shop.ledger.stock["LAST-1"] == -2, "sold is sold"


async def test_a_mixed_sale_is_exact_and_paid(bench: Bench) -> None:
    lines = [
        await bench.line(1, "TEE-M", "3", discounts=(Discount("Scratch", DiscountType.FIXED, Decimal(1)),)),
        await bench.line(2, "SOAP-1", "0.350", unit="kg"),
        goods(3, "12.00", kind=LineKind.FREE_TEXT, title="Zip repair", listing=None, sku=""),
        goods(4, "25.00", kind=LineKind.GIFT_CARD, title="Gift card", listing=None, sku="", taxes=()),
        goods(5, "4.95", kind=LineKind.SHIPPING, title="Post", listing=None, sku=""),
    ]
    payments = [paid(TenderKind.GIFT_CARD, "20.00"), paid(TenderKind.CASH, "150.00")]
    order = bench.sold(lines, discounts=[TEN], payments=payments, cash_step="0.05")
    placed = await bench.create(order)
    assert (placed.total, placed.tax, placed.paid) == (order.totals.total, order.totals.tax, True)
    assert placed.stock is StockEffect.UNKNOWN, "weighed goods left Shopify's whole units alone"
    assert placed.code_counted is False
    assert list(bench.shop.outbox.mails) == []


@pytest.mark.parametrize(
    ("discounts", "counted"), [([TEN], True), ([TEN, SOAP], False), ([], None)], ids=["one", "several", "none"]
)
async def test_whether_the_code_was_counted_is_known_after_any_read(
    bench: Bench, discounts: list[Discount], counted: bool | None
) -> None:
    order = bench.sold([await bench.line(1, "TEE-M", "2")], discounts=discounts)
    placed = await bench.create(order)
    assert placed.code_counted is counted
    again = await PLATFORM.order(bench.session).read_placed(placed.platform_order_id, "EUR")
    assert again == placed


async def test_a_second_create_of_the_same_sale_answers_with_the_first_order(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    first = await bench.create(order)
    assert (await bench.create(order)).platform_order_id == first.platform_order_id
    assert len([each for each in bench.shop.ledger.orders if each["reference"] == order.reference]) == 1
    assert bench.shop.ledger.stock["TEE-M"] == 24


async def test_an_order_that_could_not_be_read_back_is_unknown_and_found_by_its_handle(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    fault = bench.shop.faults.arm("error_5xx", times=100, match="OrderById")
    with pytest.raises(OutcomeUnknown, match="created as"):
        await bench.create(order)
    assert fault.fired
    bench.shop.faults.clear()
    found = await PLATFORM.order(bench.session).look_up(order, bench.handles, bench.clock.now())
    assert found.placed is not None
    assert found.placed.platform_order_id == bench.handles[0].external_id


async def test_a_token_that_ends_between_create_and_read_does_not_create_twice(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    bench.shop.faults.arm("expired_token", times=1, match="OrderById")
    assert (await bench.create(order)).paid
    assert len(bench.asked("OrderCreate")) == 1


async def test_without_the_reference_field_the_search_is_trusted_late(bench: Bench) -> None:
    bench.shop.shop.definitions.clear()
    bench.shop.switches.search_lag = 120
    order = bench.sold([await bench.line(1, "TEE-M")])
    orders, sent_at = PLATFORM.order(bench.session), bench.clock.now()
    await bench.create(order)
    bench.shop.shop.orders[bench.handles[0].external_id]["metafields"] = []
    early = await orders.look_up(order, [], sent_at)
    assert (early.placed, early.certain) == (None, False)
    bench.clock.advance(200)
    late = await orders.look_up(order, [], sent_at)
    assert late.placed is not None


async def test_beyond_sixty_days_absence_proves_nothing(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    sent_at = bench.clock.now()
    bench.clock.advance(61 * 24 * 3600)
    found = await PLATFORM.order(bench.session).look_up(order, [], sent_at)
    assert (found.placed, found.certain) == (None, False)
    assert "60 days" in found.evidence


async def test_a_long_order_is_read_whole(bench: Bench) -> None:
    tee = await bench.line(1, "TEE-M")
    lines = [replace(tee, id=f"line-{number}") for number in range(120)]
    order = bench.sold(lines)
    placed = await bench.create(order)
    assert placed.total == order.totals.total
    seen = [each async for page in PLATFORM.order(bench.session).list_orders() for each in page.items]
    mine = next(each for each in seen if each.reference == order.reference)
    assert [each.id for each in mine.lines] == [each.id for each in order.lines]
    assert total([each.gross for each in mine.lines], "EUR") == mine.totals.total


async def test_a_refund_returns_goods_and_money_to_where_they_came_from(bench: Bench) -> None:
    payments = [paid(TenderKind.GIFT_CARD, "20.00")]
    order = bench.sold([await bench.line(1, "TEE-M", "3")], payments=payments)
    placed = await bench.create(order)
    orders = PLATFORM.order(bench.session)
    one = Refund("TBREF-R1", eur("24.90"), (RefundLine("line-1", Decimal(1), restock=True),), "too small")
    assert (await orders.refund_order(order, placed.platform_order_id, one)).amount == eur("24.90")
    assert bench.shop.ledger.stock["TEE-M"] == 23
    money = Refund("TBREF-R2", eur("5.10"), (), "scratched")
    assert (await orders.refund_order(order, placed.platform_order_id, money)).amount == eur("5.10")
    again = await orders.refund_order(order, placed.platform_order_id, one)
    assert again.amount == eur("24.90")
    assert (await orders.read_placed(placed.platform_order_id, "EUR")).refunded == eur("30.00")
    with pytest.raises(InvalidInput):
        await orders.refund_order(order, placed.platform_order_id, Refund("TBREF-R3", eur("44.71"), (), "more"))
    assert list(bench.shop.outbox.mails) == []


async def test_a_refund_whose_answer_was_lost_is_found_by_its_note(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    placed = await bench.create(order)
    orders = PLATFORM.order(bench.session)
    refund = Refund("TBREF-R1", eur("24.90"), (RefundLine("line-1", Decimal(1), restock=True),), "too small")
    bench.shop.faults.arm("timeout_after_commit", times=1, match="RefundCreate")
    with pytest.raises(OutcomeUnknown):
        await orders.refund_order(order, placed.platform_order_id, refund)
    found = await orders.look_up_refund(order, placed.platform_order_id, refund)
    assert found is not None
    assert found.amount == eur("24.90")
    assert (await orders.refund_order(order, placed.platform_order_id, refund)) == found
    assert len(bench.asked("RefundCreate")) == 1


async def test_a_refund_that_was_changed_after_a_lost_send_is_booked_as_it_now_stands(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M", "2")])
    placed = await bench.create(order)
    orders = PLATFORM.order(bench.session)
    first = Refund("TBREF-R1", eur("24.90"), (RefundLine("line-1", Decimal(1), restock=True),), "too small")
    bench.shop.faults.arm("timeout_before_commit", times=1, match="RefundCreate")
    with pytest.raises(OutcomeUnknown):
        await orders.refund_order(order, placed.platform_order_id, first)
    smaller = replace(first, amount=eur("10.00"))
    assert (await orders.refund_order(order, placed.platform_order_id, smaller)).amount == eur("10.00")
    keys = [each["key"] for each in bench.asked("RefundCreate")]
    assert len(keys) == len(set(keys)) == 2, "another input under the same key is answered with the first or refused"


async def test_a_refund_sent_again_unchanged_has_the_same_key(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    placed = await bench.create(order)
    orders = PLATFORM.order(bench.session)
    refund = Refund("TBREF-R1", eur("24.90"), (RefundLine("line-1", Decimal(1), restock=True),), "too small")
    bench.shop.faults.arm("timeout_before_commit", times=1, match="RefundCreate")
    with pytest.raises(OutcomeUnknown):
        await orders.refund_order(order, placed.platform_order_id, refund)
    await orders.refund_order(order, placed.platform_order_id, refund)
    assert len({each["key"] for each in bench.asked("RefundCreate")}) == 1


async def test_a_refund_refused_once_can_be_tried_again_when_the_reason_is_gone(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M")])
    placed = await bench.create(order)
    orders = PLATFORM.order(bench.session)
    refund = Refund("TBREF-R1", eur("24.90"), (), "too small")
    bench.shop.switches.refuses_refunds = True
    with pytest.raises(PlatformRefused):
        await orders.refund_order(order, placed.platform_order_id, refund)
    bench.shop.switches.refuses_refunds = False
    assert (await orders.refund_order(order, placed.platform_order_id, refund)).amount == eur("24.90")


async def test_a_cancel_puts_stock_back_and_a_lost_answer_is_simply_asked_again(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M", "2")])
    placed = await bench.create(order)
    orders = PLATFORM.order(bench.session)
    bench.shop.faults.arm("timeout_after_commit", times=1, match="OrderCancel")
    with pytest.raises(OutcomeUnknown):
        await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
    assert (await orders.cancel_order(order, placed.platform_order_id, "rung up twice")).cancelled
    assert bench.shop.ledger.stock["TEE-M"] == 25
