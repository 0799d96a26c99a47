"""Cancelling and giving back: once, to the cent, with the stock put back, and nobody gets mail."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.platforms.contract_suite.ground import Bench, Ground
from tests.support.proving import proves
from tillbridge.domain.errors import NotFound
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.domain.specs import Noun


def half_of(order: Order) -> Refund:
    """One of two pieces of the first line."""
    line = order.lines[0]
    piece = RefundLine(line.id, Decimal(1), restock=True)
    return Refund(f"{order.reference}-R1", Money(line.gross.amount / 2, "EUR"), (piece,), "too small")


class AftersalesCases(Ground):
    @proves("order.cancel")
    async def test_cancel_is_repeatable_and_mails_nobody(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        if await self.is_absent(Noun.ORDER, "cancel", lambda: orders.cancel_order(order, "1", "rung up twice")):
            return
        before = bench.shop.ledger.stock["TEE-M"]
        placed = await bench.push(order)
        await bench.book(order, placed)
        for _ in range(2):
            assert (await orders.cancel_order(order, placed.platform_order_id, "rung up twice")).cancelled
        assert bench.orders_with(order.reference)[0]["cancelled"]
        assert bench.shop.ledger.stock["TEE-M"] == before, "what the create took is put back"
        assert bench.mails == []

    @proves("order.refund")
    async def test_a_whole_refund_is_booked_once(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        every = tuple(RefundLine(line.id, line.quantity, restock=True) for line in order.lines)
        refund = Refund(f"{order.reference}-R1", order.totals.total, every, "all wrong")
        if await self.is_absent(Noun.ORDER, "refund", lambda: orders.refund_order(order, "1", refund)):
            return
        placed = await bench.push(order)
        assert (await orders.refund_order(order, placed.platform_order_id, refund)).amount == order.totals.total
        again = await orders.refund_order(order, placed.platform_order_id, refund)
        assert again.amount == order.totals.total
        after = await orders.read_placed(placed.platform_order_id, "EUR")
        assert (after.refunded, after.total) == (order.totals.total, order.totals.total)
        assert bench.mails == []

    @proves("order.partial_refund")
    async def test_a_partial_refund_is_booked_once(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        refund = half_of(order)
        for verb in ("refund", "partial_refund"):
            if await self.is_absent(Noun.ORDER, verb, lambda: orders.refund_order(order, "1", refund)):
                return
        placed = await bench.push(order)
        assert await orders.look_up_refund(order, placed.platform_order_id, refund) is None
        booked = await orders.refund_order(order, placed.platform_order_id, refund)
        assert booked.amount == refund.amount
        again = await orders.look_up_refund(order, placed.platform_order_id, refund)
        assert again is not None
        assert again.amount == refund.amount
        after = await orders.read_placed(placed.platform_order_id, "EUR")
        assert (after.refunded, after.total) == (refund.amount, order.totals.total)
        assert bench.mails == []

    async def test_an_order_that_is_not_there_is_not_found(self, bench: Bench) -> None:
        placed = await bench.push(await bench.sale())
        gone = f"{placed.platform_order_id.rstrip('0123456789')}999999999"
        with pytest.raises(NotFound):
            await self.platform.order(bench.session).read_placed(gone, "EUR")
