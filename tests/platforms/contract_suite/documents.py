"""A day at the till, held to the vendor's documents: nothing unexcused, and no excuse that nobody needs any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.platforms.contract_suite.ground import CODE, Bench, Ground, eur, walk
from tests.support.contracts import findings, held_by
from tests.support.recorder import EVERYTHING
from tests.support.till import basket_lines, listed, offer_of
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.orders import Refund, RefundLine, TenderKind
from tillbridge.domain.specs import GiftCardMode, Noun
from tillbridge.domain.stock import StockChange
from tillbridge.domain.tokens import Secret

_CARD = Secret("GIFT-AAAA-1111-2222")
_HOME = Address(
    first_name="Nora", last_name="Whitlock", line1="1 Quay Lane", city="Cork", postcode="T12 X2Y", country="IE",
    phone="+353 21 555 0100",
)  # fmt: skip
NORA = Customer(email="nora.whitlock@example.com", first_name="Nora", last_name="Whitlock", addresses=(_HOME,))


class DocumentCases(Ground):
    async def rest_of_the_day(self, bench: Bench) -> None:
        """What else this platform has to send for each of its deviations to be needed."""

    async def test_a_day_at_the_till_holds_to_the_vendors_documents(self, bench: Bench) -> None:
        documents = held_by(self.platform.spec.slug)
        if documents is None:
            pytest.skip("has no documents")
        if documents.missing:
            pytest.skip(documents.missing)
        await self._goods(bench)
        await self._people(bench)
        await self._sales(bench)
        await self._offers(bench)
        await self.rest_of_the_day(bench)
        found = list(findings(EVERYTHING))
        assert not [str(each) for each in found if each.deviation is None]
        needed = [each.deviation for each in found]
        idle = [each for each in documents.deviations if each not in needed]
        assert not idle, f"no request needs it any more: {idle}"
        unread = [each.file.name for each in documents.unread(EVERYTHING)]
        assert not unread, f"no request is held to {unread}"

    async def _goods(self, bench: Bench) -> None:
        products, stock = self.platform.product(bench.session), self.platform.inventory(bench.session)
        await walk(products.list_products())
        await walk(products.list_products(bench.clock.now() - timedelta(minutes=5)))
        await products.find_by_code("4006381333948")
        listings = [(await listed(products, sku))[0] for sku in ("SOAP-1", "TEE-S", "MUG-RED", "NOTE-1")]
        levels = await stock.read_levels(listings)
        changes = [
            StockChange(each.inventory_id, each.location_id, Decimal(20), expected=each.available) for each in levels
        ]
        await stock.set_levels(changes, "key-1")
        if not self.absent(Noun.INVENTORY, "adjust"):
            await stock.adjust(listings[0], levels[0].location_id, Decimal(-2), "key-2")

    async def _people(self, bench: Bench) -> None:
        customers = self.platform.customer(bench.session)
        await walk(customers.list_customers())
        await walk(customers.list_customers(bench.clock.now() - timedelta(minutes=5)))
        saved = await customers.save(NORA)
        await customers.save(saved)
        known = await customers.find_by_email("aoife.byrne@example.com")
        assert known is not None
        await customers.save(replace(known, addresses=(_HOME,)))
        await customers.save(Customer(email=NORA.email, first_name="Norah", consent=Consent.UNSUBSCRIBED))

    async def _sales(self, bench: Bench) -> None:
        orders = self.platform.order(bench.session)
        nora = await self.platform.customer(bench.session).find_by_email(NORA.email)
        whole = await bench.sale("R-1", customer=nora, note="Gift wrap", tenders={TenderKind.GIFT_CARD: "5.00"})
        sent_at = bench.clock.now()
        placed = await bench.push(whole)
        await bench.book(whole, placed)
        await orders.look_up(whole, tuple(bench.handles), sent_at)
        if not self.absent(Noun.ORDER, "cancel"):
            await orders.cancel_order(whole, placed.platform_order_id, "rung up twice")
        coded = await bench.sale("R-2", discounts=[CODE])
        placed = await bench.push(coded)
        if not self.absent(Noun.ORDER, "refund"):
            every = tuple(RefundLine(line.id, line.quantity, restock=True) for line in coded.lines)
            back = Refund(f"{coded.reference}-R1", coded.totals.total, every, "too small")
            await orders.refund_order(coded, placed.platform_order_id, back)
            await orders.look_up_refund(coded, placed.platform_order_id, back)
        await orders.read_placed(placed.platform_order_id, "EUR")
        await walk(orders.list_orders())
        await walk(orders.list_orders(bench.clock.now() - timedelta(minutes=5)))

    async def _offers(self, bench: Bench) -> None:
        lines = await basket_lines(self.platform.product(bench.session), {"TEE-M": 2})
        await self.platform.discount(bench.session).check_code("HARBOUR10", offer_of(lines))
        if self.absent(Noun.GIFT_CARD, "balance"):
            return
        cards = self.platform.gift_card(bench.session)
        await cards.check_balance(_CARD)
        if self.platform.spec.gift_cards is GiftCardMode.STANDALONE:
            taken = await cards.redeem_gift_card(_CARD, eur("15.00"), "TBREF1")
            await cards.look_up_redemption(taken.card_id, eur("15.00"), "TBREF1")
            await cards.give_back(taken.card_id, eur("15.00"), "TBREF1")
