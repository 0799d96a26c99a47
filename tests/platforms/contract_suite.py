"""What every platform must do, proved over HTTP against its simulator. A platform inherits it in a few lines.

A case whose capability the spec declares absent asserts that the service says so with the declared reason.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tests.support.till import basket_lines, listed, offer_of, paid
from tillbridge.domain.basket import Discount
from tillbridge.domain.connections import StepState
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import (
    CapabilityAbsent,
    NotFound,
    OutcomeUnknown,
    PlatformRefused,
    RateLimited,
    TillbridgeError,
    WrongCredentials,
)
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Handle, Order, PaymentStatus, Refund, RefundLine, TenderKind
from tillbridge.domain.specs import GiftCardMode, Noun, TotalsMode
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Platform, Session
from tillbridge.training.kit import Simulator
from tillbridge.training.server import transport

CODE = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@dataclass
class Bench:
    """A prepared connection, the simulator behind it, and the handles its checkpoints kept."""

    platform: Platform
    shop: Simulator
    clock: VirtualClock
    session: Session
    handles: list[Handle]

    async def keep(self, handle: Handle) -> None:
        self.handles.append(handle)

    async def sale(self, receipt: str = "R-1", wanted: dict[str, int] | None = None, **more: Any) -> Order:
        products = self.platform.product(self.session)
        lines = await basket_lines(products, wanted or {"TEE-M": 2, "BOOK-1": 1})
        return paid(lines, self.clock, receipt=receipt, **more)

    def orders_with(self, reference: str) -> list[dict[str, Any]]:
        """Orders in the shop's own ledger that carry our reference."""
        return [dict(each) for each in self.shop.ledger.orders if each["reference"] == reference]


