"""What the Shopify adapter sends, held to golden requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.platforms.golden.masking import compare
from tests.platforms.shopify.bench import Bench, eur, paid, prepared
from tests.support.recorder import SENT, Sent
from tillbridge.domain.basket import Discount
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Refund, RefundLine, TenderKind
from tillbridge.platforms.shopify import PLATFORM

GOLDEN = Path(__file__).parents[1] / "shopify" / "golden"
TEN = Discount("Harbour 10 %", DiscountType.PERCENTAGE, Decimal(10), code="HARBOUR10")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with prepared() as ready:
        yield ready


def _named(name: str) -> Sequence[Sent]:
    return [each for each in SENT if each.body and each.body.get("operationName") == name]


async def test_an_order_with_a_code_and_a_gift_card(bench: Bench) -> None:
    lines = [await bench.line(1, "TEE-M", "2"), await bench.line(2, "MUG-BLU")]
    order = bench.sold(lines, discounts=[TEN], payments=[paid(TenderKind.GIFT_CARD, "20.00")], note="Gift wrap")
    await bench.create(order)
    compare(GOLDEN, "order_create", _named("OrderCreate"))


async def test_a_refund_of_one_piece(bench: Bench) -> None:
    order = bench.sold([await bench.line(1, "TEE-M", "2")])
    placed = await bench.create(order)
    refund = Refund("TBREF-R1", eur("24.90"), (RefundLine("line-1", Decimal(1), restock=True),), "too small")
    await PLATFORM.order(bench.session).refund_order(order, placed.platform_order_id, refund)
    compare(GOLDEN, "refund", _named("RefundCreate"))


async def test_the_list_of_products(bench: Bench) -> None:
    SENT.clear()
    _ = [page async for page in PLATFORM.product(bench.session).list_products()]
    compare(GOLDEN, "product_list", list(SENT))
