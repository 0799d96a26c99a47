"""Cancelling and giving back on a Wix site: once, by the payments it came in with, and nobody gets mail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.wix.adapter import Bench, bench, by_name, eur, order_of
from tests.support.recorder import SENT
from tillbridge.domain.basket import Payment
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, PlacedOrder, Refund, RefundLine, TenderKind
from tillbridge.platforms.wix import PLATFORM

ONE = RefundLine("1", Decimal(1), restock=True)


def refund(amount: str, *lines: RefundLine, number: int = 1) -> Refund:
    return Refund(f"TBREF-R{number}", eur(amount), lines, "too small")


async def sold(at: Bench, **wanted: int) -> tuple[Order, PlacedOrder]:
    order = order_of(await at.lines(**wanted))
    return order, await at.create(order)


async def test_a_piece_goes_back_with_its_money_and_its_stock() -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=2)
        orders = PLATFORM.order(at.session)
        booked = await orders.refund_order(order, placed.platform_order_id, refund("24.90", ONE))
        assert booked.amount == eur("24.90")
        assert at.stock("TEE-M") == 24
        (line,) = at.row()["lines"]
        assert (line["refunded"], line["restocked"]) == (1, 1)
        assert at.mails == []


async def test_goods_that_stay_out_are_given_back_without_stock() -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=2)
        broken = replace(ONE, restock=False)
        await PLATFORM.order(at.session).refund_order(order, placed.platform_order_id, refund("24.90", broken))
        assert at.stock("TEE-M") == 23


async def test_money_is_taken_back_from_the_payments_in_turn() -> None:
    async with bench() as at:
        paid = [Payment(TenderKind.CASH, "Cash", eur("10.00")), Payment(TenderKind.CARD, "Visa", eur("14.90"))]
        order = order_of(await at.lines(TEE_M=1), payments=paid)
        placed = await at.create(order)
        orders = PLATFORM.order(at.session)
        await orders.refund_order(order, placed.platform_order_id, refund("12.00"))
        await orders.refund_order(order, placed.platform_order_id, refund("12.90", number=2))
        parts = [[part["amount"] for part in each["parts"]] for each in at.row()["refunds"]]
        assert parts == [[Decimal("10.00"), Decimal("2.00")], [Decimal("12.90")]]
        assert (await orders.read_placed(placed.platform_order_id, "EUR")).refunded == eur("24.90")


async def test_more_than_is_left_is_refused_before_wix_is_asked() -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=1)
        orders = PLATFORM.order(at.session)
        await orders.refund_order(order, placed.platform_order_id, refund("20.00"))
        SENT.clear()
        with pytest.raises(PlatformRefused) as caught:
            await orders.refund_order(order, placed.platform_order_id, refund("5.00", number=2))
        assert "4.90 EUR is left" in caught.value.params["reason"]
        assert not any(each.path.endswith("refund-payments") for each in SENT)


async def test_a_line_the_order_lacks_is_refused() -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=1)
        gone = replace(ONE, line_id="9")
        with pytest.raises(PlatformRefused):
            await PLATFORM.order(at.session).refund_order(order, placed.platform_order_id, refund("1.00", gone))


async def test_a_part_of_what_was_weighed_goes_back_as_money() -> None:
    async with bench() as at:
        order = order_of([by_name("Wool", "40.00", "0.500", "kg")])
        placed = await at.create(order)
        part = RefundLine("Wool", Decimal("0.200"), restock=True)
        await PLATFORM.order(at.session).refund_order(order, placed.platform_order_id, refund("8.00", part))
        (booked,) = at.row()["refunds"]
        assert (booked["lines"], booked["parts"][0]["amount"]) == ([], Decimal("8.00"))


@pytest.mark.parametrize("phase", ["timeout_before_commit", "timeout_after_commit"])
async def test_a_lost_answer_is_looked_up_and_booked_once(phase: str) -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=2)
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm(phase, match="refund-payments")
        with pytest.raises(OutcomeUnknown):
            await orders.refund_order(order, placed.platform_order_id, refund("24.90", ONE))
        known = await orders.look_up_refund(order, placed.platform_order_id, refund("24.90", ONE))
        assert (known is not None) is (phase == "timeout_after_commit")
        await orders.refund_order(order, placed.platform_order_id, refund("24.90", ONE))
        assert len(at.row()["refunds"]) == 1


async def test_a_reference_that_begins_another_is_not_taken_for_it() -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=2)
        orders = PLATFORM.order(at.session)
        await orders.refund_order(order, placed.platform_order_id, refund("5.00", number=12))
        assert await orders.look_up_refund(order, placed.platform_order_id, refund("5.00", number=1)) is None


async def test_cancelling_tells_nobody_also_where_the_shopper_is_named_and_puts_back_what_was_still_out() -> None:
    async with bench() as at:
        session = at.with_facts(customers="link")
        orders = PLATFORM.order(session)
        shopper = await PLATFORM.customer(session).find_by_email("aoife.byrne@example.com")
        order = order_of(await at.lines(TEE_M=2), customer=shopper)
        placed = await orders.create_order(order, at.keep)
        await orders.refund_order(order, placed.platform_order_id, refund("24.90", ONE))
        before = len(at.mails)
        cancelled = await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
        assert (cancelled.cancelled, cancelled.refunded) == (True, Money(Decimal("24.90"), "EUR"))
        assert at.stock("TEE-M") == 25
        assert len(at.mails) == before


async def test_a_cancel_whose_answer_was_lost_is_repeated_without_harm() -> None:
    async with bench() as at:
        order, placed = await sold(at, TEE_M=2)
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm("timeout_after_commit", match="/cancel")
        with pytest.raises(OutcomeUnknown):
            await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
        assert (await orders.cancel_order(order, placed.platform_order_id, "rung up twice")).cancelled
        assert at.stock("TEE-M") == 25
