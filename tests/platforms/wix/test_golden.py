"""What the Wix adapter sends, held to golden requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.platforms.golden.masking import compare
from tests.platforms.wix.adapter import Bench, bench, by_name, eur, order_of
from tests.platforms.wix.test_orders import AOIFE, TEN
from tests.support.recorder import SENT, Sent
from tillbridge.domain.orders import Refund, RefundLine
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.wix import PLATFORM

GOLDEN = Path(__file__).parent / "golden"
_QUESTIONS = ("/query", "/search", "/query-variants", "/search-variants", "/oauth2/token")


@pytest.fixture
async def ready() -> AsyncIterator[Bench]:
    async with bench() as opened:
        SENT.clear()
        yield opened


def _changes() -> Sequence[Sent]:
    return [each for each in SENT if each.method != "GET" and not each.path.endswith(_QUESTIONS)]


async def test_an_order_with_a_code_and_goods_by_name(ready: Bench) -> None:
    lines = [*await ready.lines(TEE_M=2, BOOK_1=1), by_name("Repair", "7.50")]
    await ready.create(order_of(lines, [TEN], customer=AOIFE))
    compare(GOLDEN, "order_create", _changes())


async def test_a_refund_of_one_piece(ready: Bench) -> None:
    order = order_of(await ready.lines(TEE_M=2))
    placed = await ready.create(order)
    SENT.clear()
    refund = Refund("TBREF-R1", eur("24.90"), (RefundLine("1", Decimal(1), restock=True),), "too small")
    await PLATFORM.order(ready.session).refund_order(order, placed.platform_order_id, refund)
    compare(GOLDEN, "refund", _changes())


async def test_a_gift_card_debit(ready: Bench) -> None:
    await PLATFORM.gift_card(ready.session).redeem_gift_card(Secret("GIFT-AAAA-1111-2222"), eur("15.00"), "TBREF1")
    compare(GOLDEN, "gift_card", _changes())


async def test_the_list_of_products(ready: Bench) -> None:
    _ = [page async for page in PLATFORM.product(ready.session).list_products()]
    compare(GOLDEN, "product_list", [each for each in SENT if each.path != "/oauth2/token"])
