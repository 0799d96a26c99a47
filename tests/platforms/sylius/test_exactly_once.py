"""A paid sale reaches a Sylius shop once, wherever the power goes and whatever answer is lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.platforms.sylius.adapter import Bench, CutAfter, Hooked, PowerCut, bench, eur
from tillbridge.domain.basket import Discount
from tillbridge.domain.errors import (
    NetworkFailure,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    TotalsDisagree,
)
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.shop_facts import HANDOVER, KEEP, SHIP

_MOST_STEPS = 40
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")


async def _cut(at: Bench, line: CutAfter, order: Order, steps: int) -> bool:
    """Whether the power went during the create."""
    line.left = steps
    try:
        await PLATFORM.order(at.session).create_order(order, at.keep)
    except PowerCut:
        return True
    finally:
        line.left = -1
    return False


@pytest.mark.parametrize("case", ["plain", "oversold", "with a code", "handed over"])
async def test_a_power_cut_between_any_two_steps_leaves_one_paid_order_and_nothing_else(case: str) -> None:
    for steps in range(1, _MOST_STEPS):
        line = CutAfter()
        async with bench(tap=line.before) as opened:
            at = replace(opened, session=opened.with_facts(**{HANDOVER: SHIP if case == "handed over" else KEEP}))
            discounts = [TEN] if case == "with a code" else []
            order = await at.sale(TEE_M=2, LAST_1=3 if case == "oversold" else 1, discounts=discounts)
            before = at.shop.ledger.stock
            sent_at = at.clock.now()
            if not await _cut(at, line, order, steps):
                assert steps > 8, "the create has that many steps at least"
                return
            # a cart whose name never reached us cannot be thrown away; the shop does so in time
            nameless = at.shop.open_carts() if not at.handles else 0
            found = await at.settled(order, sent_at)
            if found.placed is None:
                assert at.booked(order) == []
                assert at.shop.ledger.stock == before, f"step {steps} left the shop with other stock"
                found = replace(found, placed=await PLATFORM.order(at.session).create_order(order, at.keep))
            assert found.placed is not None
            assert (found.placed.total, found.placed.paid) == (order.totals.total, True)
            rows = at.booked(order)
            assert [(each["paid"], each["cancelled"]) for each in rows] == [(True, False)], f"step {steps}"
            assert (rows[0]["status"] == "fulfilled") is (case == "handed over"), f"step {steps}"
            assert at.shop.shop.coupons["HARBOUR10"]["used"] == len(discounts)
            assert at.shop.ledger.stock["TEE-M"] == 23
            assert at.shop.ledger.stock["LAST-1"] == 0
            assert at.shop.open_carts() == nameless, f"step {steps} left a cart"
            assert at.mails == []
    raise AssertionError("the create never ended")


async def test_a_lost_payment_answer_is_finished_by_the_look_up() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        sent_at = at.clock.now()
        at.shop.faults.arm("error_5xx", times=4, match="/admin/payments/")
        with pytest.raises(OutcomeUnknown, match="not marked as paid"):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert [each["paid"] for each in at.booked(order)] == [False]
        found = await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)
        assert found.placed is not None
        assert found.placed.paid
        assert [each["paid"] for each in at.booked(order)] == [True]


async def test_a_sale_whose_handles_were_lost_is_found_by_its_notes() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        sent_at = at.clock.now()
        await PLATFORM.order(at.session).create_order(order, at.keep)
        found = await PLATFORM.order(at.session).look_up(order, (), sent_at)
        assert found.placed is not None
        twin = replace(order, reference=order.reference[:-1] + ("Z" if order.reference[-1] != "Z" else "Y"))
        assert (await PLATFORM.order(at.session).look_up(twin, (), sent_at)).placed is None


async def test_a_cart_that_is_still_one_is_believed_only_after_the_wait_and_then_thrown_away() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        sent_at = at.clock.now()
        at.shop.faults.arm("timeout_before_commit", match='"notes"')
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        early = await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)
        assert (early.placed, early.certain) == (None, False)
        assert at.shop.open_carts() == 1
        assert early.ask_again_in
        late = await at.settled(order, sent_at)
        assert (late.placed, late.certain) == (None, True)
        assert at.shop.open_carts() == 0


@pytest.mark.parametrize("fault", ["reset", "error_5xx", "html", "truncated"])
async def test_what_fails_before_the_order_is_placed_is_a_plain_failure_and_leaves_nothing(fault: str) -> None:
    async with bench() as at:
        order = await at.sale(LAST_1=2)
        before = at.shop.ledger.stock
        at.shop.faults.arm(fault, match="/items", phase="after" if fault != "reset" else None)
        with pytest.raises(NetworkFailure):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert at.shop.open_carts() == 0
        assert at.shop.ledger.stock == before
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert placed.total == eur("178.00")


async def test_somebody_else_at_the_same_goods_is_answered_by_trying_once_more() -> None:
    hooked = Hooked()
    async with bench(tap=hooked.before) as at:
        order = await at.sale(TEE_M=1)
        hooked.on("/complete", lambda: setattr(at.shop.shop.switches, "conflicts", 1))
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert placed.paid
        assert len(at.booked(order)) == 1


@pytest.mark.parametrize("ending", ["/complete", "/items"])
async def test_somebody_else_at_the_same_goods_for_long_is_a_passing_failure(ending: str) -> None:
    hooked = Hooked()
    async with bench(tap=hooked.before) as at:
        order = await at.sale(TEE_M=1)
        hooked.on(ending, lambda: setattr(at.shop.shop.switches, "conflicts", 2))
        with pytest.raises(PlatformUnavailable):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert at.booked(order) == []


async def test_a_price_that_changes_while_the_sale_is_on_its_way_is_not_placed() -> None:
    hooked = Hooked()
    async with bench(tap=hooked.before) as at:
        order = await at.sale(TEE_M=1)
        prices = at.shop.shop.variants["TEE-M"]["channelPricings"]["HARBOUR_TILL"]

        def dearer() -> None:
            prices["price"] = 2990
            at.shop.shop.switches.conflicts = 1

        hooked.on("/complete", dearer)
        with pytest.raises(TotalsDisagree) as caught:
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert caught.value.params == {"ours": "24.90 EUR", "theirs": "29.90 EUR"}
        assert (at.booked(order), at.shop.open_carts()) == ([], 0)


async def test_an_order_cancelled_by_the_merchant_meanwhile_is_told_as_such_and_not_paid() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        sent_at = at.clock.now()
        at.shop.faults.arm("timeout_after_commit", match='"notes"')
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        row = next(each for each in at.shop.shop.orders.values() if each["notes"])
        row |= {"state": "cancelled", "paymentState": "cancelled"}
        found = await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)
        assert found.placed is not None
        assert (found.placed.cancelled, found.placed.paid) == (True, False)


async def test_a_returned_line_and_goods_without_a_listing_are_refused_before_anything_is_sent() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        line = order.lines[0]
        for wrong in (replace(line, quantity=-line.quantity), replace(line, listing=None)):
            with pytest.raises(PlatformRefused):
                await PLATFORM.order(at.session).create_order(replace(order, lines=(wrong,)), at.keep)
        assert at.handles == []
        assert at.shop.open_carts() == 0


async def _give_back(at: Bench, what: str, order: Order, refund: Refund, number: str) -> None:
    """As the queue does it: a refund is looked for before it is sent again."""
    orders = PLATFORM.order(at.session)
    if what == "cancel":
        await orders.cancel_order(order, number, "rung up twice")
    elif await orders.look_up_refund(order, number, refund) is None:
        await orders.refund_order(order, number, refund)


@pytest.mark.parametrize("what", ["cancel", "refund"])
async def test_a_power_cut_while_giving_back_is_finished_by_looking_and_doing_it_again(what: str) -> None:
    for steps in range(1, _MOST_STEPS):
        line = CutAfter()
        async with bench(tap=line.before) as at:
            orders = PLATFORM.order(at.session)
            order = await at.sale(TEE_M=2)
            placed = await orders.create_order(order, at.keep)
            whole = tuple(RefundLine(each.id, each.quantity, restock=True) for each in order.lines)
            refund = Refund(f"{order.reference}-R1", order.totals.total, whole, "too small")
            number = placed.platform_order_id

            line.left = steps
            try:
                await _give_back(at, what, order, refund, number)
            except PowerCut:
                line.left = -1
                await _give_back(at, what, order, refund, number)
            else:
                assert steps > 4
                return
            row = at.booked(order)[0]
            assert (row["refunded"], row["cancelled"]) == ("49.80", True), f"step {steps}"
            assert at.shop.ledger.stock["TEE-M"] == 25
            assert at.mails == []
    raise AssertionError("giving back never ended")
