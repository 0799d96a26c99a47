"""What the Squarespace adapter sends, held to golden requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.platforms.golden.masking import compare
from tests.platforms.squarespace.adapter import Bench, bench, order_of
from tests.platforms.squarespace.test_orders import AOIFE, TEN, VAT
from tests.support.recorder import SENT
from tests.support.till import listed
from tillbridge.domain.basket import BasketLine
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind
from tillbridge.platforms.squarespace import PLATFORM

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
async def ready() -> AsyncIterator[Bench]:
    async with bench() as opened:
        SENT.clear()
        yield opened


async def test_an_order_with_a_code_and_goods_by_name(ready: Bench) -> None:
    cheese = BasketLine(
        id="9", kind=LineKind.PRODUCT, title="Cheese", quantity=Decimal("0.312"), unit="kg",
        unit_price=Money(Decimal("18.50"), "EUR"), sku="CHEESE", taxes=(VAT,),
    )  # fmt: skip
    order = order_of([*await ready.lines(TEE_M=2, BOOK_1=1), cheese], [TEN], customer=AOIFE)
    SENT.clear()
    await PLATFORM.order(ready.session).create_order(order, ready.keep)
    compare(GOLDEN, "order_create", [each for each in SENT if each.method == "POST"])


async def test_an_order_without_stock(ready: Bench) -> None:
    order = order_of(await ready.lines(LAST_1=2), included=False)
    SENT.clear()
    await PLATFORM.order(ready.session).create_order(order, ready.keep)
    compare(GOLDEN, "order_without_stock", [each for each in SENT if each.method == "POST"])


async def test_a_difference_of_stock(ready: Bench) -> None:
    listing, _, _ = await listed(PLATFORM.product(ready.session), "SOAP-1")
    SENT.clear()
    await PLATFORM.inventory(ready.session).adjust(listing, "", Decimal(-2), "key")
    compare(GOLDEN, "stock_adjust", [each for each in SENT if each.method == "POST"])