class PlatformContract:
    """Inherit, and name the platform, its simulator and what to type wrongly in the form."""

    platform: ClassVar[Platform]
    simulator: ClassVar[Callable[..., Simulator]]
    setup: ClassVar[str] = ""
    wrong_field: ClassVar[str]
    wrong_value: ClassVar[str]
    create_match: ClassVar[str]
    """What a fault must match to hit the create of an order."""

    @pytest.fixture
    async def bench(self) -> AsyncIterator[Bench]:
        clock = VirtualClock()
        shop = type(self).simulator(clock)
        wire = transport([shop])
        async with open_session(
            self.platform, shop.credentials(), wire, clock, setup=self.setup, base_url=shop.base_url
        ) as session:
            facts = dict((await self.platform.shop(session).test()).facts)
            for step in self.platform.spec.preparation:
                service = self.platform.shop(replace(session, connection=replace(session.connection, facts=facts)))
                report = await service.check_step(step.name)
                choice = report.choices[0][0] if report.choices else None
                facts |= dict((await service.do_step(step.name, choice)).facts)
            prepared = replace(session, connection=replace(session.connection, facts=facts))
            yield Bench(self.platform, shop, clock, prepared, [])

    def absent(self, noun: Noun, verb: str) -> str | None:
        return self.platform.spec.absence(noun, verb)

    # -- form and connection

    def test_the_form_accepts_what_the_shop_gave_and_names_what_cannot_be(self) -> None:
        values = type(self).simulator(VirtualClock()).credentials()
        for each in self.platform.spec.fields_for(self.setup):
            assert each.problem(values.get(each.name, "")) is None, each.name
            assert each.title
            assert each.where_to_find or each.help
        first = self.platform.spec.fields_for(self.setup)[0]
        assert first.problem("")
        assert first.problem("not a shop\naddress")

    async def test_a_connection_knows_its_shop_and_can_be_prepared(self, bench: Bench) -> None:
        service = self.platform.shop(bench.session)
        facts = await service.test()
        assert facts.currency == "EUR"
        assert facts.zone == "Europe/Dublin"
        assert facts.missing_scopes == ()
        for step in self.platform.spec.preparation:
            report = await service.check_step(step.name)
            assert report.state in (StepState.DONE, StepState.STATED), report
            assert report.words

    async def test_a_wrong_key_names_the_field_and_where_to_find_it(self) -> None:
        clock = VirtualClock()
        shop = type(self).simulator(clock)
        values = {**shop.credentials(), self.wrong_field: self.wrong_value}
        async with open_session(
            self.platform, values, transport([shop]), clock, setup=self.setup, base_url=shop.base_url
        ) as session:
            with pytest.raises(WrongCredentials) as caught:
                await self.platform.shop(session).test()
        titles = {each.title for each in self.platform.spec.fields_for(self.setup)}
        assert any(title in caught.value.params["field"] for title in titles)
        assert caught.value.params["where"]
        assert self.wrong_value not in str(caught.value.card())

    async def test_an_expired_token_is_renewed_by_itself(self, bench: Bench) -> None:
        if self.platform.renew is None:
            pytest.skip("this platform's keys do not expire")
        bench.shop.faults.arm("expired_token", times=1)
        assert await self.platform.product(bench.session).find_by_code("TEE-M")

    # -- what answers can look like

    async def test_throttling_is_waited_out_and_a_storm_left_to_the_queue(self, bench: Bench) -> None:
        bench.shop.faults.arm("storm_429", times=2)
        assert await self.platform.product(bench.session).find_by_code("TEE-M")
        bench.shop.faults.arm("storm_429", times=50)
        with pytest.raises(RateLimited):
            await self.platform.product(bench.session).find_by_code("TEE-M")

    @pytest.mark.parametrize("fault", ["html", "truncated", "error_5xx", "reset"])
    async def test_a_read_survives_a_passing_fault(self, bench: Bench, fault: str) -> None:
        bench.shop.faults.arm(fault, times=1)
        assert await self.platform.product(bench.session).find_by_code("TEE-M")

    @pytest.mark.parametrize("fault", ["html", "truncated", "error_5xx", "reset"])
    async def test_a_lasting_fault_is_a_typed_error_in_shop_language(self, bench: Bench, fault: str) -> None:
        bench.shop.faults.arm(fault, times=100)
        with pytest.raises(TillbridgeError) as caught:
            await self.platform.product(bench.session).find_by_code("TEE-M")
        card = caught.value.card()
        assert card.title
        assert card.next_step
        assert "Traceback" not in card.explanation

    # -- catalogue, stock, customers

    async def test_the_catalogue_is_whole(self, bench: Bench) -> None:
        found: dict[str, Any] = {}
        async for page in self.platform.product(bench.session).list_products():
            assert page.refused == ()
            found |= {variant.sku: (product, variant) for product in page.items for variant in product.variants}
        tee, medium = found["TEE-M"]
        assert medium.price == eur("24.90")
        assert medium.barcode == "4006381333948"
        assert medium.inventory_quantity == 25
        assert [option.name for option in tee.options] == ["Size"]
        assert tee.options[0].values == ("S", "M", "L")
        tote = found["TOTE-1"][1]
        assert (tote.price, tote.compare_at_price) == (eur("18.00"), eur("22.00"))
        assert {"MUG-BLU", "MUG-RED", "SOAP-1", "BOOK-1", "LAST-1"} <= set(found)

    async def test_only_changes_are_read_again(self, bench: Bench) -> None:
        bench.clock.advance(3600)
        products = self.platform.product(bench.session)
        since = bench.clock.now() - timedelta(minutes=5)
        pages = [page async for page in products.list_products(changed_since=since)]
        assert sum(len(page.items) for page in pages) == 0

    async def test_a_code_is_found_exactly(self, bench: Bench) -> None:
        products = self.platform.product(bench.session)
        assert [each.title for each in await products.find_by_code("4006381333948")] == ["Organic Tee"]
        assert await products.find_by_code("TEE") == ()
        assert await products.find_by_code('TEE-M" OR 1') == ()

    async def test_stock_is_read_set_and_refused_when_it_moved(self, bench: Bench) -> None:
        stock = self.platform.inventory(bench.session)
        listing, _, _ = await listed(self.platform.product(bench.session), "MUG-BLU")
        level = (await stock.read_levels([listing]))[0]
        assert level.available == 25
        from tillbridge.domain.stock import StockChange

        change = StockChange(level.inventory_id, level.location_id, Decimal(20), expected=Decimal(25))
        assert (await stock.set_levels([change], "key-1"))[0].applied
        stale = replace(change, quantity=Decimal(19), expected=Decimal(25))
        outcome = (await stock.set_levels([stale], "key-2"))[0]
        assert not outcome.applied
        assert (await stock.read_levels([listing]))[0].available == 20

    async def test_a_customer_is_found_saved_and_not_doubled(self, bench: Bench) -> None:
        customers = self.platform.customer(bench.session)
        known = await customers.find_by_email("AOIFE.byrne@example.com")
        assert known is not None
        assert known.last_name == "Byrne"
        assert await customers.find_by_email("nobody@example.com") is None
        fresh = Customer(
            email="søren.æbler@example.com".replace("ø", "o").replace("æ", "a"), first_name="Søren", last_name="Æbler"
        )
        saved = await customers.save(fresh)
        again = await customers.save(fresh)
        assert saved.external_id == again.external_id
        assert (saved.first_name, saved.last_name) == ("Søren", "Æbler")

    # -- orders

    async def test_a_sale_arrives_paid_to_the_cent_and_nobody_gets_mail(self, bench: Bench) -> None:
        customer = await self.platform.customer(bench.session).find_by_email("tomas.lind@example.com")
        order = await bench.sale(customer=customer, note="Gift wrap – ‘naïve’ 🎁")
        placed = await self.platform.order(bench.session).create_order(order, bench.keep)
        assert placed.total == order.totals.total
        assert placed.paid
        rows = bench.orders_with(order.reference)
        assert len(rows) == 1
        assert Decimal(rows[0]["total"]) == order.totals.total.amount
        assert list(bench.shop.outbox.mails) == []

    async def test_a_guest_with_a_code_and_a_gift_card_tender(self, bench: Bench) -> None:
        order = await bench.sale(discounts=[CODE], tenders={TenderKind.GIFT_CARD: "5.00"})
        placed = await self.platform.order(bench.session).create_order(order, bench.keep)
        assert placed.total == order.totals.total
        assert placed.paid
        assert placed.code_counted is not None
        assert list(bench.shop.outbox.mails) == []

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
        assert len(bench.orders_with(order.reference)) == 1

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
        assert len(bench.orders_with(order.reference)) == 1

    async def test_a_line_the_shop_does_not_know_is_refused_before_it_is_paid(self, bench: Bench) -> None:
        order = await bench.sale()
        assert order.lines[0].listing is not None
        gone = replace(
            order.lines[0], listing=replace(order.lines[0].listing, external_variant_id=self.unknown_variant(order))
        )
        with pytest.raises((PlatformRefused, NotFound)):
            await self.platform.order(bench.session).create_order(
                replace(order, lines=(gone, *order.lines[1:])), bench.keep
            )
        assert [each for each in bench.orders_with(order.reference) if each.get("paid")] == []

    def unknown_variant(self, order: Order) -> str:
        """An id of the platform's form that no variant has."""
        assert order.lines[0].listing is not None
        known = order.lines[0].listing.external_variant_id
        head = known.rstrip("0123456789")
        return f"{head}999999999"

    async def test_a_paid_sale_is_not_refused_for_lack_of_stock(self, bench: Bench) -> None:
        order = await bench.sale(wanted={"LAST-1": 3})
        placed = await self.platform.order(bench.session).create_order(order, bench.keep)
        assert placed.paid

    async def test_own_pushes_are_read_back_with_their_reference(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        await orders.create_order(order, bench.keep)
        seen = [each async for page in orders.list_orders() for each in page.items]
        mine = [each for each in seen if each.reference == order.reference]
        assert len(mine) == 1
        assert mine[0].totals.total == order.totals.total
        assert mine[0].payment is PaymentStatus.PAID
        assert len(seen) > 1, "the shop has online orders of its own"

    async def test_cancel_is_repeatable_and_mails_nobody(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        if self.absent(Noun.ORDER, "cancel"):
            with pytest.raises(CapabilityAbsent):
                await orders.cancel_order(order, "1", "rung up twice")
            return
        placed = await orders.create_order(order, bench.keep)
        for _ in range(2):
            assert (await orders.cancel_order(order, placed.platform_order_id, "rung up twice")).cancelled
        assert list(bench.shop.outbox.mails) == []

    async def test_a_partial_refund_is_booked_once(self, bench: Bench) -> None:
        order = await bench.sale()
        orders = self.platform.order(bench.session)
        line = order.lines[0]
        half = Money(line.gross.amount / 2, "EUR")
        refund = Refund(f"{order.reference}-R1", half, (RefundLine(line.id, Decimal(1), restock=True),), "too small")
        if self.absent(Noun.ORDER, "refund"):
            with pytest.raises(CapabilityAbsent):
                await orders.refund_order(order, "1", refund)
            return
        placed = await orders.create_order(order, bench.keep)
        assert await orders.look_up_refund(order, placed.platform_order_id, refund) is None
        booked = await orders.refund_order(order, placed.platform_order_id, refund)
        assert booked.amount == half
        again = await orders.look_up_refund(order, placed.platform_order_id, refund)
        assert again is not None
        assert again.amount == half
        after = await orders.read_placed(placed.platform_order_id, "EUR")
        assert after.refunded == half
        assert list(bench.shop.outbox.mails) == []

    # -- codes and gift cards

    @pytest.mark.parametrize(
        ("code", "wanted", "valid", "amount"),
        [
            ("HARBOUR10", {"TEE-M": 2}, True, "4.98"),
            ("harbour10", {"TEE-M": 2}, True, "4.98"),
            ("FIVEOFF", {"TEE-M": 2}, True, "5.00"),
            ("EXPIRED5", {"TEE-M": 2}, False, None),
            ("SPEND100", {"TEE-M": 2}, False, None),
            ("SPEND100", {"LAST-1": 1, "TOTE-1": 1}, True, "10.70"),
            ("ONCEONLY", {"TEE-M": 2}, False, None),
            ("SOAPDEAL", {"SOAP-1": 5, "TEE-M": 1}, True, "6.40"),
            ("SOAPDEAL", {"TEE-M": 1}, False, None),
            ("NO-SUCH-CODE", {"TEE-M": 2}, False, None),
        ],
    )
    async def test_a_code_is_judged(
        self, bench: Bench, code: str, wanted: dict[str, int], valid: bool, amount: str | None
    ) -> None:
        lines = await basket_lines(self.platform.product(bench.session), wanted)
        verdict = await self.platform.discount(bench.session).check_code(code, offer_of(lines))
        assert verdict.valid is valid, verdict.reason
        if amount is not None:
            assert verdict.amount == eur(amount)
        if not valid:
            assert verdict.reason
        assert verdict.judged_by_platform or verdict.judged_by_us

    async def test_a_gift_card_pays_once_and_gives_back(self, bench: Bench) -> None:
        cards = self.platform.gift_card(bench.session)
        code = Secret("GIFT-AAAA-1111-2222")
        if self.absent(Noun.GIFT_CARD, "redeem") or self.platform.spec.gift_cards is not GiftCardMode.STANDALONE:
            with pytest.raises(CapabilityAbsent):
                await cards.redeem_gift_card(code, eur("15.00"), "TBREF1")
            return
        balance = await cards.check_balance(code)
        assert (balance.balance, balance.usable) == (eur("50.00"), True)
        assert "1111" not in balance.masked
        taken = await cards.redeem_gift_card(code, eur("15.00"), "TBREF1")
        found = await cards.look_up_redemption(taken.card_id, eur("15.00"), "TBREF1")
        assert found is not None
        assert found.amount == eur("15.00")
        assert await cards.look_up_redemption(taken.card_id, eur("15.00"), "TBREF2") is None
        with pytest.raises(PlatformRefused):
            await cards.redeem_gift_card(code, eur("50.00"), "TBREF3")
        await cards.give_back(taken.card_id, eur("15.00"), "TBREF1")
        await cards.give_back(taken.card_id, eur("15.00"), "TBREF1")
        assert (await cards.check_balance(code)).balance == eur("50.00")
        with pytest.raises(NotFound):
            await cards.check_balance(Secret("GIFT-ZZZZ-0000-0000"))

    # -- declarations

    def test_the_passport_hides_nothing(self) -> None:
        spec = self.platform.spec
        assert spec.look_up.residual_risk
        assert spec.totals in TotalsMode
        for each in spec.capabilities:
            assert each.present or each.reason, f"{each.noun} {each.verb} is absent without a reason"
        assert {each.noun for each in spec.capabilities} == set(Noun)
        assert spec.mails
        assert spec.limits.page_size > 0
