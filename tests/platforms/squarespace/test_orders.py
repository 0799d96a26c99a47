"""What a till's sale becomes on a Squarespace site, over HTTP against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.platforms.squarespace.adapter import CREATE, REFERENCE, SOLD_AT, Bench, Tap, Tapped, bench, eur, order_of
from tests.support.memory_shop import Killed
from tests.support.recorder import SENT
from tillbridge.domain.basket import BasketLine, Discount, TaxRate
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused, RateLimited
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Handle, LineKind, LookUp, Order, Origin, PaymentStatus
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.squarespace import PLATFORM
from tillbridge.platforms.squarespace.shop_facts import NAMED

VAT = TaxRate("VAT", Decimal("0.23"))
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), "HARBOUR10")
AOIFE = Customer(email="aoife.byrne@example.com", first_name="Aoife", last_name="Byrne")
HOUR, TWO_DAYS = 3600, 48 * 3600


async def test_a_sale_with_a_code_stands_with_its_discount_and_says_the_code_is_not_counted() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=2, BOOK_1=1), [TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.tax, placed.discount) == (
            order.totals.total,
            order.totals.tax,
            order.totals.discount,
        )
        assert (placed.paid, placed.code_counted, placed.stock) == (True, False, StockEffect.LOWERED)
        row = at.orders()[0]
        assert (row["externalOrderReference"], row["fulfillmentStatus"]) == (REFERENCE, "FULFILLED")
        assert [each["promoCode"] for each in row["discountLines"]] == ["HARBOUR10"]
        used = next(each for each in at.shop.store.discounts.values() if each["name"] == "Harbour10")
        assert used["numberOfUses"] == 0


async def test_a_code_of_another_form_stands_in_the_name_of_its_discount() -> None:
    async with bench() as at:
        odd = Discount("Staff", DiscountType.FIXED, Decimal(2), "ÆSOP 5 %")
        placed = await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=1), [odd]), at.keep)
        assert placed.total == eur("22.90")
        assert at.orders()[0]["discountLines"][0]["name"] == "Staff (ÆSOP 5 %)"


async def test_weighed_and_typed_in_goods_travel_by_name_and_move_no_stock() -> None:
    async with bench() as at:
        loose = BasketLine(
            id="9", kind=LineKind.FREE_TEXT, title="Loose tea", quantity=Decimal("0.250"), unit="kg",
            unit_price=eur("39.99"), taxes=(VAT,),
        )  # fmt: skip
        card = BasketLine(
            id="10", kind=LineKind.GIFT_CARD, title="Gift card", quantity=Decimal(1), unit_price=eur("25.00")
        )
        order = order_of([loose, card])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.stock) == (eur("35.00"), StockEffect.NOT_LOWERED)
        lines = at.orders()[0]["lineItems"]
        assert [each["productName"] for each in lines] == ["0.25 kg × 39.99 EUR, Loose tea", "Gift card"]
        assert [(each["quantity"], each["unitPricePaid"]["value"]) for each in lines] == [(1, "10.00"), (1, "25.00")]


async def test_a_service_travels_by_name_since_an_import_cannot_name_it() -> None:
    async with bench() as at:
        order = order_of(await at.lines(WAX_1=2, TEE_M=1))
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.stock) == (order.totals.total, StockEffect.UNKNOWN), "its stock is read anew"
        kinds = [(each["lineItemType"], each["productName"]) for each in at.orders()[0]["lineItems"]]
        assert kinds == [("CUSTOM", "Boot Waxing (WAX-1)"), ("PHYSICAL_PRODUCT", "Organic Tee")]


async def test_a_shoppers_address_goes_along_only_when_the_operator_chose_so() -> None:
    for chosen, expected in (("", None), (NAMED, AOIFE.email)):
        async with bench() as at:
            order = order_of(await at.lines(TEE_M=1), customer=AOIFE)
            await PLATFORM.order(at.with_facts(shoppers=chosen)).create_order(order, at.keep)
            assert at.orders()[0]["customerEmail"] == expected
            assert at.mails == []


async def test_a_site_that_confirms_imports_mails_nobody_about_a_silent_order() -> None:
    async with bench(confirms_imports=True) as at:
        order = order_of(await at.lines(TEE_M=1), customer=AOIFE)
        await PLATFORM.order(at.session).create_order(order, at.keep)
        assert at.mails == []
        loud = order_of(await at.lines(TEE_M=1), customer=AOIFE, reference=REFERENCE[:-1] + "Z")
        await PLATFORM.order(at.with_facts(shoppers=NAMED)).create_order(loud, at.keep)
        assert [each.to for each in at.mails] == [AOIFE.email], "so the switch is worth having"


async def test_a_return_is_refused_before_anything_is_sent() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        back = replace(order.lines[0], quantity=Decimal(-1), title="Organic Tee")
        with pytest.raises(PlatformRefused, match="return"):
            await PLATFORM.order(at.session).create_order(replace(order, lines=(back,)), at.keep)
        assert at.orders() == []


async def test_goods_the_shop_no_longer_has_are_named() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1, BOOK_1=1))
        del at.shop.store.products[
            next(key for key, row in at.shop.store.products.items() if row["slug"] == "organic-tee")
        ]
        with pytest.raises(PlatformRefused, match=r"Organic Tee \(TEE-M\)"):
            await PLATFORM.order(at.session).create_order(order, at.keep)


def cutting(number: int, *, after: bool) -> tuple[Tap, list[str]]:
    """A wire on which the power fails at one call, before it leaves or after it was answered."""
    seen: list[str] = []

    def tap(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        def cut(request: httpx.Request) -> None:
            if len(seen) == number:
                raise Killed(seen[-1])

        def note(request: httpx.Request) -> None:
            seen.append(f"{request.method} {request.url.path}")
            if not after:
                cut(request)

        return Tapped(inner, before=note, after=cut if after else lambda request: None)

    return tap, seen


def _cuts() -> Iterator[tuple[int, bool, int]]:
    for wanted, steps in ((1, 2), (3, 3)):
        for number in range(1, steps + 1):
            yield number, False, wanted
            yield number, True, wanted


async def settled(at: Bench, order: Order) -> LookUp:
    """Look until it is certain."""
    sent_at = at.clock.now()
    found = await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)
    while found.placed is None and not found.certain:
        at.clock.advance(found.ask_again_in or 60)
        found = await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)
    return found


@pytest.mark.parametrize(("number", "after", "wanted"), _cuts())
async def test_a_kill_at_any_call_leaves_nothing_that_is_not_found_or_finished(
    number: int, after: bool, wanted: int
) -> None:
    """The calls of a create: POST, read; and of three lamps where one is left: POST, POST without stock, read."""
    async with bench() as prepared:
        order = order_of(await prepared.lines(LAST_1=wanted), [TEN])
    tap, seen = cutting(number, after=after)
    async with bench(prepare=False, tap=tap) as at:
        with pytest.raises(Killed):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        seen.append("from here on the power is back")
        found = await settled(at, order)
        placed = found.placed or await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.paid) == (order.totals.total, True)
        assert len(at.orders()) == 1
        assert at.variant("LAST-1")["quantity"] == (0 if wanted == 1 else 1)
        assert at.mails == []


async def test_too_few_left_sends_the_sale_once_more_without_stock_and_says_so() -> None:
    async with bench() as at:
        placed = await PLATFORM.order(at.session).create_order(order_of(await at.lines(LAST_1=3)), at.keep)
        assert placed.stock is StockEffect.NOT_LOWERED
        assert at.variant("LAST-1")["quantity"] == 1
        assert [each.kind for each in at.handles] == ["stock_left", "order"], "kept before the second send"
        again = await PLATFORM.order(at.session).read_placed(placed.platform_order_id, "EUR")
        assert again == placed


async def test_a_sale_sent_without_stock_is_not_sent_with_stock_when_more_arrives_meanwhile() -> None:
    """The trap: the first way would work now, and its key knows nothing of the order that was made the second way."""
    async with bench() as at:
        order = order_of(await at.lines(LAST_1=3))
        at.shop.faults.arm("timeout_after_commit", times=1, match='"SKIP","shopper')
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        at.shop.switches.listed_after = 0
        at.orders()[0]["listed"] = at.clock.now() + timedelta(days=1)
        at.variant("LAST-1")["quantity"] = 50
        found = await settled(at, order)
        assert found.placed is not None
        assert found.placed.stock is StockEffect.NOT_LOWERED
        assert (len(at.orders()), at.variant("LAST-1")["quantity"]) == (1, 50)


async def test_the_same_sale_sent_again_within_two_days_is_answered_with_its_first_order() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        first = await orders.create_order(order, at.keep)
        at.clock.advance(TWO_DAYS - 60)
        assert await orders.create_order(order, at.keep) == first
        assert (len(at.orders()), at.variant("TEE-M")["quantity"]) == (1, 24)


async def test_a_sale_that_became_another_body_meanwhile_is_looked_up_and_not_refused() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1), customer=AOIFE)
        await PLATFORM.order(at.session).create_order(order, at.keep)
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.order(at.with_facts(shoppers=NAMED)).create_order(order, at.keep)
        assert (await settled(at, order)).placed is not None


async def test_a_first_send_still_under_way_is_not_taken_for_a_refusal() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        at.shop.store.in_flight.add(order.reference)
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.order(at.session).create_order(order, at.keep)


@pytest.mark.parametrize("newest_first", [False, True])
async def test_after_two_days_the_list_is_walked_and_the_reference_compared(newest_first: bool) -> None:
    async with bench(newest_first=newest_first) as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=1))
        await orders.create_order(order, at.keep)
        for number in range(60):
            other = order_of(await at.lines(SOAP_1=1), reference=f"{REFERENCE[:-2]}{number:02d}")
            at.clock.advance(60)
            await orders.create_order(other, at.keep)
        sent_at = at.clock.now()
        at.clock.advance(3 * TWO_DAYS)
        SENT.clear()
        found = await orders.look_up(order, (), sent_at)
        assert found.placed is not None
        assert {each.method for each in SENT} == {"GET"}
        absent = await orders.look_up(replace(order, reference=f"{REFERENCE[:-2]}ZZ"), (), sent_at)
        assert (absent.placed, absent.certain) == (None, True)


async def test_a_key_that_has_ended_sends_nothing_from_a_look_up() -> None:
    async with bench() as at:
        order = order_of(await at.lines(LAST_1=3))
        sent_at = at.clock.now()
        at.clock.advance(TWO_DAYS + HOUR)
        SENT.clear()
        found = await PLATFORM.order(at.session).look_up(order, [Handle("stock_left", "x")], sent_at)
        assert (found.placed, found.certain) == (None, True)
        assert {each.method for each in SENT} == {"GET"}


async def test_an_order_that_is_listed_late_is_waited_for() -> None:
    async with bench(listed_after=50.0) as at:
        order = order_of(await at.lines(TEE_M=1))
        at.shop.faults.arm("timeout_after_commit", times=1, match=CREATE)
        with pytest.raises(OutcomeUnknown):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        found = await PLATFORM.order(at.session).look_up(order, (), at.clock.now())
        assert (found.placed, found.certain) == (None, False)
        assert (await settled(at, order)).placed is not None


async def test_a_sale_of_last_week_is_found_whichever_of_its_moments_the_list_goes_by() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1), sold_at=SOLD_AT - timedelta(days=7))
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        for moment in (at.clock.now(), order.sold_at):
            at.shop.store.orders[placed.platform_order_id]["modified"] = moment
            found = await PLATFORM.order(at.session).look_up(order, (), at.clock.now())
            assert found.placed == placed


async def test_what_the_merchant_does_in_the_panel_is_read_back() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2))
        key = (await orders.create_order(order, at.keep)).platform_order_id
        at.shop.panel(key, "REFUNDED", refunded=Decimal("10.00"))
        assert (await orders.read_placed(key, "EUR")).refunded == eur("10.00")
        mine = [each async for page in orders.list_orders() for each in page.items if each.external_id == key]
        assert (mine[0].payment, mine[0].origin) == (PaymentStatus.PARTLY_REFUNDED, Origin.POS)
        at.shop.panel(key, "REFUNDED", refunded=order.totals.total.amount)
        after = await orders.read_placed(key, "EUR")
        assert (after.refunded, after.paid, after.total) == (order.totals.total, True, order.totals.total)
        at.shop.panel(key, "CANCELED", fulfillmentStatus="CANCELED")
        assert (await orders.read_placed(key, "EUR")).cancelled


async def test_online_orders_come_with_shipping_and_hidden_states_and_without_the_test_mode() -> None:
    async with bench() as at:
        found = [each async for page in PLATFORM.order(at.session).list_orders() for each in page.items]
        assert sorted(each.payment for each in found) == [PaymentStatus.PAID, PaymentStatus.PENDING]
        paid = next(each for each in found if each.payment is PaymentStatus.PAID)
        assert (paid.origin, paid.totals.total, paid.totals.tax) == (Origin.ONLINE, eur("26.41"), eur("4.94"))
        assert [each.kind for each in paid.lines] == [LineKind.PRODUCT, LineKind.SHIPPING]
        assert paid.lines[0].discount == eur("2.49")
        assert paid.lines[0].sku == "TEE-M"
        assert paid.customer is not None
        assert paid.customer.email == "aoife.byrne@example.com"


async def test_the_hundred_and_first_order_of_an_hour_waits_with_a_key_and_not_with_an_extension() -> None:
    async with bench(orders_an_hour=3) as at:
        lines = await at.lines(SOAP_1=1)
        sales = [order_of(lines, reference=f"{REFERENCE[:-1]}{number}") for number in range(4)]
        for each in sales[:3]:
            await PLATFORM.order(at.session).create_order(each, at.keep)
        with pytest.raises(RateLimited) as caught:
            await PLATFORM.order(at.session).create_order(sales[3], at.keep)
        assert caught.value.retry_after == 60
        at.clock.advance(HOUR)
        await PLATFORM.order(at.session).create_order(sales[3], at.keep)
        assert len(at.orders()) == 4
    async with bench(oauth=True, orders_an_hour=3) as at:
        for each in sales:
            await PLATFORM.order(at.session).create_order(each, at.keep)
        assert len(at.orders()) == 4
