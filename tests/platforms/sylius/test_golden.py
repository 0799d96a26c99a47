"""What the Sylius adapter sends, held to golden requests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.platforms.golden.masking import compare
from tests.platforms.sylius.adapter import Bench, bench
from tests.support.recorder import SENT, Sent
from tests.support.till import paid
from tillbridge.domain.basket import Discount
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.platforms.sylius import PLATFORM

GOLDEN = Path(__file__).parent / "golden"
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")
_CART = re.compile(r"/orders/[A-Za-z0-9_~-]{64}")


@pytest.fixture
async def ready() -> AsyncIterator[Bench]:
    async with bench() as opened:
        yield opened


async def _sale(at: Bench, *discounts: Discount) -> Order:
    order = paid(await at.lines(TEE_M=2, BOOK_1=1), at.clock, receipt="R-1", discounts=discounts, note="Gift wrap")
    return replace(order, reference="TB0123456789ABCDEFGHJKMNPQ")


def _sent() -> Sequence[Sent]:
    return [replace(each, path=_CART.sub("/orders/<cart>", each.path)) for each in SENT]


async def test_an_order_with_a_code(ready: Bench) -> None:
    order = await _sale(ready, TEN)
    SENT.clear()
    await PLATFORM.order(ready.session).create_order(order, ready.keep)
    compare(GOLDEN, "order_create", _sent())


async def test_a_refund_of_everything(ready: Bench) -> None:
    order = await _sale(ready)
    orders = PLATFORM.order(ready.session)
    placed = await orders.create_order(order, ready.keep)
    back = tuple(RefundLine(each.id, each.quantity, restock=True) for each in order.lines)
    SENT.clear()
    await orders.refund_order(
        order, placed.platform_order_id, Refund("TBREF-R1", order.totals.total, back, "too small")
    )
    compare(GOLDEN, "refund", _sent())


async def test_the_list_of_products(ready: Bench) -> None:
    SENT.clear()
    _ = [page async for page in PLATFORM.product(ready.session).list_products()]
    compare(GOLDEN, "product_list", _sent())
