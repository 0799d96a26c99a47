"""What a till's sale becomes on a Wix site, over HTTP against the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from tests.platforms.wix.adapter import CREATE, REFERENCE, Bench, Tap, Tapped, bench, by_name, eur, order_of
from tests.support.memory_shop import Killed
from tests.support.recorder import SENT
from tillbridge.domain.basket import Discount, Payment
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Handle, LineKind, LookUp, Order, Origin, PaymentStatus, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.contract import OrderService
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator import WixSimulator

TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), "HARBOUR10")
AOIFE = Customer(email="aoife.byrne@example.com", first_name="Aoife", last_name="Byrne", phone="+353 91 555 01")


async def test_a_sale_with_a_code_stands_with_its_coupon_and_says_the_code_is_not_counted() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=2, BOOK_1=1), [TEN])
        placed = await at.create(order)
        assert (placed.total, placed.tax) == (order.totals.total, order.totals.tax)
        assert (placed.discount, placed.code_counted) == (order.totals.discount, False)
        (discount,) = at.row()["discounts"]
        assert (discount["coupon"]["code"], discount["coupon"]["amount"]["amount"]) == ("HARBOUR10", "7.98")
        parts = [Decimal(each["totalDiscount"]["amount"]) for each in discount["lineItemDiscounts"]]
        assert sum(parts) == order.totals.discount.amount


async def test_a_code_the_site_lacks_goes_out_in_words() -> None:
    async with bench() as at:
        own = replace(TEN, code="TILLONLY", title="Till only")
        placed = await at.create(order_of(await at.lines(TEE_M=1), [own]))
        (discount,) = at.row()["discounts"]
        assert discount["merchantDiscount"]["description"] == "TILLONLY"
        assert placed.code_counted is False


async def test_what_the_till_knows_stands_among_the_orders_fields() -> None:
    async with bench() as at:
        await at.create(order_of(await at.lines(TEE_M=1), [TEN]))
        told = {each["title"]: each["value"] for each in at.row()["fields"]}
        assert (told["Receipt"], told["Till"], told["Location"], told["Paid with"]) == ("R-7", "T1", "Main", "Card")
        assert told["Codes honoured at the till, not counted by Wix"] == "HARBOUR10"


async def test_goods_typed_in_or_weighed_travel_by_name_and_move_no_stock() -> None:
    async with bench() as at:
        (tee,) = await at.lines(TEE_M=1)
        weighed = replace(tee, id="2", quantity=Decimal("0.350"), unit="kg")
        gift_card = replace(by_name("Gift card", "25.00"), kind=LineKind.GIFT_CARD)
        order = order_of([tee, weighed, by_name("Repair", "7.50"), gift_card])
        placed = await at.create(order)
        assert placed.total == order.totals.total
        sent = [each["given"] for each in at.row()["lines"]]
        assert [each["productName"]["original"] for each in sent] == [
            "Organic Tee", "0.35 kg Organic Tee", "Repair", "Gift card",
        ]  # fmt: skip
        assert [each["quantity"] for each in sent] == [1, 1, 1, 1]
        assert ["catalogReference" in each for each in sent] == [True, False, False, False]
        assert at.stock("TEE-M") == 24
        assert placed.stock is StockEffect.UNKNOWN, "what was weighed is left to be counted"


async def test_a_sale_of_goods_by_name_alone_moves_no_stock_and_says_so() -> None:
    async with bench() as at:
        (tee,) = await at.lines(TEE_M=1)
        placed = await at.create(order_of([replace(tee, quantity=Decimal("0.5"), unit="kg")]))
        assert (placed.stock, at.stock("TEE-M")) == (StockEffect.NOT_LOWERED, 25)


async def test_cash_that_was_rounded_pays_the_whole_total() -> None:
    async with bench() as at:
        lines = await at.lines(SOAP_1=1, NOTE_1=1)
        paid = [Payment(TenderKind.CASH, "Cash", eur("20.00"))]
        order = order_of(lines, [replace(TEN, code="")], payments=paid, cash_step=eur("0.05"))
        assert order.totals.rounding
        placed = await at.create(order)
        assert placed.paid
        (payment,) = at.row()["payments"]
        assert payment["counted"] == order.totals.total.amount
        assert payment["amount"] == order.totals.payable.amount


async def test_each_tender_is_a_payment_of_its_own() -> None:
    async with bench() as at:
        paid = [Payment(TenderKind.CASH, "Cash", eur("10.00")), Payment(TenderKind.CARD, "Visa", eur("14.90"))]
        await at.create(order_of(await at.lines(TEE_M=1), payments=paid))
        told = [(row["given"]["regularPaymentDetails"]["paymentMethod"], row["amount"]) for row in at.row()["payments"]]
        assert told == [("Cash", Decimal("10.00")), ("Visa", Decimal("14.90"))]


async def test_a_sale_with_nothing_to_pay_is_paid_without_a_payment() -> None:
    async with bench() as at:
        free = Discount("Present", DiscountType.PERCENTAGE, Decimal(100))
        placed = await at.create(order_of(await at.lines(SOAP_1=1), [free]))
        assert (placed.total, placed.paid) == (eur("0.00"), True)
        assert at.row()["payments"] == []


async def test_a_till_whose_clock_is_ahead_is_not_refused() -> None:
    async with bench() as at:
        lines = await at.lines(SOAP_1=1)
        placed = await at.create(order_of(lines, sold_at=at.clock.now() + timedelta(minutes=3)))
        assert placed.paid


async def test_a_shopper_is_named_only_where_the_operator_chose_so() -> None:
    async with bench() as at:
        order = order_of(await at.lines(SOAP_1=1), customer=AOIFE)
        await at.create(order)
        assert at.row()["buyer"] == {}
        assert at.row()["billing"]["contactDetails"]["firstName"] == "Aoife"
        assert at.mails == []
    async with bench() as at:
        await PLATFORM.order(at.with_facts(customers="link")).create_order(order, at.keep)
        assert at.row()["buyer"]["email"] == AOIFE.email
        assert {each.subject.split()[-1] for each in at.mails} == {"way"}, "only the hand-over is mailed"


async def test_an_address_wix_would_refuse_a_part_of_goes_without_it() -> None:
    async with bench() as at:
        home = Address(first_name="Aoife", line1="3 Quay Row", city="Galway", region="County Galway", country="IE")
        order = replace(order_of(await at.lines(SOAP_1=1)), billing=home, shipping=replace(home, region="IE-G"))
        await at.create(order)
        assert "subdivision" not in at.row()["billing"]["address"]
        assert at.row()["recipient"]["address"]["subdivision"] == "IE-G"


async def test_a_returned_line_is_refused_before_anything_is_sent() -> None:
    async with bench() as at:
        (tee,) = await at.lines(TEE_M=2)
        order = order_of([tee, replace(by_name("Old lamp", "9.00"), quantity=Decimal(-1))])
        with pytest.raises(PlatformRefused):
            await at.create(order)
        assert at.rows() == []


@pytest.mark.parametrize("trigger", ["ON_ORDER_PLACED", "ON_ORDER_PAID"])
async def test_stock_is_said_to_be_lowered_when_the_first_sale_was_seen_to_lower_it(trigger: str) -> None:
    async with bench(trigger=trigger) as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2))
        first = await orders.create_order(order, at.keep)
        assert (first.stock, at.stock("TEE-M")) == (StockEffect.LOWERED, 23)
        SENT.clear()
        again = await orders.create_order(replace(order, reference=REFERENCE[:-1] + "Z"), at.keep)
        assert again.stock is StockEffect.LOWERED
        assert not any("inventory-items" in each.path for each in SENT), "later sales are not watched"


async def test_stock_is_said_to_stand_only_after_wix_had_time_to_lower_it() -> None:
    async with bench(api_orders_move_stock=False) as at:
        began = at.clock.now()
        placed = await at.create(order_of(await at.lines(TEE_M=2)))
        assert (placed.stock, at.stock("TEE-M")) == (StockEffect.NOT_LOWERED, 25)
        assert at.clock.now() - began >= timedelta(seconds=12)


async def test_stock_that_somebody_else_moved_meanwhile_is_left_open() -> None:
    def tap(inner: httpx.AsyncBaseTransport, shop: WixSimulator) -> httpx.AsyncBaseTransport:
        def sell(request: httpx.Request) -> None:
            if request.url.path.endswith("create-fulfillment"):
                for row in shop.site.items.values():
                    shop.site.move(row, -1)

        return Tapped(inner, after=sell)

    async with bench(tap=tap) as at:
        assert (await at.create(order_of(await at.lines(TEE_M=2)))).stock is StockEffect.UNKNOWN


async def looked_up(at: Bench, orders: OrderService, order: Order, handles: Sequence[Handle] = ()) -> LookUp:
    """What the queue does: ask until it is certain."""
    sent_at = at.clock.now()
    found = await orders.look_up(order, handles, sent_at)
    while not found.certain:
        assert found.placed is None
        assert found.ask_again_in
        at.clock.advance(found.ask_again_in)
        found = await orders.look_up(order, handles, sent_at)
    return found


def cutting(number: int, *, after: bool) -> tuple[Tap, list[str]]:
    """A wire on which the power fails at one change, before it leaves or after it was answered."""
    seen: list[str] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: WixSimulator) -> httpx.AsyncBaseTransport:
        def is_change(request: httpx.Request) -> bool:
            path = request.url.path
            return path.endswith(("/ecom/v1/orders", "/add-payment", "/create-fulfillment"))

        def cut(request: httpx.Request) -> None:
            if is_change(request) and len(seen) == number:
                raise Killed(seen[-1])

        def note(request: httpx.Request) -> None:
            if is_change(request):
                seen.append(request.url.path)
            if not after:
                cut(request)

        return Tapped(inner, before=note, after=cut if after else lambda request: None)

    return tap, seen


def _cuts() -> Iterator[tuple[int, bool, bool]]:
    for number in (1, 2, 3):
        for after in (False, True):
            for kept in (False, True):
                yield number, after, kept


@pytest.mark.parametrize(("number", "after", "kept"), _cuts())
async def test_a_kill_at_any_change_leaves_nothing_that_is_not_found_or_finished(
    number: int, after: bool, kept: bool
) -> None:
    """The changes of a create: the order, its payments, the hand-over."""
    async with bench() as prepared:
        paid = [Payment(TenderKind.CASH, "Cash", eur("10.00")), Payment(TenderKind.CARD, "Visa", eur("12.41"))]
        order = order_of(await prepared.lines(TEE_M=1), [TEN], payments=paid)
    tap, seen = cutting(number, after=after)
    async with bench(tap=tap) as at:
        with pytest.raises(Killed):
            await at.create(order)
        seen += ["from here on the power is back"] * 9
        found = await looked_up(at, PLATFORM.order(at.session), order, at.handles if kept else ())
        if number == 1 and not after:
            assert found.placed is None
            assert at.rows() == []
            return
        assert found.placed is not None
        assert (found.placed.total, found.placed.paid) == (order.totals.total, True)
        assert [row["amount"] for row in at.row()["payments"]] == [Decimal("10.00"), Decimal("12.41")]
        assert sum(at.row()["handed_over"].values()) == 1
        assert at.mails == []


async def test_an_order_the_index_shows_late_is_waited_for_and_not_sent_again() -> None:
    async with bench(search_lag=9.0) as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm("timeout_after_commit", match=CREATE)
        sent_at = at.clock.now()
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        waits = []
        found = await orders.look_up(order, at.handles, sent_at)
        while found.placed is None:
            assert not found.certain
            assert found.ask_again_in
            waits.append(found.ask_again_in)
            at.clock.advance(found.ask_again_in)
            found = await orders.look_up(order, at.handles, sent_at)
        assert waits == [2.0, 10.0]
        assert found.placed.paid
        assert len(at.rows()) == 1


async def test_a_pending_order_is_found_too_and_paid() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm("timeout_before_commit", match="add-payment")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        at.row()["status"] = "PENDING"
        found = await looked_up(at, orders, order)
        assert found.placed is not None
        assert found.placed.paid
        assert len(at.row()["payments"]) == 1


async def test_a_payment_whose_answer_was_lost_is_not_booked_twice() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm("timeout_after_commit", match="add-payment")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        found = await looked_up(at, orders, order, at.handles)
        assert found.placed is not None
        assert len(at.row()["payments"]) == 1


async def test_an_order_that_is_late_to_know_of_its_payment_is_asked_again_and_not_paid_twice() -> None:
    async with bench(payment_lag=20.0) as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        began = at.clock.now()
        found = await looked_up(at, orders, order, at.handles)
        assert found.placed is not None
        assert found.placed.paid
        assert at.clock.now() - began >= timedelta(seconds=15)
        assert len(at.row()["payments"]) == 1


async def test_a_payment_that_may_be_under_way_is_not_joined_by_a_second() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm("timeout_before_commit", match="add-payment")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        SENT.clear()
        early = await orders.look_up(order, at.handles, at.clock.now())
        assert (early.placed, early.certain) == (None, False)
        assert not any(each.path.endswith("add-payment") for each in SENT)


async def test_without_the_right_to_hand_over_a_sale_is_still_recorded_and_paid() -> None:
    def tap(inner: httpx.AsyncBaseTransport, shop: WixSimulator) -> httpx.AsyncBaseTransport:
        def forbid(request: httpx.Request) -> None:
            path = request.url.path
            shop.switches.withheld_scope = "SCOPE.DC-STORES.MANAGE-ORDERS" if path.endswith("-fulfillment") else ""

        return Tapped(inner, before=forbid)

    async with bench(tap=tap) as at:
        assert (await at.create(order_of(await at.lines(TEE_M=1)))).paid
        assert at.row()["handed_over"] == {}


async def test_two_orders_with_one_reference_are_told() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        first = await at.create(order)
        at.clock.advance(5)
        second = await at.create(order)
        found = await PLATFORM.order(at.session).look_up(order, (), at.clock.now())
        assert found.placed is not None
        assert found.placed.platform_order_id == first.platform_order_id
        assert second.platform_order_id in found.evidence


async def test_an_order_cancelled_by_the_merchant_is_found_as_it_is_and_not_paid_again() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        placed = await at.create(order)
        await PLATFORM.order(at.session).cancel_order(order, placed.platform_order_id, "rung up twice")
        found = await PLATFORM.order(at.session).look_up(order, at.handles, at.clock.now())
        assert found.placed is not None
        assert found.placed.cancelled
        assert at.stock("TEE-M") == 25


async def test_what_is_no_id_of_wix_is_not_asked_for() -> None:
    async with bench() as at:
        SENT.clear()
        with pytest.raises(NotFound):
            await PLATFORM.order(at.session).read_placed("17", "EUR")
        assert not SENT


async def test_a_variant_the_index_does_not_know_yet_is_asked_of_its_product() -> None:
    async with bench() as at:
        lines = await at.lines(TEE_M=1)
        product = at.product("Organic Tee")
        product["indexed"] = {"until": at.clock.now() + timedelta(minutes=1), "rows": []}
        assert (await at.create(order_of(lines))).paid


async def test_goods_that_are_gone_are_refused_with_their_name() -> None:
    async with bench() as at:
        (tee,) = await at.lines(TEE_M=1)
        assert tee.listing is not None
        gone = replace(tee, listing=Listing("00000000-0000-4000-8000-000000000001", "x", "", "TEE-M"))
        with pytest.raises(PlatformRefused) as caught:
            await at.create(order_of([gone]))
        assert "Organic Tee (TEE-M)" in caught.value.params["reason"]
        assert at.rows() == []


async def test_online_orders_are_read_with_shipping_and_own_pushes_are_told_apart() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=2), [TEN])
        await at.create(order)
        pages = [page async for page in PLATFORM.order(at.session).list_orders()]
        seen = {each.external_id: each for page in pages for each in page.items}
        mine = [each for each in seen.values() if each.origin is Origin.POS]
        assert [(each.reference, each.receipt, each.till) for each in mine] == [(REFERENCE, "R-7", "T1")]
        assert mine[0].totals == replace(order.totals, rounding=eur("0.00"))
        online = next(each for each in seen.values() if each.lines[0].sku == "TEE-M" and each.origin is Origin.ONLINE)
        assert [line.kind for line in online.lines] == [LineKind.PRODUCT, LineKind.SHIPPING]
        assert (online.totals.total, online.payment) == (eur("28.80"), PaymentStatus.PAID)
        assert online.customer is not None
        assert online.sold_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
        statuses = {row["status"] for row in at.shop.site.orders.values() if row["id"] in seen}
        assert statuses == {"APPROVED"}, "what a shopper has not finished is not read"
