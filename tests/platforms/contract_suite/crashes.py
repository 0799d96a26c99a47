"""The power fails between any two steps; a fresh service finds or finishes what was begun, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.platforms.contract_suite.ground import CODE, Bench, Ground, eur
from tests.platforms.contract_suite.wire import PowerCut
from tillbridge.domain.orders import Checkpoint, Handle, Order, Refund, RefundLine, TenderKind
from tillbridge.domain.specs import GiftCardMode, Noun
from tillbridge.domain.tokens import Secret

CARD = Secret("GIFT-AAAA-1111-2222")


class CrashCases(Ground):
    async def test_a_power_cut_after_any_call_of_a_create_leaves_one_paid_order(self) -> None:
        async with self.opened() as bench:
            order = await self._sale(bench)
            bench.wire.reset()
            await bench.push(order)
            calls = bench.wire.calls
        assert calls
        for at in range(1, calls + 1):
            async with self.opened() as bench:
                order = await self._sale(bench)
                bench.wire.reset()
                bench.wire.cut_after = at
                with pytest.raises(PowerCut):
                    await bench.push(order)
                await self._finished(bench, order)

    @pytest.mark.parametrize("kept", [True, False], ids=["handle-kept", "handle-lost"])
    async def test_a_power_cut_at_any_checkpoint_leaves_one_paid_order(self, kept: bool) -> None:
        async with self.opened() as bench:
            await bench.push(await self._sale(bench))
            handles = len(bench.handles)
        for at in range(1, handles + 1):
            async with self.opened() as bench:
                order = await self._sale(bench)

                with pytest.raises(PowerCut):
                    await self.platform.order(bench.session).create_order(order, _cut_at(bench, at, kept=kept))
                await self._finished(bench, order)

    async def test_a_power_cut_while_looking_up_leaves_one_paid_order(self) -> None:
        at, done = 0, False
        while not done:
            at += 1
            async with self.opened() as bench:
                order = await self._sale(bench)
                bench.wire.reset()
                bench.wire.cut_after = 1
                with pytest.raises(PowerCut):
                    await bench.push(order)
                bench.wire.reset()
                bench.wire.cut_after = at
                try:
                    await bench.settle(order)
                    done = True
                except PowerCut:
                    pass
                await self._finished(bench, order)
        assert at > 1

    async def _sale(self, bench: Bench) -> Order:
        return await bench.sale(discounts=[CODE], tenders={TenderKind.GIFT_CARD: "5.00"})

    async def _finished(self, bench: Bench, order: Order) -> None:
        bench.wire.reset()
        bench.clock.advance(5)
        placed = await bench.settle(order)
        assert placed.paid
        assert placed.total == order.totals.total
        bench.one_paid_order(order)

    async def test_a_power_cut_after_any_call_of_a_refund_gives_back_once(self) -> None:
        if self.absent(Noun.ORDER, "refund"):
            return
        at, done = 0, False
        while not done:
            at += 1
            async with self.opened() as bench:
                done = await self._refund_cut(bench, at)
        assert at > 1

    async def _refund_cut(self, bench: Bench, at: int) -> bool:
        """Whether the refund was through before the cut."""
        order = await bench.sale(wanted={"TEE-M": 2})
        placed = await bench.push(order)
        orders = self.platform.order(bench.session)
        whole = RefundLine(order.lines[0].id, Decimal(2), restock=True)
        refund = Refund(f"{order.reference}-R1", order.totals.total, (whole,), "too small")
        bench.wire.reset()
        bench.wire.cut_after = at
        done = False
        try:
            await orders.refund_order(order, placed.platform_order_id, refund)
            done = True
        except PowerCut:
            bench.wire.reset()
            if await orders.look_up_refund(order, placed.platform_order_id, refund) is None:
                await orders.refund_order(order, placed.platform_order_id, refund)
        bench.wire.reset()
        after = await orders.read_placed(placed.platform_order_id, "EUR")
        assert after.refunded == order.totals.total
        assert bench.mails == []
        return done

    async def test_a_power_cut_after_any_call_of_a_redemption_debits_once(self) -> None:
        redeems = self.platform.spec.gift_cards is GiftCardMode.STANDALONE
        if not redeems or self.absent(Noun.GIFT_CARD, "redeem"):
            return
        at, done = 0, False
        while not done:
            at += 1
            async with self.opened() as bench:
                done = await self._redeem_cut(bench, at)
        assert at > 1

    async def _redeem_cut(self, bench: Bench, at: int) -> bool:
        cards = self.platform.gift_card(bench.session)
        card = (await cards.check_balance(CARD)).external_id
        bench.wire.reset()
        bench.wire.cut_after = at
        done = False
        try:
            await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
            done = True
        except PowerCut:
            bench.wire.reset()
            if await cards.look_up_redemption(card, eur("15.00"), "TBREF1") is None:
                await cards.redeem_gift_card(CARD, eur("15.00"), "TBREF1")
        bench.wire.reset()
        assert (await cards.check_balance(CARD)).balance == eur("35.00")
        return done


def _cut_at(bench: Bench, at: int, *, kept: bool) -> Checkpoint:
    """A checkpoint that keeps handles until the power fails at one of them, before or after it is kept."""
    seen: list[Handle] = []

    async def checkpoint(handle: Handle) -> None:
        seen.append(handle)
        if kept or len(seen) < at:
            await bench.keep(handle)
        if len(seen) == at:
            raise PowerCut

    return checkpoint
