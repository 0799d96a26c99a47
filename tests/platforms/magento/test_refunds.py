"""Giving money back on Magento: to the cent in the shop's own rounding, once; cancelled goods back once."""

from __future__ import annotations

import random
from contextlib import suppress
from decimal import Decimal

import httpx
import pytest

from tests.support.memory_shop import Killed
from tests.support.till import paid
from tillbridge.domain.basket import BasketLine, Discount, TaxRate
from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import OutcomeUnknown, PlatformRefused
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, Refund, RefundLine
from tillbridge.platforms.magento import PLATFORM

from .adapter import Bench, bench, eur
from .test_orders import Guillotine


async def _placed(at: Bench, order: Order) -> str:
    return (await PLATFORM.order(at.session).create_order(order, at.keep)).platform_order_id


def _of(order: Order, line: int, quantity: str, amount: str, *, restock: bool = True, name: str = "R1") -> Refund:
    back = RefundLine(order.lines[line].id, Decimal(quantity), restock=restock)
    return Refund(f"{order.reference}-{name}", eur(amount), (back,), "too small")


async def test_a_refund_is_booked_once_leaves_its_goods_to_us_and_mails_nobody() -> None:
    async with bench() as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        refund = _of(order, 0, "1", "24.90")
        first = await orders.refund_order(order, number, refund)
        again = await orders.refund_order(order, number, refund)
        assert first == again
        assert not first.goods_back
        assert at.shop.ledger.stock["TEE-M"] == 25
        assert len(at.shop.shop.memos) == 1
        assert at.mails == []
        (memo,) = at.shop.shop.memos.values()
        assert memo["tax_amount"] > 0, "the credit memo carries its tax"
        read = await orders.read_placed(number, "EUR")
        assert (read.refunded, read.cancelled) == (eur("24.90"), False)


async def test_less_than_the_goods_were_worth_is_given_back_exactly() -> None:
    async with bench() as at:
        order = await at.sale()
        booked = await PLATFORM.order(at.session).refund_order(
            order, await _placed(at, order), _of(order, 0, "1", "20")
        )
        assert booked.amount == eur("20.00")


async def test_a_later_sale_does_not_bring_cancelled_goods_back_twice() -> None:
    """The number happens to be what it was before: the comment that says it is done must be believed."""
    async with bench() as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        await orders.cancel_order(order, number, "rung up twice")
        at.shop.shop.source_items["TEE-M", "default"]["quantity"] = Decimal(25)
        await orders.cancel_order(order, number, "rung up twice")
        assert at.shop.ledger.stock["TEE-M"] == 25


async def test_money_alone_is_refused_with_the_way_to_do_it() -> None:
    async with bench() as at:
        order = await at.sale()
        number = await _placed(at, order)
        with pytest.raises(PlatformRefused) as caught:
            await PLATFORM.order(at.session).refund_order(order, number, Refund("TBX-R1", eur("5.00"), (), "sorry"))
        assert "Adjustment Refund" in caught.value.params["reason"]
        assert at.shop.shop.memos == {}


async def test_a_line_the_order_lacks_is_refused() -> None:
    async with bench() as at:
        order = await at.sale()
        lost = Refund("TBX-R1", eur("5.00"), (RefundLine("nowhere", Decimal(1), restock=False),), "sorry")
        with pytest.raises(PlatformRefused):
            await PLATFORM.order(at.session).refund_order(order, await _placed(at, order), lost)


async def test_cancelling_gives_everything_back_also_after_a_part() -> None:
    async with bench() as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        await orders.refund_order(order, number, _of(order, 0, "1", "24.90"))
        for _ in range(3):
            after = await orders.cancel_order(order, number, "rung up twice")
            assert after.cancelled
            assert after.refunded == order.totals.total
        assert len(at.shop.shop.memos) == 2
        assert at.shop.ledger.stock["TEE-M"] == 26, "the piece of the refund is left to us"
        assert at.shop.ledger.stock["BOOK-1"] == 26
        assert at.mails == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(14))
async def test_a_kill_between_any_two_steps_of_a_refund_books_it_once(step: int, after: bool) -> None:
    axe: list[Guillotine] = []

    def arm(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        axe.append(Guillotine(inner))
        return axe[0]

    async with bench(tap=arm) as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        refund = _of(order, 0, "2", "49.80")
        axe[0].left, axe[0].after = step, after
        with suppress(Killed):
            await orders.refund_order(order, number, refund)
        axe[0].left = None
        found = await orders.look_up_refund(order, number, refund)
        booked = found or await orders.refund_order(order, number, refund)
        assert booked.amount == eur("49.80")
        assert len(at.shop.shop.memos) == 1
        assert not booked.goods_back
        assert at.shop.ledger.stock["TEE-M"] == 25, f"killed {'after' if after else 'before'} call {step}"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(14))
