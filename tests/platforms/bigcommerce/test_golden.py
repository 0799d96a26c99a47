"""What the BigCommerce adapter sends, held to golden requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.platforms.bigcommerce.adapter import Bench, bench, eur, order_of
from tests.platforms.bigcommerce.test_orders import AOIFE, TEN, extras
from tests.platforms.golden.masking import compare
from tests.support.recorder import SENT
from tillbridge.domain.orders import Refund, RefundLine
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.bigcommerce import PLATFORM

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
async def ready() -> AsyncIterator[Bench]:
    async with bench() as opened:
        SENT.clear()
        yield opened


async def test_an_order_with_a_code_and_goods_by_name(ready: Bench) -> None:
    order = order_of([*await ready.lines(TEE_M=2, BOOK_1=1), *extras()], [TEN], customer=AOIFE)
    SENT.clear()
    await PLATFORM.order(ready.session).create_order(order, ready.keep)
    compare(GOLDEN, "order_create", [each for each in SENT if each.method == "POST"])


async def test_a_refund_of_one_piece(ready: Bench) -> None:
    order = order_of(await ready.lines(TEE_M=2))
    orders = PLATFORM.order(ready.session)
    placed = await orders.create_order(order, ready.keep)
    SENT.clear()
    refund = Refund("TBREF-R1", eur("20.00"), (RefundLine("1", Decimal(1), restock=True),), "too small")
    await orders.refund_order(order, placed.platform_order_id, refund)
    compare(GOLDEN, "refund", [each for each in SENT if each.method == "POST"])


async def test_a_gift_card_debit(ready: Bench) -> None:
    await PLATFORM.gift_card(ready.session).redeem_gift_card(Secret("GIFT-AAAA-1111-2222"), eur("15.00"), "TBREF1")
    compare(GOLDEN, "gift_card", list(SENT))


async def test_the_list_of_products(ready: Bench) -> None:
    _ = [page async for page in PLATFORM.product(ready.session).list_products()]
    compare(GOLDEN, "product_list", list(SENT))
