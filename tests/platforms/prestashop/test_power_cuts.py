"""The power goes between any two steps: afterwards the sale is there once, paid, and nobody got a mail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest

from tillbridge.domain.errors import LeaseLost, OutcomeUnknown, PlatformUnavailable, TotalsDisagree
from tillbridge.domain.orders import Handle, Order, PlacedOrder, Refund, RefundLine
from tillbridge.platforms.prestashop import PrestaShopOrderService

from .adapter import Bench, Seen, bench, eur
from .shopping import post

_OFF = {"PS_MAIL_METHOD": "3"}
_AFTER = [pytest.param(False, marks=pytest.mark.soak), True]
_STEPS = ("carts", "specific_prices", "orders", "order_histories")
_FAULTS = ("timeout_after_commit", "timeout_before_commit", "reset", "error_5xx", "html")
_OFTEN = {("carts", "reset"), ("specific_prices", "timeout_before_commit"), ("order_histories", "timeout_after_commit")}
_LOST = [
    pytest.param(step, fault, marks=() if step == "orders" or (step, fault) in _OFTEN else pytest.mark.soak)
    for step in _STEPS
    for fault in _FAULTS
]


class PowerCut(BaseException):
    """Nothing of ours runs after it."""


def _cut_at(number: int, *, after: bool) -> Callable[[Bench], None]:
    """Cut at the n-th change, before it leaves or after the shop did it."""

    def arm(at: Bench) -> None:
        left = [number]

        def strike(seen: Seen) -> None:
            if seen.method == "GET":
                return
            left[0] -= 1
            if left[0] == 0:
                raise PowerCut

        at.line.before, at.line.after = (_nothing, strike) if after else (strike, _nothing)

    return arm


def _nothing(seen: Seen) -> None:
    """The line is whole again."""


async def _recovered(at: Bench, order: Order) -> PlacedOrder:
    """What the queue does after the restart: look up until it is certain, send again only when it is not there."""
    at.line.before = at.line.after = _nothing
    orders, sent_at = PrestaShopOrderService(at.session), at.clock.now()
    for _ in range(10):
        found = await orders.look_up(order, at.handles, sent_at)
        if found.placed is not None:
            return found.placed
        if found.certain:
            return await orders.create_order(order, at.keep)
        at.clock.advance(found.ask_again_in or 60)
    raise AssertionError("never certain")


async def _changes_of(choice: str, settings: dict[str, str]) -> list[str]:
    async with bench(choices={"mails": choice}, settings=settings) as at:
        order = await at.sale()
        at.line.seen.clear()
        await at.orders.create_order(order, at.keep)
        return [seen.line for seen in at.line.seen if seen.method != "GET"]


async def test_the_steps_of_a_silent_sale_are_these() -> None:
    assert await _changes_of("quiet", {}) == [
        "POST /api/carts",
        "POST /api/specific_prices",
        "POST /api/specific_prices",
        "POST /api/orders",
        "PATCH /api/orders/4",
        "POST /api/order_histories",
    ]


async def test_where_the_shop_sends_no_mails_the_sale_is_paid_at_once() -> None:
    steps = await _changes_of("quiet", _OFF)
    assert steps[-2:] == ["POST /api/orders", "PATCH /api/orders/4"]


@pytest.mark.parametrize("after", _AFTER, ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 7))
@pytest.mark.parametrize("settings", [{}, pytest.param(_OFF, marks=pytest.mark.soak)], ids=["silent", "no mails"])
async def test_a_cut_at_any_step_leaves_one_paid_order_and_no_mail(
    settings: dict[str, str], step: int, after: bool
) -> None:
    async with bench(settings=settings) as at:
        order = await at.sale()
        _cut_at(step, after=after)(at)
        try:
            await at.orders.create_order(order, at.keep)
        except PowerCut:
            placed = await _recovered(at, order)
            assert (placed.total, placed.paid) == (order.totals.total, True)
        at.line.before = at.line.after = _nothing
        rows = at.with_reference(order.reference)
        assert [(row["paid"], row["cancelled"]) for row in rows] == [(True, False)]
        row = at.row(rows[0]["id"])
        assert row["total_paid_real"] == row["total_paid"] == f"{order.totals.total.amount}0000"
        assert at.shop.ledger.stock["TEE-M"] == 23
        assert at.mails == []


@pytest.mark.parametrize("step", [1, 2])
async def test_a_cut_while_a_look_up_finishes_an_order_leaves_it_paid_once(step: int) -> None:
    async with bench() as at:
        order = await at.sale()
        _cut_at(4, after=True)(at)
        with pytest.raises(PowerCut):
            await at.orders.create_order(order, at.keep)
        assert [row["paid"] for row in at.with_reference(order.reference)] == [False]
        _cut_at(step, after=True)(at)
        with pytest.raises(PowerCut):
            await at.orders.look_up(order, at.handles, at.clock.now())
        placed = await _recovered(at, order)
        assert (placed.total, placed.paid) == (order.totals.total, True)
        assert [row["paid"] for row in at.with_reference(order.reference)] == [True]
        assert at.mails == []


async def test_a_cut_while_a_wrong_order_is_taken_back_leaves_it_cancelled() -> None:
    async with bench() as at:
        order = await at.sale()
        taxes = at.shop.shop.rows["taxes"][1]

        def strike(seen: Seen) -> None:
            if seen.method == "PATCH" and "Not recorded" in seen.content:
                raise PowerCut

        at.line.after = strike
        at.line.before = lambda seen: taxes.update(rate="25.000") if seen.line == "POST /api/orders" else None
        with pytest.raises(PowerCut):
            await at.orders.create_order(order, at.keep)
        taxes["rate"] = "23.000"
        placed = await _recovered(at, order)
        assert placed.paid
        rows = at.with_reference(order.reference)
        assert [(row["paid"], row["cancelled"]) for row in rows] == [(False, True), (True, False)]


async def test_carts_left_by_a_cut_are_deleted_and_can_become_no_order_any_more() -> None:
    async with bench() as at:
        order = await at.sale()
        _cut_at(4, after=False)(at)
        with pytest.raises(PowerCut):
            await at.orders.create_order(order, at.keep)
        (cart,) = [int(each.external_id) for each in at.handles]
        assert cart in at.shop.shop.rows["carts"]
        await _recovered(at, order)
        assert cart not in at.shop.shop.rows["carts"]
        assert len(at.with_reference(order.reference)) == 1


async def test_absent_is_believed_only_after_the_waiting_time() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.faults.arm("timeout_before_commit", match="POST /api/orders")
        sent_at = at.clock.now()
        with pytest.raises(OutcomeUnknown):
            await at.orders.create_order(order, at.keep)
        early = await at.orders.look_up(order, at.handles, sent_at)
        assert (early.placed, early.certain) == (None, False)
        at.clock.advance(early.ask_again_in or 0)
        late = await at.orders.look_up(order, at.handles, sent_at)
        assert (late.placed, late.certain) == (None, True)


async def test_a_late_order_is_found_even_after_the_wait() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.faults.arm("timeout_after_commit", match="POST /api/orders")
        sent_at = at.clock.now()
        with pytest.raises(OutcomeUnknown):
            await at.orders.create_order(order, at.keep)
        at.clock.advance(3600)
        found = await at.orders.look_up(order, at.handles, sent_at)
        assert found.placed is not None
        assert found.placed.paid


async def test_without_its_handle_an_order_is_found_by_the_reference_in_its_payment() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.faults.arm("timeout_after_commit", match="POST /api/orders")
        with pytest.raises(OutcomeUnknown):
            await at.orders.create_order(order, at.keep)
        found = await at.orders.look_up(order, (), at.clock.now())
        assert found.placed is not None
        assert found.placed.paid


async def test_a_handle_that_cannot_be_kept_stops_the_work_as_itself() -> None:
    """A worker that lost its lease must hear that, not that the outcome is unknown."""
    async with bench() as at:
        order = await at.sale()

        async def keep(handle: Handle) -> None:
            if handle.kind == "order":
                raise LeaseLost(what="the connection")
            await at.keep(handle)

        with pytest.raises(LeaseLost):
            await at.orders.create_order(order, keep)
        found = await at.orders.look_up(order, at.handles, at.clock.now())
        assert found.placed is not None
        assert found.placed.paid


async def test_an_order_whose_own_handle_was_lost_is_found_behind_one_that_was_taken_back() -> None:
    async with bench() as at:
        order = await at.sale()
        taxes = at.shop.shop.rows["taxes"][1]
        at.line.before = lambda seen: taxes.update(rate="25.000") if seen.line == "POST /api/orders" else None
        with pytest.raises(TotalsDisagree):
            await at.orders.create_order(order, at.keep)
        at.line.before, taxes["rate"] = _nothing, "23.000"
        kept = list(at.handles)
        await at.orders.create_order(order, at.keep)
        found = await at.orders.look_up(order, kept, at.clock.now())
        assert found.placed is not None
        assert (found.placed.paid, found.placed.cancelled) == (True, False)


async def test_a_cart_that_cannot_be_deleted_keeps_the_sale_from_being_sent_again() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.faults.arm("timeout_before_commit", match="POST /api/orders")
        sent_at = at.clock.now()
        with pytest.raises(OutcomeUnknown):
            await at.orders.create_order(order, at.keep)
        at.clock.advance(3600)
        at.shop.faults.arm("error_5xx", times=50, match="DELETE /api/carts")
        found = await at.orders.look_up(order, at.handles, sent_at)
        assert (found.placed, found.certain) == (None, False)
        assert "cart" in found.evidence


async def test_two_orders_of_one_cart_are_told_and_the_first_is_finished() -> None:
    """The shop's own check has a gap; somebody else's double order is seen, not hidden."""
    async with bench() as at:
        order = await at.sale()
        twin: list[str] = []

        def again(seen: Seen) -> None:
            if seen.line == "POST /api/orders":
                twin.append(seen.content)

        at.line.after = again
        await at.orders.create_order(order, at.keep)
        at.shop.shop.switches.race_window = True
        assert (await post(at.shop, "orders", twin[0])).status_code == 201
        found = await at.orders.look_up(order, at.handles, at.clock.now())
        assert found.placed is not None
        assert "1 more" in found.evidence


@pytest.mark.parametrize("after", _AFTER, ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 6))
async def test_a_cut_at_any_step_of_a_refund_leaves_one_slip_and_the_goods_to_us(step: int, after: bool) -> None:
    async with bench() as at:
        order = await at.sale()
        placed = await at.orders.create_order(order, at.keep)
        refund = Refund("TBREF-R1", eur("24.90"), (RefundLine("1", Decimal(1), restock=True),), "too small")
        _cut_at(step, after=after)(at)
        try:
            await at.orders.refund_order(order, placed.platform_order_id, refund)
        except PowerCut:
            at.line.before = at.line.after = _nothing
            if await at.orders.look_up_refund(order, placed.platform_order_id, refund) is None:
                await at.orders.refund_order(order, placed.platform_order_id, refund)
        at.line.before = at.line.after = _nothing
        slips = list(at.shop.shop.rows["order_slip"].values())
        assert [slip["amount"] for slip in slips] == ["24.900000"]
        assert at.shop.ledger.stock["TEE-M"] == 23
        assert at.mails == []


async def test_orders_are_placed_one_at_a_time() -> None:
    """The shop's own check of one order a cart is not airtight, so no two are ever under way."""
    async with bench() as at:
        sales = [await at.sale(f"R-{number}", SOAP_1=1) for number in range(3)]
        orders = at.orders
        at.line.seen.clear()
        await asyncio.gather(*(orders.create_order(each, at.keep) for each in sales))
        steps = [seen.line for seen in at.line.seen if seen.method == "POST" and seen.path != "/api/specific_prices"]
        assert steps == ["POST /api/carts", "POST /api/orders", "POST /api/order_histories"] * 3
        assert all(len(at.with_reference(each.reference)) == 1 for each in sales)


