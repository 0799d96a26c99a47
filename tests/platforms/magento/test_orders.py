"""Orders on Magento: one import under our own number, whatever breaks between two steps of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.memory_shop import Killed
from tests.support.till import VAT, paid
from tillbridge.domain.basket import BasketLine, Discount
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, PlacedOrder
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.magento import PLATFORM

from .adapter import Bench, bench, eur

TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")


class Guillotine(httpx.AsyncBaseTransport):
    """Lets so many calls through once armed; the power goes before or after the next one."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.left: int | None = None
        self.after = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.left is None:
            return await self._inner.handle_async_request(request)
        self.left -= 1
        if self.left < 0 and not self.after:
            raise Killed("before")
        response = await self._inner.handle_async_request(request)
        if self.left < 0:
            raise Killed("after")
        return response


async def _recover(at: Bench, order: Order) -> PlacedOrder:
    """What the send protocol does after a crash: look up, and create only what certainly is not there."""
    orders = PLATFORM.order(at.session)
    found = await orders.look_up(order, at.handles, at.clock.now())
    assert found.certain
    return found.placed or await orders.create_order(order, at.keep)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(9))
async def test_a_kill_between_any_two_steps_leaves_one_paid_order_and_one_counted_use(step: int, after: bool) -> None:
    axe: list[Guillotine] = []

    def arm(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        axe.append(Guillotine(inner))
        return axe[0]

    async with bench(tap=arm) as at:
        customer = await PLATFORM.customer(at.session).find_by_email("tomas.lind@example.com")
        order = await at.sale(customer=customer, discounts=[TEN])
        axe[0].left, axe[0].after = step, after
        try:
            await PLATFORM.order(at.session).create_order(order, at.keep)
        except Killed:
            pass
        else:
            assert step >= 7, "the create has more steps than this test kills"
        axe[0].left = None
        placed = await _recover(at, order)
        assert (placed.total, placed.paid, placed.code_counted) == (order.totals.total, True, True)
        rows = at.rows(order.reference)
        assert [(row["paid"], row["total"]) for row in rows] == [(True, str(order.totals.total.amount))]
        assert at.shop.times_used("HARBOUR10") == 1
        assert at.mails == []


async def test_two_workers_at_once_make_one_order() -> None:
    async with bench() as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        placed = await asyncio.gather(*(orders.create_order(order, at.keep) for _ in range(4)))
        assert len({each.platform_order_id for each in placed}) == 1
        assert len(at.rows(order.reference)) == 1


async def test_another_refusal_of_the_same_kind_is_not_taken_for_our_order() -> None:
    def refuse(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return _Refuses(inner)

    async with bench(tap=refuse) as at:
        order = await at.sale()
        with pytest.raises(PlatformRefused):
            await PLATFORM.order(at.session).create_order(order, at.keep)


class _Refuses(httpx.AsyncBaseTransport):
    """Says of every import that it is there already."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path == "/rest/V1/orders" and b"increment_id" in request.content:
            return httpx.Response(400, json={"message": "Unique constraint violation found"}, request=request)
        return await self._inner.handle_async_request(request)


async def test_the_order_shows_what_was_sold_and_how_it_was_paid() -> None:
    async with bench() as at:
        customer = await PLATFORM.customer(at.session).find_by_email("tomas.lind@example.com")
        order = await at.sale(customer=customer, note="Gift wrap – 🎁", discounts=[TEN])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        row = at.row(order.reference)
        assert (row["state"], row["customer_email"], row["coupon_code"]) == (
            "complete",
            "tomas.lind@example.com",
            "HARBOUR10",
        )
        assert row["customer_id"]
        assert row["created_at"] == f"{order.sold_at:%Y-%m-%d %H:%M:%S}"
        texts = row["payment"]["additional_information"]
        assert texts[0] == f"card {order.totals.total}"
        assert "Receipt R-1, till T1, at Main" in texts
        assert "Gift wrap – 🎁" in texts
        assert placed.number == order.reference
        assert placed.stock is StockEffect.NOT_LOWERED
        assert at.shop.ledger.stock["TEE-M"] == 25, "an import takes nothing from the shop's stock"


async def test_a_guest_leaves_no_trace_of_a_person() -> None:
    async with bench() as at:
        order = await at.sale()
        await PLATFORM.order(at.session).create_order(order, at.keep)
        row = at.row(order.reference)
        assert row["customer_is_guest"] == 1
        assert not {"customer_email", "customer_id", "billing_address"} & row.keys()


async def test_a_code_is_counted_once_and_a_look_up_counts_what_a_crash_left() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        first = await at.sale("R-1", discounts=[TEN])
        assert (await orders.create_order(first, at.keep)).code_counted
        assert (await orders.look_up(first, (), at.clock.now())).placed
        assert at.shop.times_used("HARBOUR10") == 1
        second = await at.sale("R-2", discounts=[TEN])
        at.shop.faults.arm("timeout_before_commit", times=50, match="PUT /rest/V1/coupons")
        with pytest.raises(OutcomeUnknown):
            await orders.create_order(second, at.keep)
        at.shop.faults.clear()
        assert at.shop.times_used("HARBOUR10") == 1
        read = await orders.read_placed(at.rows(second.reference)[0]["id"], "EUR")
        assert read.code_counted is False
        found = (await orders.look_up(second, at.handles, at.clock.now())).placed
        assert found is not None
        assert found.code_counted is True
        assert at.shop.times_used("HARBOUR10") == 2


async def test_a_code_the_shop_no_longer_has_is_said_to_be_uncounted() -> None:
    async with bench() as at:
        gone = replace(TEN, code="GONE10")
        order = await at.sale(discounts=[gone])
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert placed.total == order.totals.total
        assert placed.code_counted is False


def _typed(line_id: str, title: str, quantity: str, amount: str, **more: Any) -> BasketLine:
    """A line typed at the till."""
    told = {"kind": LineKind.FREE_TEXT, "taxes": (VAT,), **more}
    return BasketLine(id=line_id, title=title, quantity=Decimal(quantity), unit_price=eur(amount), **told)


async def test_free_text_weighed_goods_and_a_gift_card_sold_travel_along() -> None:
    async with bench() as at:
        lines = [
            *await at.lines(TEE_M=1),
            _typed("f", "Gift wrapping", "1", "3.50"),
            _typed("w", "Olives", "0.345", "18.90", unit="kg"),
            _typed("g", "Gift card", "1", "50.00", kind=LineKind.GIFT_CARD, taxes=()),
        ]
        order = paid(lines, at.clock, receipt="R-9")
        placed = await PLATFORM.order(at.session).create_order(order, at.keep)
        assert placed.total == order.totals.total
        items = at.row(order.reference)["items"]
        assert [item["product_type"] for item in items] == ["simple", "virtual", "virtual", "virtual"]
        assert items[2]["is_qty_decimal"] == 1


async def test_a_return_in_a_sale_is_refused_before_anything_is_sent() -> None:
    async with bench() as at:
        order = await at.sale()
        back = replace(order.lines[0], quantity=Decimal(-1))
        with pytest.raises(PlatformRefused):
            await PLATFORM.order(at.session).create_order(replace(order, lines=(back, *order.lines[1:])), at.keep)
        assert at.rows(order.reference) == []


async def test_online_orders_are_read_with_variants_as_one_line() -> None:
    async with bench() as at:
        pages = [page async for page in PLATFORM.order(at.session).list_orders()]
        first, second, _ = [each for page in pages for each in page.items]
        assert [line.sku for line in first.lines] == ["TEE-M", "NOTE-1"]
        listing = first.lines[0].listing
        assert listing is not None
        assert (listing.external_product_id, listing.external_variant_id) == ("4", "2")
        assert first.totals.total == eur("44.80")
        assert second.totals.total == eur("30.00")


async def test_only_changed_orders_are_read_again() -> None:
    async with bench() as at:
        orders = PLATFORM.order(at.session)
        at.clock.advance(3600)
        since = at.clock.now()
        assert [each async for page in orders.list_orders(since) for each in page.items] == []
        order = await at.sale()
        await orders.create_order(order, at.keep)
        assert [each.reference async for page in orders.list_orders(since) for each in page.items] == [order.reference]
