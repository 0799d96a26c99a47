"""Orders: recorded paid and to the cent, once whatever gets lost, found again, listed by change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.platforms.contract_suite.ground import CODE, Bench, Ground, items, walk
from tests.support.proving import proves
from tillbridge.domain.basket import Discount
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused, TotalsDisagree
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Order, PaymentStatus, TenderKind
from tillbridge.domain.specs import Noun, TotalsMode
from tillbridge.domain.stock import StockEffect

OFF = Discount("Scratched", DiscountType.FIXED, Decimal("1.37"))


class OrderCases(Ground):
    @proves("order.create")
    async def test_a_sale_arrives_paid_to_the_cent_and_nobody_gets_mail(self, bench: Bench) -> None:
        customer = await self.platform.customer(bench.session).find_by_email("tomas.lind@example.com")
        order = await bench.sale(customer=customer, note="Gift wrap – ‘naïve’ 🎁")
        placed = await bench.push(order)
        assert placed.total == order.totals.total
        assert placed.paid
        bench.one_paid_order(order)

    async def test_a_guest_with_a_code_and_a_gift_card_tender(self, bench: Bench) -> None:
        order = await bench.sale(discounts=[CODE], tenders={TenderKind.GIFT_CARD: "5.00"})
        placed = await bench.push(order)
        assert placed.total == order.totals.total
        assert placed.paid
        assert placed.code_counted is not None
        bench.one_paid_order(order)

    async def test_a_guest_with_an_address_only_gets_no_mail(self, bench: Bench) -> None:
        guest = Customer(email="guest.of.the.day@example.com", first_name="Zoë", last_name="Ó Súilleabháin")
        order = await bench.sale(customer=guest)
        assert (await bench.push(order)).paid
        bench.one_paid_order(order)

    @pytest.mark.parametrize("wanted", [{"TEE-M": 3}, {"SOAP-1": 7, "BOOK-1": 1}, {"MUG-BLU": 2, "NOTE-1": 3}])
    @pytest.mark.parametrize("discount", [None, CODE, OFF], ids=["whole", "code", "by-hand"])
    async def test_total_and_tax_are_the_tills(
        self, bench: Bench, wanted: dict[str, int], discount: Discount | None
    ) -> None:
        order = await bench.sale(wanted=wanted, discounts=[discount] if discount else [])
        try:
            placed = await bench.push(order)
        except TotalsDisagree as refusal:
            self._not_placed(bench, order, refusal)
            return
        assert placed.total == order.totals.total
        cent = Decimal(0) if self.platform.spec.totals is TotalsMode.EXACT else Decimal("0.01")
        assert abs(placed.tax.amount - order.totals.tax.amount) <= cent * len(order.lines)
        bench.one_paid_order(order)

    @pytest.mark.parametrize("code", ["EXPIRED5", "ONCEONLY", "SPEND100", "SOAPDEAL", "NO-SUCH-CODE"])
    async def test_a_code_honoured_at_the_till_and_refused_by_the_shop_still_arrives(
        self, bench: Bench, code: str
    ) -> None:
        honoured = Discount(code, DiscountType.FIXED, Decimal("5.00"), code=code)
        order = await bench.sale(discounts=[honoured])
        try:
            placed = await bench.push(order)
        except TotalsDisagree as refusal:
            self._not_placed(bench, order, refusal)
            return
        assert placed.total == order.totals.total
        assert placed.code_counted is not None, "a code was sold, so it is told whether it was counted"
        bench.one_paid_order(order)

    def _not_placed(self, bench: Bench, order: Order, refusal: TotalsDisagree) -> None:
        """A shop whose own rules dictate what goods cost is not made to sell for less: both totals are told."""
        assert self.platform.spec.totals is TotalsMode.DICTATED
        assert refusal.params["ours"] == str(order.totals.total)
        assert refusal.params["theirs"] != refusal.params["ours"]
        assert [each for each in bench.orders_with(order.reference) if each["paid"]] == []
        assert bench.mails == []

    @pytest.mark.parametrize("fault", ["timeout_after_commit", "reset", "error_5xx", "truncated", "html"])
    async def test_a_lost_answer_is_looked_up_and_never_sent_twice(self, bench: Bench, fault: str) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        bench.shop.faults.arm(fault, times=1, match=self.create_match, phase="after")
        sent_at = bench.clock.now()
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, bench.keep)
        assert len(bench.orders_with(order.reference)) == 1
        found = await orders.look_up(order, bench.handles, sent_at)
        while found.placed is None and not found.certain:
            bench.clock.advance(found.ask_again_in or 60)
            found = await orders.look_up(order, bench.handles, sent_at)
        assert found.placed is not None
        assert found.placed.total == order.totals.total
        bench.one_paid_order(order)

    async def test_what_never_arrived_is_said_to_be_absent_and_may_be_sent(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        bench.shop.faults.arm("timeout_before_commit", times=1, match=self.create_match)
        sent_at = bench.clock.now()
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, bench.keep)
        found = await orders.look_up(order, bench.handles, sent_at)
        for _ in range(50):
            if found.certain:
                break
            bench.clock.advance(found.ask_again_in or 60)
            found = await orders.look_up(order, bench.handles, sent_at)
        assert (found.placed, found.certain) == (None, True)
        placed = await orders.create_order(order, bench.keep)
        assert placed.total == order.totals.total
        bench.one_paid_order(order)

    async def test_a_line_the_shop_does_not_know_is_refused_before_it_is_paid(self, bench: Bench) -> None:
        order = await bench.sale()
        assert order.lines[0].listing is not None
        gone = replace(
            order.lines[0], listing=replace(order.lines[0].listing, external_variant_id=self.unknown_variant(order))
        )
        with pytest.raises((PlatformRefused, NotFound)):
            await bench.push(replace(order, lines=(gone, *order.lines[1:])))
        assert [each for each in bench.orders_with(order.reference) if each.get("paid")] == []
        assert bench.mails == []

    async def test_a_paid_sale_is_not_refused_for_lack_of_stock(self, bench: Bench) -> None:
        order = await bench.sale(wanted={"LAST-1": 3})
        placed = await bench.push(order)
        assert placed.paid
        bench.one_paid_order(order)

    async def test_the_shops_stock_moved_as_the_answer_says(self, bench: Bench) -> None:
        before = bench.shop.ledger.stock["TEE-M"]
        placed = await bench.push(await bench.sale(wanted={"TEE-M": 2}))
        taken = {StockEffect.LOWERED: 2, StockEffect.NOT_LOWERED: 0}[placed.stock]
        assert bench.shop.ledger.stock["TEE-M"] == before - taken

    @proves("order.list")
    async def test_own_pushes_are_read_back_with_their_reference(self, bench: Bench) -> None:
        order = await bench.sale()
        await bench.push(order)
        seen = items(await walk(self.platform.order(bench.session).list_orders()))
        mine = [each for each in seen if each.reference == order.reference]
        assert len(mine) == 1
        assert mine[0].totals.total == order.totals.total
        assert mine[0].payment is PaymentStatus.PAID
        assert len(seen) > 1, "the shop has online orders of its own"

    @proves("order.changed_since")
    async def test_only_orders_changed_since_are_read_and_an_overlap_repeats_them_alike(self, bench: Bench) -> None:
        orders = self.platform.order(bench.session)
        bench.clock.advance(3600)
        order = await bench.sale()
        placed = await bench.push(order)
        since = bench.clock.now() - timedelta(minutes=2)
        bench.clock.advance(600)
        first = items(await walk(orders.list_orders(changed_since=since)))
        assert [each.external_id for each in first] == [placed.platform_order_id]
        assert items(await walk(orders.list_orders(changed_since=since))) == first
        assert items(await walk(orders.list_orders(changed_since=bench.clock.now()))) == []

    async def test_three_pages_of_orders_come_once_each(self, bench: Bench) -> None:
        for at in range(4):
            await bench.push(await bench.sale(receipt=f"R-{at}", wanted={"SOAP-1": 1}))
            bench.clock.advance(60)
        whole = items(await walk(self.platform.order(bench.session).list_orders()))
        with self.small_pages():
            orders = self.platform.order(bench.session)
            pages = await walk(orders.list_orders())
            assert len(pages) >= 3, "pages do not follow limits.page_size: name their constants in page_constants"
            rest = items(await walk(orders.list_orders(cursor=pages[0].cursor)))
        assert sorted(each.external_id for each in items(pages)) == sorted(each.external_id for each in whole)
        assert [each.external_id for each in rest] == [each.external_id for each in items(pages[1:])]

    async def test_an_order_that_changes_between_two_pages_hides_no_other(self, bench: Bench) -> None:
        if self.absent(Noun.ORDER, "cancel"):
            return
        pushed: dict[str, Order] = {}
        for at in range(6):
            order = await bench.sale(receipt=f"R-{at}", wanted={"SOAP-1": 1})
            pushed[(await bench.push(order)).platform_order_id] = order
            bench.clock.advance(60)
        whole = {each.external_id for each in items(await walk(self.platform.order(bench.session).list_orders()))}
        with self.small_pages(5):
            orders = self.platform.order(bench.session)
            pages = orders.list_orders()
            first = await anext(pages)
            mine = next(each.external_id for each in first.items if each.external_id in pushed)
            await orders.cancel_order(pushed[mine], mine, "rung up twice")
            seen = {each.external_id for page in [first, *await walk(pages)] for each in page.items}
        assert seen == whole
