"""What a till's sale becomes in a WooCommerce shop, over HTTP against the simulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.platforms.woocommerce.adapter import Tapped, bench, eur
from tests.platforms.woocommerce.baskets import order_of
from tillbridge.domain.basket import BasketLine, Discount, Payment, TaxRate
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Refund, RefundLine, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.woocommerce import PLATFORM
from tillbridge.platforms.woocommerce.simulator import WooCommerceSimulator

VAT = TaxRate("VAT", Decimal("0.23"))
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), "HARBOUR10")
AOIFE = Customer(email="aoife.byrne@example.com", first_name="Aoife", last_name="Byrne")


async def test_a_code_the_shop_agrees_with_goes_out_as_a_code_and_is_counted() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=2, SOAP_1=1), [TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.code_counted) == (order.totals.total, True)
        assert at.orders()[0]["coupon_lines"][0]["code"] == "harbour10"
        coupon = next(each for each in at.shop.shop.coupons.values() if each["code"] == "harbour10")
        assert coupon["usage_count"] == 1


async def test_a_code_the_shop_would_reckon_otherwise_goes_out_as_priced_lines() -> None:
    async with bench() as at:
        seven = replace(TEN, value=Decimal("7.5"))
        order = order_of(await at.lines(TEE_M=2), [seven])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.code_counted) == (order.totals.total, False)
        assert at.orders()[0]["coupon_lines"] == []
        assert ("value", "HARBOUR10") in _meta(at.orders()[0], "tillbridge_codes")


def _meta(order: dict[str, object], key: str) -> set[tuple[str, object]]:
    entries = order["meta_data"]
    assert isinstance(entries, list)
    return set(next(each for each in entries if each["key"] == key).items())


async def test_a_code_used_up_since_the_sale_does_not_stop_the_paid_sale() -> None:
    def used_up_meanwhile(inner: httpx.AsyncBaseTransport, shop: WooCommerceSimulator) -> httpx.AsyncBaseTransport:
        def after(request: httpx.Request) -> None:
            if request.url.path.endswith("/coupons"):
                for coupon in shop.shop.coupons.values():
                    coupon |= {"usage_limit": 1, "usage_count": 1}

        return Tapped(inner, after=after)

    for keeps_drafts in (True, False):
        switches = {"draft_on_refused_coupon": keeps_drafts}
        async with bench(tap=used_up_meanwhile, switches=switches) as at:
            order = order_of(await at.lines(TEE_M=2), [TEN])
            placed = await PLATFORM.order(at.session).create_order(order, at.keep)
            assert (placed.total, placed.paid, placed.code_counted) == (order.totals.total, True, False)
            assert [each["status"] for each in at.orders()] == ["completed"], "the refused create left a draft"


async def test_weighed_and_typed_in_goods_and_gift_cards_sold_travel_as_fees_with_their_tax() -> None:
    async with bench() as at:
        extras = [
            BasketLine(
                id="x1",
                kind=LineKind.PRODUCT,
                title="Seaweed salt",
                quantity=Decimal("0.312"),
                unit="kg",
                unit_price=eur("23.90"),
                taxes=(VAT,),
            ),
            BasketLine(
                id="x2",
                kind=LineKind.FREE_TEXT,
                title="Repair",
                quantity=Decimal(1),
                unit_price=eur("7.99"),
                taxes=(VAT,),
            ),
            BasketLine(
                id="x3", kind=LineKind.GIFT_CARD, title="Gift card", quantity=Decimal(1), unit_price=eur("25.00")
            ),
        ]
        order = order_of([*await at.lines(MUG_RED=1), *extras])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert placed.total == order.totals.total
        assert placed.tax == order.totals.tax
        fees = at.orders()[0]["fee_lines"]
        assert [each["name"] for each in fees] == ["0.312 kg × 23.90 EUR, Seaweed salt", "Repair", "Gift card"]


async def test_goods_of_the_shop_that_went_as_a_fee_leave_it_open_what_the_shop_counted() -> None:
    async with bench() as at:
        soap, mug = await at.lines(SOAP_1=1, MUG_RED=1)
        weighed = replace(soap, quantity=Decimal("0.350"), unit="kg")
        orders = PLATFORM.order(at.session)
        mixed = await orders.create_order(order_of([mug, weighed]), at.keep)
        assert mixed.stock is StockEffect.UNKNOWN
        assert await orders.read_placed(mixed.platform_order_id, "EUR") == mixed
        alone = await orders.create_order(order_of([weighed]), at.keep)
        assert alone.stock is StockEffect.NOT_LOWERED
        assert (await orders.create_order(order_of([mug]), at.keep)).stock is StockEffect.LOWERED


async def test_a_sale_of_nothing_but_free_goods_is_paid_with_nothing() -> None:
    async with bench() as at:
        gift = Discount("present", DiscountType.PERCENTAGE, Decimal(100))
        order = order_of(await at.lines(SOAP_1=1), [gift])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.paid) == (eur("0"), True)


async def test_a_gift_card_tender_and_cash_rounding_leave_the_order_whole_and_paid() -> None:
    async with bench() as at:
        lines = await at.lines(TEE_M=1)
        payments = [
            Payment(TenderKind.GIFT_CARD, "Gift card", eur("5.00"), "1", "•••• 2222"),
            Payment(TenderKind.CASH, "Cash", eur("20.00")),
        ]
        order = order_of(lines, payments=payments, cash_step=eur("0.05"))
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.paid) == (order.totals.total, True)
        row = at.orders()[0]
        assert row["payment_method_title"] == "Gift card •••• 2222, Cash"
        assert ("value", "Gift card •••• 2222 5.00 EUR, Cash 19.90 EUR") in _meta(row, "tillbridge_tenders")


async def test_a_foreign_address_does_not_change_the_tax() -> None:
    async with bench() as at:
        order = replace(
            order_of(await at.lines(TEE_M=1)),
            billing=Address(first_name="Jan", city="Kiel", postcode="24103", country="DE"),
        )
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.tax) == (order.totals.total, order.totals.tax)
        assert at.orders()[0]["billing"]["city"] == "Kiel"


async def test_no_account_is_linked_unless_the_operator_chose_so_and_then_only_after_the_create() -> None:
    async with bench() as at:
        order = replace(order_of(await at.lines(TEE_M=1)), customer=AOIFE)
        await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (at.orders()[0]["customer_id"], at.orders()[0]["billing"].get("email", "")) == (0, "")
        linked = replace(order, reference="TBZZZZZZZZZZZZZZZZZZZZZZZZ")
        await PLATFORM.order(at.with_facts(customers="link")).create_order(linked, at.keep)
        assert at.orders()[1]["billing"]["email"] == "aoife.byrne@example.com"
        assert at.mails == []


async def test_a_crash_before_the_link_is_finished_by_the_look_up() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.with_facts(customers="link"))
        order = replace(order_of(await at.lines(TEE_M=1)), customer=AOIFE)
        at.shop.faults.arm("error_5xx", times=50, match="PUT /wp-json/wc/v3/orders")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        at.shop.faults.clear()
        assert at.orders()[0]["customer_id"] == 0
        found = await orders.look_up(order, at.handles, at.clock.now())
        assert found.placed is not None
        assert at.orders()[0]["customer_id"] != 0


@pytest.mark.parametrize("hpos", [True, False])
async def test_a_lost_answer_is_found_with_and_without_order_tables(hpos: bool) -> None:
    async with bench(switches={"hpos": hpos}) as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=1))
        at.shop.faults.arm("timeout_after_commit", times=1, match="POST /wp-json/wc/v3/orders")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        found = await orders.look_up(order, (), at.clock.now())
        assert found.placed is not None
        assert found.placed.total == order.totals.total
        twin = replace(order, reference=order.reference[:-1] + "Z")
        assert (await orders.look_up(twin, (), at.clock.now())).placed is None


async def test_absent_is_believed_only_after_the_waiting_time_and_what_a_crash_left_is_removed() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=1))
        await orders.create_order(order, at.keep)
        newest = max(at.shop.shop.orders)
        at.shop.shop.orders[newest] |= {"status": "checkout-draft", "date_paid_gmt": None}
        sent_at = at.clock.now()
        early = await orders.look_up(order, (), sent_at)
        assert (early.placed, early.certain) == (None, False)
        assert early.ask_again_in
        at.clock.advance(early.ask_again_in + 1)
        late = await orders.look_up(order, (), sent_at)
        assert (late.placed, late.certain) == (None, True)
        assert "trash" in late.evidence
        assert at.orders() == []


async def test_an_older_shop_without_the_shop_wide_variation_list_takes_sales_and_refuses_unknown_goods() -> None:
    async with bench(switches={"variations_route": False}) as at:
        order = order_of(await at.lines(TEE_M=1, SOAP_1=1))
        orders = PLATFORM.order(at.session)
        assert (await orders.create_order(order, at.keep)).stock is StockEffect.LOWERED
        tee = order.lines[0]
        assert tee.listing is not None
        for wrong in (
            replace(tee.listing, external_variant_id="99999"),
            replace(tee.listing, external_variant_id=tee.listing.external_product_id),
            replace(tee.listing, external_product_id="gid://x/1", external_variant_id="gid://x/2"),
        ):
            with pytest.raises(PlatformRefused) as caught:
                await orders.create_order(replace(order, lines=(replace(tee, listing=wrong),)), at.keep)
            assert caught.value.params["code"] == "unknown_goods"
        assert len(at.orders()) == 1


async def test_a_returned_line_is_refused_before_anything_is_sent() -> None:
    async with bench() as at:
        line = (await at.lines(TEE_M=1))[0]
        back = replace(line, id="back", quantity=Decimal(-1))
        order = order_of([replace(line, quantity=Decimal(2)), back])
        with pytest.raises(PlatformRefused, match="return"):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        assert at.orders() == []


async def test_refunds_put_back_goods_only_where_asked_and_money_alone_moves_none() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2, SOAP_1=1))
        placed = await orders.create_order(order, at.keep)
        before = at.shop.ledger_stock()
        tee, soap = order.lines
        both = Refund(
            "TB-R1",
            eur("31.30"),
            (RefundLine(tee.id, Decimal(1), restock=True), RefundLine(soap.id, Decimal(1), restock=False)),
            "too small",
        )
        assert (await orders.refund_order(order, placed.platform_order_id, both)).amount == eur("31.30")
        after = at.shop.ledger_stock()
        assert (after["TEE-M"], after["SOAP-1"]) == (before["TEE-M"] + 1, before["SOAP-1"])
        money = Refund("TB-R2", eur("2.50"), (), "scratch")
        for _ in range(2):
            assert (await orders.refund_order(order, placed.platform_order_id, money)).amount == eur("2.50")
        assert (await orders.read_placed(placed.platform_order_id, "EUR")).refunded == eur("33.80")
        with pytest.raises(PlatformRefused):
            await orders.refund_order(order, placed.platform_order_id, Refund("TB-R3", eur("500.00"), (), "all"))
        assert at.mails == []


async def test_a_refund_whose_answer_was_lost_is_booked_once() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2))
        placed = await orders.create_order(order, at.keep)
        refund = Refund("TB-R9", eur("24.90"), (RefundLine(order.lines[0].id, Decimal(1), restock=True),), "")
        at.shop.faults.arm("timeout_after_commit", times=1, match="POST /wp-json/wc/v3/orders")
        with pytest.raises(OutcomeUnknown):
            await orders.refund_order(order, placed.platform_order_id, refund)
        booked = await orders.look_up_refund(order, placed.platform_order_id, refund)
        assert booked is not None
        assert booked.amount == eur("24.90")


async def test_cancel_puts_the_goods_back_once() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        before = at.shop.ledger_stock()["TEE-M"]
        order = order_of(await at.lines(TEE_M=2))
        placed = await orders.create_order(order, at.keep)
        assert at.shop.ledger_stock()["TEE-M"] == before - 2
        for _ in range(2):
            await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
        assert at.shop.ledger_stock()["TEE-M"] == before


async def test_maintenance_is_transient_and_a_dead_php_is_unknown() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=1))
        at.shop.break_once("critical_error_after_commit", "POST /wp-json/wc/v3/orders")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        assert (await orders.look_up(order, (), at.clock.now())).placed is not None


async def test_changed_orders_are_read_by_the_shops_clock() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        at.clock.advance(7200)
        since = at.clock.now() - timedelta(minutes=5)
        order = order_of(await at.lines(TEE_M=1))
        await orders.create_order(order, at.keep)
        seen = [each async for page in orders.list_orders(since) for each in page.items]
        assert [each.reference for each in seen] == [order.reference]
        assert seen[0].receipt == order.receipt