@pytest.mark.parametrize(("step", "fault"), _LOST)
async def test_an_answer_lost_at_any_step_ends_in_one_paid_order(step: str, fault: str) -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.faults.arm(fault, times=1, match=f"POST /api/{step}?")
        try:
            await at.orders.create_order(order, at.keep)
        except (OutcomeUnknown, PlatformUnavailable):
            await _recovered(at, order)
        rows = at.with_reference(order.reference)
        assert [(row["paid"], row["cancelled"]) for row in rows] == [(True, False)]
        row = at.row(rows[0]["id"])
        assert row["total_paid_real"] == row["total_paid"] == "79.800000"
        assert at.shop.ledger.stock["TEE-M"] == 23
        assert at.mails == []


async def test_an_answer_of_another_shape_does_not_make_a_placed_order_look_refused() -> None:
    async with bench() as at:
        order = await at.sale()
        at.line.change = lambda seen: b"{}" if seen.line == "POST /api/orders" else None
        with pytest.raises(OutcomeUnknown):
            await at.orders.create_order(order, at.keep)
        at.line.change = _unchanged
        assert (await _recovered(at, order)).paid
        assert [row["paid"] for row in at.with_reference(order.reference)] == [True]


async def test_an_answer_of_another_shape_does_not_file_a_refund_twice() -> None:
    async with bench() as at:
        order = await at.sale()
        placed = await at.orders.create_order(order, at.keep)
        refund = Refund("TBREF-R1", eur("24.90"), (RefundLine("1", Decimal(1), restock=True),), "too small")
        at.line.change = lambda seen: b"[]" if seen.line == "POST /api/order_slip" else None
        with pytest.raises(OutcomeUnknown):
            await at.orders.refund_order(order, placed.platform_order_id, refund)
        at.line.change = _unchanged
        found = await at.orders.look_up_refund(order, placed.platform_order_id, refund)
        assert found is not None
        assert (found.amount, len(at.shop.shop.rows["order_slip"])) == (eur("24.90"), 1)


def _unchanged(seen: Seen) -> None:
    """Answers as the shop gave them."""
