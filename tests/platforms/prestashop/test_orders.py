"""What a till's sale becomes in a PrestaShop shop, over HTTP against the simulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.till import paid
from tillbridge.domain.basket import BasketLine, Discount, TaxRate
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused, PlatformUnavailable, TotalsDisagree
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Origin, PaymentStatus, Refund, RefundLine, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.prestashop.simulator.fields import whole

from .adapter import Seen, bench, eur
from .shopping import send, xml

VAT = TaxRate("VAT", Decimal("0.23"))
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), "HARBOUR10")
AOIFE = Customer(email="Aoife.Byrne@example.com", first_name="Aoife", last_name="Byrne")


async def test_a_sale_is_placed_silently_paid_to_the_cent_and_takes_the_stock() -> None:
    async with bench() as at:
        order = await at.sale()
        placed = await at.orders.create_order(order, at.keep)
        row = at.row(placed.platform_order_id)
        assert (placed.total, placed.paid, placed.stock) == (order.totals.total, True, StockEffect.LOWERED)
        assert (row["current_state"], row["valid"], row["total_paid_real"]) == ("11", "1", "79.800000")
        assert placed.tax == order.totals.tax
        assert at.shop.ledger.stock["TEE-M"] == 23
        assert list(at.shop.shop.matching("specific_prices", id_cart=row["id_cart"])) == []
        assert at.mails == []


async def test_handles_are_kept_before_the_step_that_needs_them() -> None:
    async with bench() as at:
        order = await at.sale()
        kept: list[tuple[str, str]] = []

        async def keep(handle: object) -> None:
            kept.append((getattr(handle, "kind", ""), at.line.seen[-1].line))

        await at.orders.create_order(order, keep)
        assert kept == [("cart", "POST /api/carts"), ("order", "GET /api/orders")]


async def test_the_merchant_reads_in_the_note_what_the_till_knows() -> None:
    async with bench() as at:
        lines = await at.lines(TEE_M=1)
        order = paid(lines, at.clock, receipt="R-7", note="Gift <wrap> & 🎁", tenders={TenderKind.GIFT_CARD: "5.00"})
        placed = await at.orders.create_order(order, at.keep)
        row = at.row(placed.platform_order_id)
        note = str(row["note"]).splitlines()
        assert note[:3] == [f"Tillbridge: {order.reference}", "Receipt: R-7", "Till: T1"]
        assert "Paid by: gift_card 5.00 EUR, card 19.90 EUR" in note
        assert note[-1] == "Note: Gift ‹wrap› + 🎁"
        assert order.reference in str(row["payment"])


async def test_a_sale_the_operator_lets_the_shop_mail_about_is_paid_at_once() -> None:
    async with bench(choices={"mails": "shop"}) as at:
        order = await at.sale()
        assert (await at.orders.create_order(order, at.keep)).paid
        assert [each.subject.partition("] ")[2] for each in at.mails] == [
            "Remote payment accepted",
            "Order confirmation",
        ]
        assert {each.to for each in at.mails} == {"walk-in@till.invalid"}


async def test_the_silent_way_stops_when_somebody_switches_its_mail_on_again() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.shop.rows["order_states"][8]["send_email"] = "1"
        with pytest.raises(PlatformRefused, match="switched on again"):
            await at.orders.create_order(order, at.keep)
        assert at.with_reference(order.reference) == []


async def test_the_silent_way_stops_when_the_paid_state_no_longer_counts_as_a_sale() -> None:
    """The shop compares amounts for such states only, and would mail whoever the order is for."""
    async with bench() as at:
        order = await at.sale()
        at.shop.shop.rows["order_states"][11]["logable"] = "0"
        with pytest.raises(PlatformRefused, match="no longer means paid"):
            await at.orders.create_order(order, at.keep)
        assert (at.with_reference(order.reference), at.mails) == ([], [])


async def test_a_known_shopper_gets_the_order_taxed_at_the_shops_own_place() -> None:
    async with bench() as at:
        home = next(iter(at.shop.shop.matching("addresses", city="Galway", alias="Home")))
        home["id_country"] = "1"
        order = paid(await at.lines(TEE_M=1), at.clock, receipt="R-1", customer=AOIFE)
        for number in (1, 2):
            again = replace(order, reference=order.reference[:-1] + str(number))
            placed = await at.orders.create_order(again, at.keep)
            row = at.row(placed.platform_order_id)
            assert at.shop.shop.rows["customers"][whole(row["id_customer"])]["email"] == "aoife.byrne@example.com"
            address = at.shop.shop.rows["addresses"][whole(row["id_address_delivery"])]
            assert (address["alias"], address["id_country"]) == ("POS", "26")
        assert len(list(at.shop.shop.matching("addresses", alias="POS", id_customer=address["id_customer"]))) == 1
        assert at.mails == []


async def test_a_till_address_from_before_the_shop_moved_is_not_used_any_more() -> None:
    async with bench() as at:
        order = paid(await at.lines(TEE_M=1), at.clock, receipt="R-1", customer=AOIFE)
        old = {"id_customer": 1, "alias": "POS", "id_country": 1, "address1": "Alt", "city": "Kiel"}
        at.shop.shop.add("addresses", dict(old))
        placed = await at.orders.create_order(order, at.keep)
        address = at.shop.shop.rows["addresses"][whole(at.row(placed.platform_order_id)["id_address_delivery"])]
        assert (address["alias"], address["id_country"], address["city"]) == ("POS", "26", "Galway")


async def test_a_shopper_whose_group_has_a_discount_of_its_own_is_not_linked() -> None:
    async with bench() as at:
        at.shop.shop.rows["groups"][3]["reduction"] = "10.00"
        at.shop.shop.rows["customers"][whole(at.session.connection.facts["walk_in_customer"])]["id_default_group"] = "2"
        order = paid(await at.lines(TEE_M=1), at.clock, receipt="R-1", customer=AOIFE)
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.paid) == (order.totals.total, True)
        row = at.row(placed.platform_order_id)
        assert str(row["id_customer"]) == at.session.connection.facts["walk_in_customer"]


async def test_the_tills_price_beats_a_sale_in_the_catalogue_and_a_combinations_surcharge() -> None:
    async with bench() as at:
        combination = next(iter(at.shop.shop.matching("combinations", reference="TEE-M")))
        order = await at.sale(TEE_M=1, TOTE_1=1)
        combination["price"] = "4.000000"
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.paid) == (eur("42.90"), True)


async def test_equal_articles_on_several_lines_share_a_row_of_the_cart() -> None:
    async with bench() as at:
        (line,) = await at.lines(TEE_M=1)
        cheap = replace(line, id="2", unit_price=eur("19.90"))
        order = paid([line, cheap], at.clock, receipt="R-1")
        placed = await at.orders.create_order(order, at.keep)
        assert placed.total == eur("44.80")
        links = at.row(placed.platform_order_id)["associations"]
        assert isinstance(links, dict)
        assert [row["product_quantity"] for row in links["order_rows"]] == ["2"]


async def test_a_sale_of_nothing_but_free_goods_is_paid_with_nothing_and_mails_nobody() -> None:
    async with bench() as at:
        gift = Discount("present", DiscountType.PERCENTAGE, Decimal(100))
        order = paid(await at.lines(SOAP_1=1), at.clock, receipt="R-1", discounts=[gift])
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.paid) == (eur("0"), True)
        assert at.row(placed.platform_order_id)["total_paid_real"] == "0.000000"
        assert at.mails == []


async def test_what_the_shop_cannot_hold_is_refused_in_words_before_anything_is_sent() -> None:
    async with bench() as at:
        (tee,) = await at.lines(TEE_M=2)
        weighed = replace(tee, quantity=Decimal("0.312"), unit="kg")
        typed = BasketLine(
            id="x", kind=LineKind.FREE_TEXT, title="Repair", quantity=Decimal(1), unit_price=eur("7.99"), taxes=(VAT,)
        )
        back = replace(tee, id="b", quantity=Decimal(-1))
        for lines, words in (([weighed], "weighed"), ([tee, typed], "no article"), ([tee, back], "return")):
            order = paid(lines, at.clock, receipt="R-1")
            at.line.seen.clear()
            with pytest.raises(PlatformRefused, match=words):
                await at.orders.create_order(order, at.keep)
            assert at.line.seen == []


async def test_listings_that_stand_for_nothing_any_more_are_refused() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)
        (line,) = order.lines
        assert line.listing is not None
        product, mug = line.listing.external_product_id, (await at.lines(MUG_BLU=1))[0].listing
        assert mug is not None
        wrong = (
            Listing(product, "99999", "", ""),
            Listing(product, f"{product}:0", "", ""),
            Listing(product, mug.external_variant_id, "", ""),
            Listing("99999", "99999:0", "", ""),
            Listing("gid://x/1", "gid://x/2", "", ""),
        )
        for listing in wrong:
            with pytest.raises(PlatformRefused) as caught:
                await at.orders.create_order(replace(order, lines=(replace(line, listing=listing),)), at.keep)
            assert caught.value.params["code"] == "unknown_goods"
        assert at.with_reference(order.reference) == []
        assert at.handles == []


async def test_a_total_the_shop_changes_behind_our_back_leaves_nothing_unpaid() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=1)

        def taxed_anew(seen: Seen) -> None:
            if seen.line == "POST /api/orders":
                at.shop.shop.rows["taxes"][1]["rate"] = "25.000"

        at.line.before = taxed_anew
        with pytest.raises(TotalsDisagree) as caught:
            await at.orders.create_order(order, at.keep)
        assert caught.value.params["theirs"] == "25.30 EUR"
        (row,) = at.with_reference(order.reference)
        assert (row["paid"], row["cancelled"]) == (False, True)
        assert at.shop.ledger.stock["TEE-M"] == 25
        at.clock.advance(3600)
        found = await at.orders.look_up(order, at.handles, at.clock.now() - timedelta(hours=1))
        assert (found.placed, found.certain) == (None, True)
        listed = [each async for page in at.orders.list_orders() for each in page.items]
        assert order.reference not in [each.reference for each in listed]
        assert at.mails == []


async def test_a_discount_that_slips_in_at_the_last_moment_is_undone_even_where_the_order_was_paid_at_once() -> None:
    async with bench(settings={"PS_MAIL_METHOD": "3"}) as at:
        order = await at.sale(TEE_M=1)

        def slips_in(seen: Seen) -> None:
            if seen.line == "POST /api/orders":
                next(iter(at.shop.shop.matching("cart_rules", code="HARBOUR10")))["code"] = ""

        at.line.before = slips_in
        with pytest.raises(TotalsDisagree) as caught:
            await at.orders.create_order(order, at.keep)
        assert caught.value.params["theirs"] == "22.41 EUR"
        (row,) = at.with_reference(order.reference)
        assert (row["cancelled"], at.shop.ledger.stock["TEE-M"]) == (True, 25)


async def test_a_discount_without_a_code_is_seen_among_any_number_with_one() -> None:
    async with bench() as at:
        order = await at.sale()
        for number in range(80):
            rule = {"code": f"A{number}", "name": "A", "active": 1, "quantity": 1, "date_from": "2026-01-01 00:00:00"}
            at.shop.shop.add("cart_rules", {**rule, "date_to": "2030-01-01 00:00:00"})
        last = at.shop.shop.rows["cart_rules"][max(at.shop.shop.rows["cart_rules"])]
        last["code"] = ""
        with pytest.raises(PlatformRefused, match="without a code"):
            await at.orders.create_order(order, at.keep)


async def test_a_discount_without_a_code_stops_the_sale_before_it_would_change_its_total() -> None:
    async with bench() as at:
        order = await at.sale()
        rule = next(iter(at.shop.shop.matching("cart_rules", code="HARBOUR10")))
        rule["code"] = ""
        with pytest.raises(PlatformRefused, match="Harbour10"):
            await at.orders.create_order(order, at.keep)
        assert at.handles == []
        rule["id_customer"] = "2"
        assert (await at.orders.create_order(order, at.keep)).total == order.totals.total


async def test_a_code_goes_out_as_priced_lines_and_is_counted_once() -> None:
    async with bench() as at:
        order = paid(await at.lines(TEE_M=2), at.clock, receipt="R-1", discounts=[TEN])
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.code_counted) == (eur("44.82"), True)
        rule = next(iter(at.shop.shop.matching("cart_rules", code="HARBOUR10")))
        assert rule["quantity"] == "999"
        await at.orders.look_up(order, at.handles, at.clock.now())
        assert rule["quantity"] == "999"
        assert len(at.shop.shop.rows["order_cart_rules"]) == 1


async def test_a_code_that_is_gone_since_does_not_stop_the_paid_sale_and_is_told_as_not_counted() -> None:
    async with bench() as at:
        order = paid(await at.lines(TEE_M=2), at.clock, receipt="R-1", discounts=[TEN])
        rule = next(iter(at.shop.shop.matching("cart_rules", code="HARBOUR10")))
        del at.shop.shop.rows["cart_rules"][whole(rule["id"])]
        placed = await at.orders.create_order(order, at.keep)
        assert (placed.total, placed.paid, placed.code_counted) == (order.totals.total, True, False)


async def test_a_missing_payment_module_is_looked_up_and_leaves_nothing() -> None:
    async with bench(values={"payment_module": "pos_till"}) as at:
        order = await at.sale()
        sent_at = at.clock.now()
        with pytest.raises(OutcomeUnknown):
            await at.orders.create_order(order, at.keep)
        at.clock.advance(3600)
        assert (await at.orders.look_up(order, at.handles, sent_at)).certain
        assert at.with_reference(order.reference) == []


async def test_a_price_that_is_not_taken_costs_only_the_cart() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.faults.arm("error_5xx", match="POST /api/specific_prices")
        with pytest.raises(PlatformUnavailable):
            await at.orders.create_order(order, at.keep)
        (cart,) = [int(each.external_id) for each in at.handles]
        assert cart not in at.shop.shop.rows["carts"]
        assert (await at.orders.create_order(order, at.keep)).paid


async def test_a_switched_off_webservice_is_an_outage_in_which_nothing_was_done() -> None:
    async with bench() as at:
        order = await at.sale()
        at.shop.break_once("webservice_off", "POST /api/orders")
        with pytest.raises(PlatformUnavailable):
            await at.orders.create_order(order, at.keep)
        assert at.with_reference(order.reference) == []


async def test_cancel_puts_the_goods_back_once_and_mails_nobody() -> None:
    async with bench() as at:
        order = await at.sale()
        placed = await at.orders.create_order(order, at.keep)
        for _ in range(2):
            cancelled = await at.orders.cancel_order(order, placed.platform_order_id, "rung up twice")
            assert (cancelled.cancelled, cancelled.stock) == (True, StockEffect.NOT_LOWERED)
        assert at.shop.ledger.stock["TEE-M"] == 25
        assert at.mails == []
        with pytest.raises(NotFound):
            await at.orders.read_placed("99999", "EUR")


async def test_refunds_leave_goods_to_us_and_never_give_more_than_is_left() -> None:
    async with bench() as at:
        order = await at.sale(TEE_M=2, SOAP_1=1)
        placed = await at.orders.create_order(order, at.keep)
        tee, soap = order.lines
        parts = (RefundLine(tee.id, Decimal(1), restock=True), RefundLine(soap.id, Decimal(1), restock=False))
        both = Refund("TBREF-R1", eur("31.30"), parts, "too small")
        for _ in range(2):
            booked = await at.orders.refund_order(order, placed.platform_order_id, both)
            assert (booked.amount, booked.goods_back) == (eur("31.30"), False)
        stock = at.shop.ledger.stock
        assert (stock["TEE-M"], stock["SOAP-1"]) == (23, 24)
        money = Refund("TBREF-R2", eur("2.50"), (), "scratch")
        await at.orders.refund_order(order, placed.platform_order_id, money)
        after = await at.orders.read_placed(placed.platform_order_id, "EUR")
        assert (after.refunded, after.total, after.paid) == (eur("33.80"), order.totals.total, True)
        with pytest.raises(PlatformRefused, match="is left"):
            await at.orders.refund_order(order, placed.platform_order_id, Refund("TBREF-R3", eur("22.41"), (), ""))
        assert at.mails == []


async def test_a_slip_of_the_same_amount_by_somebody_else_is_not_taken_for_ours() -> None:
    async with bench() as at:
        order = await at.sale()
        placed = await at.orders.create_order(order, at.keep)
        key = placed.platform_order_id
        refunds = [Refund(f"TBREF-R{number}", eur("5.00"), (), "") for number in (1, 2)]
        first = await at.orders.refund_order(order, key, refunds[0])
        assert await at.orders.look_up_refund(order, key, refunds[1]) is None
        second = await at.orders.refund_order(order, key, refunds[1])
        assert first.external_id != second.external_id
        assert (await at.orders.read_placed(key, "EUR")).refunded == eur("10.00")


async def test_of_two_refunds_whose_answers_were_lost_only_the_one_that_arrived_is_found() -> None:
    async with bench() as at:
        order = await at.sale()
        key = (await at.orders.create_order(order, at.keep)).platform_order_id
        refunds = [Refund(f"TBREF-R{number}", eur("5.00"), (), "") for number in (1, 2)]
        for refund, fault in zip(refunds, ("timeout_after_commit", "timeout_before_commit"), strict=True):
            at.shop.faults.arm(fault, match="POST /api/order_slip")
            with pytest.raises(OutcomeUnknown):
                await at.orders.refund_order(order, key, refund)
        found = [await at.orders.look_up_refund(order, key, refund) for refund in refunds]
        assert [each is not None for each in found] == [True, False]


async def test_a_slip_that_another_refund_has_claimed_is_not_taken_for_one_that_never_arrived() -> None:
    async with bench() as at:
        order = await at.sale()
        key = (await at.orders.create_order(order, at.keep)).platform_order_id
        lost, booked = (Refund(f"TBREF-R{number}", eur("5.00"), (), "") for number in (1, 2))
        at.shop.faults.arm("timeout_before_commit", match="POST /api/order_slip")
        with pytest.raises(OutcomeUnknown):
            await at.orders.refund_order(order, key, lost)
        await at.orders.refund_order(order, key, booked)
        assert await at.orders.look_up_refund(order, key, lost) is None


async def test_a_refund_keeps_what_the_merchant_wrote_into_the_note() -> None:
    async with bench() as at:
        order = await at.sale()
        placed = await at.orders.create_order(order, at.keep)
        key = placed.platform_order_id
        note = f"{at.row(key)['note']}\nCalled on Tuesday"
        await send(at.shop, "PATCH", f"orders/{key}", xml("order", f"<id>{key}</id><note>{note}</note>"))
        await at.orders.refund_order(order, key, Refund("TBREF-R1", eur("5.00"), (), ""))
        assert "Called on Tuesday" in str(at.row(key)["note"])
        assert f"Tillbridge: {order.reference}" in str(at.row(key)["note"])


async def test_own_pushes_and_web_orders_are_read_back_each_as_what_it_is() -> None:
    async with bench() as at:
        order = paid(await at.lines(TEE_M=1), at.clock, receipt="R-5", customer=AOIFE, note="blue bag")
        placed = await at.orders.create_order(order, at.keep)
        await at.orders.refund_order(order, placed.platform_order_id, Refund("TBREF-R1", eur("4.90"), (), ""))
        seen = {each.reference: each async for page in at.orders.list_orders() for each in page.items}
        mine = seen[order.reference]
        assert (mine.origin, mine.receipt, mine.till, mine.note) == (Origin.POS, "R-5", "T1", "blue bag")
        assert (mine.payment, mine.totals.total) == (PaymentStatus.PARTLY_REFUNDED, eur("24.90"))
        assert mine.lines[0].sku == "TEE-M"
        assert mine.lines[0].taxes[0].rate == Decimal("0.23")
        web = seen[""]
        assert (web.origin, web.payment) == (Origin.ONLINE, PaymentStatus.PAID)
        assert web.customer is not None
        assert web.billing is not None
        assert web.billing.country == "IE"


async def test_a_web_order_refunded_at_the_till_stays_a_web_order() -> None:
    async with bench() as at:
        web = await anext(each async for page in at.orders.list_orders() for each in page.items)
        refund = Refund(f"{'TB' + '7' * 24}-R1", eur("1.00"), (), "scratch")
        booked = await at.orders.refund_order(web, web.external_id, refund)
        assert booked.amount == eur("1.00")
        again = await anext(each async for page in at.orders.list_orders() for each in page.items)
        assert (again.origin, again.reference) == (Origin.ONLINE, "")
        lines = Refund(f"{'TB' + '7' * 24}-R2", eur("1.00"), (RefundLine(web.lines[0].id, Decimal(1), True),), "")
        assert not (await at.orders.refund_order(web, web.external_id, lines)).goods_back


async def test_changed_orders_are_read_by_the_shops_wall_clock() -> None:
    async with bench() as at:
        at.clock.advance(7200)
        since = at.clock.now() - timedelta(minutes=5)
        order = await at.sale()
        await at.orders.create_order(order, at.keep)
        pages = [page async for page in at.orders.list_orders(since)]
        assert [each.reference for page in pages for each in page.items] == [order.reference]
        assert pages[-1].high_water is not None
        assert abs(pages[-1].high_water - at.clock.now()) < timedelta(minutes=1)
