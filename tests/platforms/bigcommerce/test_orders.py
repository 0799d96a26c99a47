"""What a till's sale becomes in a BigCommerce store, over HTTP against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from tests.platforms.bigcommerce.adapter import CREATE, REFERENCE, Bench, Tap, Tapped, bench, eur, order_of
from tests.support.memory_shop import Killed
from tillbridge.domain.basket import BasketLine, Discount, Payment, TaxRate
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, Origin, PaymentStatus, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator

VAT = TaxRate("VAT", Decimal("0.23"))
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), "HARBOUR10")
AOIFE = Customer(email="aoife.byrne@example.com", first_name="Aoife", last_name="Byrne")
OTHER = REFERENCE[:-1] + "Z"


async def test_a_sale_with_a_code_stands_with_its_discount_and_says_the_code_is_not_counted() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=2, BOOK_1=1), [TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.tax) == (order.totals.total, order.totals.tax)
        assert (placed.discount, placed.code_counted) == (order.totals.discount, False)
        row = at.orders()[0]
        assert (row["status_id"], row["external_order_id"], row["discount"]) == (10, REFERENCE, Decimal("7.9800"))
        assert "not counted by the shop: HARBOUR10" in row["staff_notes"]
        assert next(each for each in at.shop.store.codes if each["code"] == "HARBOUR10")["current_uses"] == 0


def cutting(number: int, *, after: bool) -> tuple[Tap, list[str]]:
    """A wire on which the power fails at one call, before it leaves or after it was answered."""
    seen: list[str] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: BigCommerceSimulator) -> httpx.AsyncBaseTransport:
        def cut(request: httpx.Request) -> None:
            if len(seen) == number:
                raise Killed(seen[-1])

        def note(request: httpx.Request) -> None:
            seen.append(f"{request.method} {request.url.path}")
            if not after:
                cut(request)

        return Tapped(inner, before=note, after=cut if after else lambda request: None)

    return tap, seen


def _cuts() -> Iterator[tuple[int, bool, bool]]:
    for repaired, steps in ((False, 2), (True, 4)):
        for number in range(1, steps + 1):
            yield number, False, repaired
            yield number, True, repaired


@pytest.mark.parametrize(("number", "after", "repaired"), _cuts())
async def test_a_kill_at_any_call_leaves_nothing_that_is_not_found_or_finished(
    number: int, after: bool, repaired: bool
) -> None:
    """The calls of a create: POST, read; and where the shop reckoned otherwise, totals set and read again."""
    async with bench(discount_twice=repaired) as prepared:
        order = order_of(await prepared.lines(TEE_M=1), [TEN])
    tap, seen = cutting(number, after=after)
    async with bench(prepare=False, discount_twice=repaired, tap=tap) as at:
        with pytest.raises(Killed):
            await PLATFORM.order(at.session).create_order(order, at.keep)
        seen.append("from here on the power is back")
        sent_at = at.clock.now()
        found = await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)
        if number == 1 and not after:
            assert (found.placed, found.certain) == (None, False)
            at.clock.advance(61)
            assert (await PLATFORM.order(at.session).look_up(order, at.handles, sent_at)).certain
            assert at.orders() == []
            return
        assert found.placed is not None
        assert (found.placed.total, found.placed.paid) == (order.totals.total, True)
        assert [each["total_inc"] for each in at.orders()] == [order.totals.total.amount]
        assert at.mails == []


async def test_the_power_going_at_the_checkpoint_leaves_an_order_that_is_found_by_its_reference() -> None:
    async def broken(handle: object) -> None:
        raise Killed

    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        with pytest.raises(Killed):
            await orders.create_order(order, broken)
        found = await orders.look_up(order, (), at.clock.now())
        assert found.placed is not None
        assert len(at.orders()) == 1


async def test_an_order_that_is_listed_late_is_waited_for_and_not_sent_again() -> None:
    async with bench(listed_after=3.0) as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        at.shop.faults.arm("timeout_after_commit", match=CREATE)
        sent_at = at.clock.now()
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(order, at.keep)
        early = await orders.look_up(order, at.handles, sent_at)
        assert (early.placed, early.certain) == (None, False)
        assert early.ask_again_in
        at.clock.advance(early.ask_again_in)
        late = await orders.look_up(order, at.handles, sent_at)
        assert late.placed is not None
        assert late.placed.total == order.totals.total


async def test_two_orders_with_one_reference_are_told_and_another_reference_is_not_found() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        for _ in range(2):
            await orders.create_order(order, at.keep)
        found = await orders.look_up(order, (), at.clock.now())
        first, second = sorted(each["id"] for each in at.orders())
        assert found.placed is not None
        assert (found.placed.platform_order_id, str(second) in found.evidence) == (str(first), True)
        at.clock.advance(61)
        twin = await orders.look_up(replace(order, reference=OTHER), (), at.clock.now() - timedelta(seconds=61))
        assert (twin.placed, twin.certain) == (None, True)


async def test_an_archived_order_is_found_by_its_handle() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1))
        orders = PLATFORM.order(at.session)
        await orders.create_order(order, at.keep)
        for row in at.shop.store.orders.values():
            row["deleted"] = True
        found = await orders.look_up(order, at.handles, at.clock.now() - timedelta(minutes=5))
        assert found.placed is not None
        assert (await orders.look_up(order, (), at.clock.now() - timedelta(minutes=5))).placed is None


async def test_where_the_shop_takes_the_discount_off_twice_the_tills_total_is_set_again() -> None:
    async with bench(discount_twice=True) as at:
        order = order_of(await at.lines(TEE_M=2), [TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.tax) == (order.totals.total, order.totals.tax)


async def test_weighed_and_typed_in_goods_and_gift_cards_sold_travel_by_name_with_their_tax() -> None:
    async with bench() as at:
        order = order_of([*await at.lines(MUG_RED=1), *extras()])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.tax) == (order.totals.total, order.totals.tax)
        lines = at.orders()[0]["lines"]
        names = ["Enamel Mug", "0.312 kg × 23.90 EUR, Seaweed salt", "Repair", "Gift card"]
        assert [each["name"] for each in lines] == names
        assert [each["quantity"] for each in lines] == [1, 1, 2, 1]
        assert (lines[2]["price_inc"], lines[2]["price_ex"]) == (Decimal("7.99"), Decimal("6.4959"))


def extras() -> list[BasketLine]:
    salt = BasketLine(
        id="x1", kind=LineKind.PRODUCT, title="Seaweed salt", quantity=Decimal("0.312"), unit="kg",
        unit_price=eur("23.90"), taxes=(VAT,),
    )  # fmt: skip
    repair = replace(
        salt, id="x2", kind=LineKind.FREE_TEXT, title="Repair", quantity=Decimal(2), unit="piece",
        unit_price=eur("7.99"),
    )  # fmt: skip
    card = replace(
        repair, id="x3", kind=LineKind.GIFT_CARD, title="Gift card", quantity=Decimal(1), unit_price=eur("25"), taxes=()
    )
    return [salt, repair, card]


async def test_only_goods_move_stock_and_what_was_not_read_at_setup_is_said_to_be_unknown() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        goods = order_of(await at.lines(SOAP_1=2))
        assert (await orders.create_order(goods, at.keep)).stock is StockEffect.LOWERED
        assert at.shop.ledger_stock()["SOAP-1"] == 23
        names = replace(order_of(extras()), reference=OTHER)
        assert (await orders.create_order(names, at.keep)).stock is StockEffect.NOT_LOWERED
        unread = PLATFORM.order(at.with_facts(stock_behaviour=""))
        assert (await unread.read_placed(str(at.orders()[0]["id"]), "EUR")).stock is StockEffect.UNKNOWN


@pytest.mark.parametrize("after_completion", [True, False])
async def test_stock_is_lowered_under_both_of_the_shops_settings(after_completion: bool) -> None:
    async with bench(stock_after_completion=after_completion) as at:
        await PLATFORM.order(at.session).create_order(order_of(await at.lines(TEE_M=2)), at.keep)
        assert at.shop.ledger_stock()["TEE-M"] == 23


async def test_a_sale_of_nothing_but_free_goods_is_paid_with_nothing() -> None:
    async with bench() as at:
        gift = Discount("present", DiscountType.PERCENTAGE, Decimal(100))
        placed = await PLATFORM.order(at.session).create_order(order_of(await at.lines(SOAP_1=1), [gift]), at.keep)
        assert (placed.total, placed.paid) == (eur("0"), True)


async def test_a_gift_card_tender_and_cash_rounding_leave_the_order_whole_and_paid() -> None:
    async with bench() as at:
        payments = [
            Payment(TenderKind.GIFT_CARD, "Gift card", eur("5.00"), "1", "•••• 2222"),
            Payment(TenderKind.CASH, "Cash", eur("20.00")),
        ]
        order = order_of(await at.lines(TEE_M=1), payments=payments, cash_step=eur("0.05"))
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert (placed.total, placed.paid, placed.code_counted) == (order.totals.total, True, None)
        row = at.orders()[0]
        assert row["payment_method"] == "Gift card •••• 2222, Cash"
        assert "Paid with: Gift card •••• 2222 5.00 EUR; Cash 19.90 EUR" in row["staff_notes"]


async def test_no_account_is_linked_and_no_address_mailed_unless_the_operator_chose_so() -> None:
    async with bench() as at:
        order = order_of(await at.lines(TEE_M=1), customer=AOIFE)
        orders = PLATFORM.order(at.session)
        placed = await orders.create_order(order, at.keep)
        row = at.orders()[0]
        assert (row["customer_id"], row["billing"].get("email"), row["billing"]["first_name"]) == (0, None, "Aoife")
        await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
        assert at.mails == []
        linked = PLATFORM.order(at.with_facts(customers="link"))
        await linked.create_order(replace(order, reference=OTHER), at.keep)
        assert at.shop.store.customers[at.orders()[1]["customer_id"]]["email"] == AOIFE.email
        assert at.mails == []


@pytest.mark.parametrize(
    ("billing", "zip_code", "country"),
    [
        (None, "00", "IE"),
        (Address(first_name="Jan", city="Kiel", postcode="24103", country="DE"), "24103", "DE"),
        (Address(first_name="Jan", city="Kiel", postcode="2"), "00", "IE"),
    ],
)
async def test_every_order_has_the_postcode_the_shop_insists_on(
    billing: Address | None, zip_code: str, country: str
) -> None:
    async with bench() as at:
        order = replace(order_of(await at.lines(TEE_M=1)), billing=billing)
        await PLATFORM.order(at.session).create_order(order, at.keep)
        row = at.orders()[0]["billing"]
        assert (row["zip"], row["country_iso2"]) == (zip_code, country)


async def test_a_returned_line_and_goods_of_another_shop_are_refused_before_anything_is_sent() -> None:
    async with bench() as at:
        line = (await at.lines(TEE_M=1))[0]
        order = order_of([replace(line, quantity=Decimal(2)), replace(line, id="back", quantity=Decimal(-1))])
        orders = PLATFORM.order(at.session)
        with pytest.raises(PlatformRefused, match="return"):
            await orders.create_order(order, at.keep)
        assert line.listing is not None
        foreign = order_of([replace(line, listing=replace(line.listing, external_variant_id="gid://x/1"))])
        with pytest.raises(PlatformRefused, match="link it again"):
            await orders.create_order(foreign, at.keep)
        assert at.orders() == []


@pytest.mark.parametrize(("by_shop", "fact"), [(True, "yes"), (False, "no")])
async def test_cancel_puts_the_goods_back_once_whoever_does_it(by_shop: bool, fact: str) -> None:
    async with bench(cancel_restocks=by_shop) as at:
        assert at.session.connection.facts["cancel_restocks"] == fact
        orders = PLATFORM.order(at.session)
        order = order_of(await at.lines(TEE_M=2))
        placed = await orders.create_order(order, at.keep)
        for _ in range(2):
            cancelled = await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
            assert (cancelled.cancelled, cancelled.paid) == (True, False)
        assert at.shop.ledger_stock()["TEE-M"] == 25
        assert "Cancelled: rung up twice" in at.orders()[0]["staff_notes"]
        assert "Receipt: R-7" in at.orders()[0]["staff_notes"]


async def test_an_order_that_is_not_there_is_said_so() -> None:
    async with bench() as at:
        with pytest.raises(NotFound):
            await PLATFORM.order(at.session).read_placed("999999", "EUR")


async def test_changed_orders_come_with_what_the_till_wrote_and_carts_are_left_out() -> None:
    async with bench() as at:
        at.clock.advance(7200)
        since = at.clock.now() - timedelta(minutes=5)
        order = replace(order_of(await at.lines(TEE_M=2, SOAP_1=1), [TEN]), note="Gift wrap")
        await PLATFORM.order(at.session).create_order(order, at.keep)
        seen = await listed(at, since)
        assert [each.reference for each in seen] == [REFERENCE]
        mine = seen[0]
        assert (mine.origin, mine.receipt, mine.till, mine.location) == (Origin.POS, "R-7", "T1", "Main")
        assert (mine.totals.total, mine.totals.discount) == (order.totals.total, order.totals.discount)
        assert (mine.note, mine.payment) == ("Gift wrap", PaymentStatus.PAID)
        every = await listed(at)
        assert [each.origin for each in every] == [Origin.ONLINE, Origin.POS]
        online = every[0]
        assert online.discounts[0].code == "HARBOUR10"
        assert online.totals.total == eur("22.41")
        assert online.customer is not None
        assert online.customer.email == AOIFE.email


async def listed(at: Bench, since: datetime | None = None) -> list[Order]:
    pages = PLATFORM.order(at.session).list_orders(since)
    return [each async for page in pages for each in page.items]


async def test_orders_are_read_page_by_page_until_the_empty_answer() -> None:
    async with bench() as at:
        template = next(each for each in at.shop.store.orders.values() if each["status_id"])
        for number in range(499):
            at.shop.store.orders[50_000 + number] = {**template, "id": 50_000 + number}
        pages = [page async for page in PLATFORM.order(at.session).list_orders()]
        assert sum(len(page.items) for page in pages) == 500
        assert pages[-1].cursor is None
        resumed = [page async for page in PLATFORM.order(at.session).list_orders(cursor=pages[0].cursor)]
        assert len(resumed) == len(pages) - 1
