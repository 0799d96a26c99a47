"""What a till's sale becomes in a Sylius shop, over HTTP against the simulator."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.platforms.sylius.adapter import Bench, Hooked, bench, eur
from tests.support.till import basket_lines, paid
from tillbridge.domain.basket import BasketLine, Discount, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.basket import Payment as Tendered
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import CapabilityAbsent, PlatformRefused, TotalsDisagree
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, PaymentStatus, Refund, RefundLine, TenderKind
from tillbridge.domain.references import order_reference
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.shop_facts import HANDOVER, KEEP, MAILS, SHIP, SHOPPERS
from tillbridge.platforms.sylius.simulator import SyliusSimulator

TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")
AOIFE = Customer(email="aoife.byrne@example.com", first_name="Aoife", last_name="Byrne")
RATES = ("0.23", "0.19", "0.07", "0.2", "0.055", "0.0725", "0.21", "0")


# -- totals


async def test_the_shops_own_code_is_counted_and_the_total_is_the_tills() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=2, SOAP_1=1, discounts=[TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.code_counted) == (order.totals.total, True)
        assert at.shop.shop.coupons["HARBOUR10"]["used"] == 1
        assert at.booked(order)[0]["code"] == "HARBOUR10"


@pytest.mark.parametrize(
    "by_hand", [Discount("scratch", DiscountType.FIXED, Decimal("2.00")), replace(TEN, value=Decimal(15))]
)
async def test_a_total_the_shop_does_not_arrive_at_is_not_placed_and_both_totals_are_told(by_hand: Discount) -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=2, discounts=[by_hand])
        with pytest.raises(TotalsDisagree) as caught:
            await PLATFORM.order(at.session).create_order(order, at.keep)
        theirs = "44.82 EUR" if by_hand.code else "49.80 EUR"
        assert caught.value.params == {"ours": str(order.totals.total), "theirs": theirs}
        assert (at.booked(order), at.shop.open_carts()) == ([], 0)
        assert at.shop.shop.coupons["HARBOUR10"]["used"] == 0


async def test_a_code_used_up_since_the_sale_is_told_as_a_total_that_differs() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=2, discounts=[TEN])
        at.shop.shop.coupons["HARBOUR10"]["usageLimit"] = 0
        with pytest.raises(TotalsDisagree):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (at.booked(order), at.shop.open_carts()) == ([], 0)


async def test_a_code_used_up_while_the_sale_is_on_its_way_leaves_nothing_behind() -> None:
    hooked = Hooked()
    async with bench(tap=hooked.before) as at:
        order = await at.sale(TEE_M=2, discounts=[TEN])
        hooked.on("/complete", lambda: at.shop.shop.coupons["HARBOUR10"].update(usageLimit=0))
        with pytest.raises(TotalsDisagree) as caught:
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert caught.value.params["theirs"] == "49.80 EUR"
        assert (at.booked(order), at.shop.open_carts()) == ([], 0)


async def test_a_limit_per_shopper_does_not_stop_the_tills_second_sale_with_the_code() -> None:
    async with bench() as at:
        at.shop.shop.coupons["HARBOUR10"]["perCustomerUsageLimit"] = 1
        for receipt in ("R-1", "R-2"):
            order = await at.sale(TEE_M=2, discounts=[TEN], receipt=receipt)
            placed = await PLATFORM.order(at.session).create_order(order, at.keep)
            assert (placed.total, placed.code_counted) == (order.totals.total, True)
        assert at.shop.shop.coupons["HARBOUR10"]["used"] == 2


def _taxed(shop: SyliusSimulator, *, included: bool) -> None:
    """Every article gets a tax category of its own."""
    shop.shop.tax_rates.clear()
    for at, variant in enumerate(shop.shop.variants.values()):
        rate = RATES[at % len(RATES)]
        variant["taxCategory"] = f"c{rate}"
        shop.shop.tax_rates[f"c{rate}"] = {
            "id": at, "code": f"c{rate}", "category": f"c{rate}", "name": f"VAT {rate}", "amount": float(rate),
            "includedInPrice": included, "zone": "IE", "countries": ["IE"],
        }  # fmt: skip


async def _random_sale(at: Bench, rng: random.Random, receipt: str, *, included: bool) -> Order:
    goods = [each for each in at.shop.shop.variants if each != "LAST-1"]
    wanted = {each: rng.randint(1, 3) for each in rng.sample(goods, rng.randint(1, 5))}
    lines = [
        replace(line, taxes=(TaxRate("VAT", Decimal(str(_rate(at, line)))),))
        for line in await basket_lines(PLATFORM.product(at.session), wanted)
    ]
    discounts = rng.choice([[], [TEN], [Discount("Five off", DiscountType.FIXED, Decimal(5), code="FIVEOFF")]])
    due = price(lines, currency="EUR", prices_include_tax=included, discounts=discounts).due
    card = [Tendered(TenderKind.CARD, "Card", due)] if due else []
    basket = price(lines, currency="EUR", prices_include_tax=included, discounts=discounts, payments=card)
    sold_at = at.clock.now()
    reference = order_reference(b"secret", "T1", receipt, sold_at, basket.total)
    facts = SaleFacts(
        id=new_id(), reference=reference, receipt=receipt, sold_at=sold_at, business_date=sold_at.date(), till="T1",
        location="Main",
    )  # fmt: skip
    return to_order(basket, facts)


def _rate(at: Bench, line: BasketLine) -> float:
    category = at.shop.shop.variants[line.sku]["taxCategory"]
    return float(at.shop.shop.tax_rates[category]["amount"])


async def test_prices_with_tax_always_agree_at_many_rates_with_and_without_codes() -> None:
    rng = random.Random(20261124)
    async with bench(change=lambda shop: _taxed(shop, included=True)) as at:
        for number in range(12):
            order = await _random_sale(at, rng, f"R-{number}", included=True)
            placed = await PLATFORM.order(at.session).create_order(order, at.keep)
            assert placed.total == order.totals.total
            assert abs(placed.tax - order.totals.tax) <= eur("0.01") * len(order.lines)


async def test_prices_without_tax_are_placed_to_the_cent_or_not_at_all() -> None:
    rng = random.Random(7)
    agreed = 0
    async with bench(change=lambda shop: _taxed(shop, included=False)) as at:
        for number in range(12):
            order = await _random_sale(at, rng, f"R-{number}", included=False)
            try:
                placed = await PLATFORM.order(at.session).create_order(order, at.keep)
            except TotalsDisagree:
                assert at.booked(order) == []
                continue
            agreed += 1
            assert placed.total == order.totals.total
        assert at.shop.open_carts() == 0
    assert agreed >= 8


# -- people, mails, goods


async def test_till_sales_carry_the_tills_address_so_no_shopper_is_mailed() -> None:
    async with bench(switches={"mails_off": ()}) as at:
        order = replace(await at.sale(TEE_M=1), customer=AOIFE)
        await PLATFORM.order(at.session).create_order(order, at.keep)
        assert at.mails == [("till-sales@harbourlane.example", "Order confirmation")]


async def test_a_shopper_is_linked_where_the_operator_chose_so() -> None:
    async with bench() as at:
        order = replace(await at.sale(TEE_M=1), customer=AOIFE)
        placed = await PLATFORM.order(at.with_facts(**{MAILS: SHOPPERS})).create_order(order, at.keep)
        row = at.shop.shop.orders[placed.platform_order_id]
        assert at.shop.shop.customers[row["customer"]]["email"] == AOIFE.email
        assert (row["billing"]["lastName"], row["shipping"]["city"]) == ("Byrne", "Galway")
        assert at.mails == []


async def test_a_sale_is_handed_over_where_the_operator_chose_so_and_cannot_be_cancelled_then() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.with_facts(**{HANDOVER: SHIP}))
        order = await at.sale(TEE_M=1)
        placed = await orders.create_order(order, at.keep)
        assert at.booked(order)[0]["status"] == "fulfilled"
        with pytest.raises(PlatformRefused, match="handed over"):
            await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
        assert at.booked(order)[0]["refunded"] == "0.00"


async def test_a_sale_of_nothing_but_free_goods_is_paid_with_nothing() -> None:
    async with bench() as at:
        for prices in at.shop.shop.variants["SOAP-1"]["channelPricings"].values():
            prices["price"] = 0
        order = await at.sale(SOAP_1=1)
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.paid) == (eur("0"), True)
        assert at.shop.ledger.stock["SOAP-1"] == 24


async def test_goods_the_shop_believes_it_lacks_are_sold_and_booked_down_to_nothing() -> None:
    async with bench() as at:
        order = await at.sale(LAST_1=3, TEE_M=1)
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.paid, placed.stock) == (True, StockEffect.LOWERED)
        assert at.shop.ledger.stock["LAST-1"] == 0
        assert [each.external_id for each in at.handles if each.kind == "stock"] == ["LAST-1/1/3"]


async def test_weighed_and_typed_in_goods_are_refused_in_words_since_sylius_sells_only_what_it_lists() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        line = order.lines[0]
        weighed = replace(line, quantity=Decimal("0.5"))
        typed = replace(line, kind=LineKind.FREE_TEXT, listing=None)
        for wrong, words in ((weighed, "whole pieces"), (typed, "not listed")):
            with pytest.raises(PlatformRefused, match=words):
                await PLATFORM.order(at.session).create_order(replace(order, lines=(wrong,)), at.keep)


async def test_switched_off_goods_are_refused_before_a_cart_is_opened() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        at.shop.shop.variants["TEE-M"]["enabled"] = False
        with pytest.raises(PlatformRefused, match="switched off"):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert at.handles == []


# -- afterwards


async def test_cancelling_gives_the_payment_back_and_puts_the_goods_back_once() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        before = at.shop.ledger.stock["TEE-M"]
        order = await at.sale(TEE_M=2)
        placed = await orders.create_order(order, at.keep)
        assert at.shop.ledger.stock["TEE-M"] == before - 2
        for _ in range(2):
            gone = await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
        assert (gone.cancelled, gone.refunded) == (True, order.totals.total)
        assert at.shop.ledger.stock["TEE-M"] == before


@pytest.mark.parametrize("restock", [True, False])
async def test_a_whole_refund_is_booked_once_and_brings_goods_back_only_where_asked(restock: bool) -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = await at.sale(TEE_M=2)
        placed = await orders.create_order(order, at.keep)
        back = tuple(RefundLine(each.id, each.quantity, restock) for each in order.lines)
        refund = Refund(f"{order.reference}-R1", order.totals.total, back, "too small")
        assert await orders.look_up_refund(order, placed.platform_order_id, refund) is None
        for _ in range(2):
            booked = await orders.refund_order(order, placed.platform_order_id, refund)
            assert (booked.amount, booked.goods_back) == (order.totals.total, restock)
        assert await orders.look_up_refund(order, placed.platform_order_id, refund) == booked
        assert at.booked(order)[0]["refunded"] == "49.80"
        assert at.shop.ledger.stock["TEE-M"] == (25 if restock else 23)
        assert at.mails == []


@pytest.mark.parametrize("handed_over", [True, False])
async def test_some_goods_of_a_refunded_sale_are_left_to_us(handed_over: bool) -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.with_facts(**{HANDOVER: SHIP if handed_over else KEEP}))
        order = await at.sale(TEE_M=2, SOAP_1=1)
        placed = await orders.create_order(order, at.keep)
        back = tuple(RefundLine(each.id, Decimal(1), each.sku == "TEE-M") for each in order.lines)
        for _ in range(2):
            refund = Refund("R1", order.totals.total, back, "torn")
            assert not (await orders.refund_order(order, placed.platform_order_id, refund)).goods_back
        assert (at.shop.ledger.stock["TEE-M"], at.shop.ledger.stock["SOAP-1"]) == (23, 24)
        assert not at.booked(order)[0]["cancelled"]


async def test_a_part_of_a_payment_cannot_be_given_back_and_the_passport_says_so() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=2)
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        part = Refund("TB-R1", eur("24.90"), (), "scratch")
        with pytest.raises(CapabilityAbsent, match="whole payment"):
            await PLATFORM.order(at.session).refund_order(order, placed.platform_order_id, part)
        assert at.booked(order)[0]["refunded"] == "0.00"


# -- reading


@pytest.mark.parametrize("zone", ["Europe/Dublin", "Pacific/Auckland", "America/New_York"])
async def test_new_orders_are_read_by_the_shops_clock_and_zone(zone: str) -> None:
    async with bench(change=lambda shop: setattr(shop.shop, "zone", zone)) as at:
        orders = PLATFORM.order(at.session)
        at.clock.advance(7200)
        since = at.clock.now() - timedelta(minutes=5)
        order = await at.sale(TEE_M=1)
        await orders.create_order(order, at.keep)
        seen = [each async for page in orders.list_orders(since) for each in page.items]
        assert [each.reference for each in seen] == [order.reference]
        assert (seen[0].receipt, seen[0].till) == (order.receipt, "T1")
        assert seen[0].sold_at == at.clock.now()


async def test_an_older_order_that_was_cancelled_or_paid_since_is_read_again_with_the_time_of_that() -> None:
    async with bench() as at:
        orders, shop = PLATFORM.order(at.session), at.shop.shop
        at.clock.advance(7200)
        since = at.clock.now()
        nothing = [each async for page in orders.list_orders(since) for each in page.items]
        assert nothing == []
        at.clock.advance(60)
        waiting = next(each for each in shop.orders.values() if each["paymentState"] == "awaiting_payment")
        waiting |= {"state": "cancelled", "paymentState": "cancelled"}
        waiting["payments"][0] |= {"state": "cancelled", "updatedAt": shop.now()}
        pages = [page async for page in orders.list_orders(since)]
        seen = [each for page in pages for each in page.items]
        assert [(each.external_id, each.payment) for each in seen] == [(waiting["token"], PaymentStatus.CANCELLED)]
        assert (seen[0].updated_at, pages[-1].high_water) == (at.clock.now(), at.clock.now())
        resumed = [page async for page in orders.list_orders(since, pages[0].cursor)]
        assert [each.external_id for page in resumed for each in page.items] == [waiting["token"]]


@pytest.mark.parametrize("release", ["2.0", "2.1", "2.2", "2.3"])
async def test_every_release_from_2_0_on_takes_a_sale_and_lists_it(release: str) -> None:
    def older(shop: SyliusSimulator) -> None:
        shop.shop.switches.release = release

    async with bench(change=older) as at:
        order = await at.sale(TEE_M=1, discounts=[TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.code_counted) == (order.totals.total, True)
        pages = [page async for page in PLATFORM.order(at.session).list_orders()]
        assert [page.refused for page in pages] == [()]
        mine = [each for page in pages for each in page.items if each.reference == order.reference]
        assert [(each.payment, each.sold_at) for each in mine] == [(PaymentStatus.PAID, at.clock.now())]


async def test_an_unknown_payment_state_is_shown_as_unknown() -> None:
    def odd(shop: SyliusSimulator) -> None:
        first: dict[str, Any] = next(iter(shop.shop.orders.values()))
        first["paymentState"] = "in_arbitration"

    async with bench(change=odd) as at:
        seen = [each async for page in PLATFORM.order(at.session).list_orders() for each in page.items]
        assert seen[0].payment is PaymentStatus.UNKNOWN
        assert seen[0].tenders == ()
        assert seen[0].totals.total == Money(Decimal("27.35"), "EUR")


async def test_the_cashiers_note_does_not_hide_our_reference() -> None:
    async with bench() as at:
        lines = await at.lines(TEE_M=1)
        order = paid(
            lines, at.clock, receipt="R-9", note="Code red: gift wrap\nTill lane closed, receipt in the bag; code 5"
        )
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        notes = at.shop.shop.orders[placed.platform_order_id]["notes"]
        assert notes.splitlines()[:2] == [order.reference, "Till T1, receipt R-9"]
        assert placed.code_counted is None
        seen = [each async for page in PLATFORM.order(at.session).list_orders() for each in page.items]
        assert [each.receipt for each in seen if each.reference] == ["R-9"]
