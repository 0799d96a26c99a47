"""Money given back on a BigCommerce store: by line and by amount, to the cent and once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from tests.platforms.bigcommerce.adapter import Tap, Tapped, bench, eur, order_of
from tests.platforms.bigcommerce.test_orders import AOIFE, TEN, extras
from tests.support.memory_shop import Killed
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator

REFUNDS = "/payment_actions/refunds"


def back(order: Order, amount: str, *lines: RefundLine, name: str = "TB-R1") -> Refund:
    assert amount
    return Refund(name, eur(amount), lines, "too small")


async def test_a_refund_leaves_its_goods_to_us_and_money_alone_is_booked_once() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2, SOAP_1=1))
        placed = await orders.create_order(order, at.keep)
        tee, soap = order.lines
        both = back(order, "31.30", RefundLine(tee.id, Decimal(1), True), RefundLine(soap.id, Decimal(1), False))
        booked = await orders.refund_order(order, placed.platform_order_id, both)
        assert (booked.amount, booked.goods_back) == (eur("31.30"), False)
        stock = at.shop.ledger_stock()
        assert (stock["TEE-M"], stock["SOAP-1"]) == (23, 24)
        money = back(order, "2.50", name="TB-R2")
        for _ in range(2):
            assert (await orders.refund_order(order, placed.platform_order_id, money)).amount == eur("2.50")
        assert (await orders.read_placed(placed.platform_order_id, "EUR")).refunded == eur("33.80")
        assert at.shop.ledger_stock() == stock
        with pytest.raises(PlatformRefused):
            await orders.refund_order(order, placed.platform_order_id, back(order, "500.00", name="TB-R3"))
        assert at.mails == []


async def test_the_tills_amount_stands_where_the_shop_reckons_another_one() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=3, BOOK_1=1), [TEN])
        placed = await orders.create_order(order, at.keep)
        for number, amount in enumerate(("22.40", "22.42", "10.01")):
            refund = back(order, amount, RefundLine("1", Decimal(1), False), name=f"TB-R{number}")
            assert (await orders.refund_order(order, placed.platform_order_id, refund)).amount == eur(amount)
        row = list(at.shop.store.refunds.values())[-1]
        assert row["tax"] == Decimal("1.87"), "the tax inside 10.01 at 23 %"


async def test_one_reference_is_not_taken_for_another_that_begins_like_it() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=3))
        placed = await orders.create_order(order, at.keep)
        await orders.refund_order(order, placed.platform_order_id, back(order, "2.00", name="TB-R10"))
        assert await orders.look_up_refund(order, placed.platform_order_id, back(order, "2.00", name="TB-R1")) is None


async def test_what_was_weighed_goes_back_whole_by_line_and_in_part_as_money() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of([*await at.lines(MUG_RED=1), *extras()])
        placed = await orders.create_order(order, at.keep)
        part = back(order, "3.00", RefundLine("x1", Decimal("0.125"), True))
        assert (await orders.refund_order(order, placed.platform_order_id, part)).amount == eur("3.00")
        whole = back(order, "15.98", RefundLine("x2", Decimal(2), False), name="TB-R2")
        assert (await orders.refund_order(order, placed.platform_order_id, whole)).amount == eur("15.98")
        kinds = [row["items"][0]["item_type"] for row in at.shop.store.refunds.values()]
        assert kinds == ["ORDER", "PRODUCT"]
        assert [each["refunded"] for each in at.orders()[0]["lines"]] == [0, 0, 2, 0]
        assert at.shop.ledger_stock()["MUG-RED"] == 24


async def test_a_line_that_was_never_sold_is_refused() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=1))
        placed = await orders.create_order(order, at.keep)
        wrong = back(order, "1.00", RefundLine("77", Decimal(1), False))
        with pytest.raises(PlatformRefused) as caught:
            await orders.refund_order(order, placed.platform_order_id, wrong)
        assert caught.value.params["code"] == "unknown_line"


@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset", "error_5xx", "truncated", "html"])
async def test_a_refund_whose_answer_was_lost_is_booked_once(fault: str) -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2))
        placed = await orders.create_order(order, at.keep)
        refund = back(order, "24.90", RefundLine("1", Decimal(1), True))
        at.shop.faults.arm(
            fault, match="POST /stores/g5cd38/v3/orders/" + placed.platform_order_id + REFUNDS, phase="after"
        )
        with pytest.raises(OutcomeUnknown):
            await orders.refund_order(order, placed.platform_order_id, refund)
        booked = await orders.look_up_refund(order, placed.platform_order_id, refund)
        assert booked is not None
        again = await orders.refund_order(order, placed.platform_order_id, refund)
        assert (booked.amount, again.external_id) == (eur("24.90"), booked.external_id)
        assert len(at.shop.store.refunds) == 1


@pytest.mark.parametrize("number", range(1, 6))
async def test_a_kill_at_any_call_of_a_refund_books_it_once_in_the_end(number: int) -> None:
    """The calls: refunds listed, order read, quoted, booked, listed again."""
    cuts: list[int] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: BigCommerceSimulator) -> httpx.AsyncBaseTransport:
        def cut(request: httpx.Request) -> None:
            if cuts:
                cuts[0] -= 1
                if cuts[0] == 0:
                    cuts.clear()
                    raise Killed

        return Tapped(inner, after=cut)

    wire: Tap = tap
    async with bench(tap=wire) as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2))
        placed = await orders.create_order(order, at.keep)
        refund = back(order, "24.90", RefundLine("1", Decimal(1), True))
        cuts.append(number)
        with pytest.raises(Killed):
            await orders.refund_order(order, placed.platform_order_id, refund)
        if await orders.look_up_refund(order, placed.platform_order_id, refund) is None:
            await orders.refund_order(order, placed.platform_order_id, refund)
        assert [row["total"] for row in at.shop.store.refunds.values()] == [Decimal("24.90")]
        assert at.shop.ledger_stock()["TEE-M"] == 23


async def test_a_shopper_with_store_credit_still_gets_the_money_outside() -> None:
    async with bench() as at:
        session = at.with_facts(customers="link")
        orders = PLATFORM.order(session)
        order = replace(order_of(await at.lines(TEE_M=1)), customer=AOIFE)
        placed = await orders.create_order(order, at.keep)
        await orders.refund_order(
            order, placed.platform_order_id, back(order, "24.90", RefundLine("1", Decimal(1), False))
        )
        row = next(iter(at.shop.store.refunds.values()))
        assert [(each["provider_id"], each["offline"]) for each in row["payments"]] == [("custom", True)]