async def test_a_kill_between_any_two_steps_of_a_cancellation_puts_goods_back_once(step: int, after: bool) -> None:
    axe: list[Guillotine] = []

    def arm(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        axe.append(Guillotine(inner))
        return axe[0]

    async with bench(tap=arm) as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        axe[0].left, axe[0].after = step, after
        with suppress(Killed):
            await orders.cancel_order(order, number, "rung up twice")
        axe[0].left = None
        assert (await orders.cancel_order(order, number, "rung up twice")).cancelled
        assert len(at.shop.shop.memos) == 1
        assert at.shop.ledger.stock["TEE-M"] == 27, f"killed {'after' if after else 'before'} call {step}"


async def test_a_lost_answer_to_the_refund_is_found_and_finished() -> None:
    async with bench() as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        refund = _of(order, 0, "1", "24.90")
        at.shop.faults.arm("timeout_after_commit", times=1, match="/refund")
        with pytest.raises(OutcomeUnknown):
            await orders.refund_order(order, number, refund)
        found = await orders.look_up_refund(order, number, refund)
        assert found is not None
        assert found.amount == eur("24.90")
        assert not found.goods_back


async def test_an_order_nobody_paid_is_cancelled_as_often_as_asked() -> None:
    async with bench() as at:
        order = await at.sale()
        orders = PLATFORM.order(at.session)
        row = next(iter(at.shop.shop.orders.values()))
        row |= {"state": "new", "status": "pending", "total_paid": None}
        for item in row["items"]:
            item["qty_invoiced"] = 0
        for _ in range(2):
            assert (await orders.cancel_order(order, str(row["entity_id"]), "never fetched")).cancelled
        assert at.shop.shop.memos == {}
        assert at.mails == []


RATES = ("0.23", "0.19", "0.07", "0.055", "0.2", "0")
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 60))]


@pytest.mark.parametrize("seed", SEEDS)
async def test_parts_are_given_back_to_the_cent_at_many_rates(seed: int) -> None:
    """Random lines with discounts, given back piece by piece: each memo is exactly what was given back."""
    rng = random.Random(seed)
    async with bench() as at:
        (tee,) = await at.lines(TEE_M=1)
        assert tee.listing is not None
        lines = [_line(rng, number, tee.listing) for number in range(rng.randint(1, 4))]
        off = [Discount("off", DiscountType.PERCENTAGE, Decimal(rng.choice(["7.5", "10", "33"])))] if seed % 2 else []
        order = paid(lines, at.clock, receipt=f"R-{seed}", discounts=off)
        orders = PLATFORM.order(at.session)
        number = await _placed(at, order)
        left = {each.id: each.quantity for each in order.lines}
        given = Money.zero("EUR")
        for part in range(12):
            open_lines = [each for each in order.lines if left[each.id] and each.gross]
            if not open_lines:
                break
            line = rng.choice(open_lines)
            amount = _share_of(line.gross, line.quantity, left[line.id])
            refund = Refund(f"{order.reference}-{part}", amount, (RefundLine(line.id, Decimal(1), restock=False),), "")
            left[line.id] -= 1
            if amount.amount <= 0:
                break
            booked = await orders.refund_order(order, number, refund)
            assert booked.amount == amount
            given += amount
        assert (await orders.read_placed(number, "EUR")).refunded == given


def _share_of(gross: Money, quantity: Decimal, left: Decimal) -> Money:
    """One piece of what is left, so that the pieces add up to the whole."""
    return gross * (left / quantity) - gross * ((left - 1) / quantity)


def _line(rng: random.Random, number: int, listing: Listing) -> BasketLine:
    rate = Decimal(rng.choice(RATES))
    return BasketLine(
        id=f"L{number}",
        kind=LineKind.PRODUCT,
        title=f"Article {number}",
        quantity=Decimal(rng.randint(1, 4)),
        unit_price=Money.of_minor(rng.randint(99, 12_000), "EUR"),
        sku="TEE-M",
        taxes=(TaxRate("VAT", rate),),
        listing=listing,
    )
