"""What is read beside goods and orders is the same, or refused as drift, when an answer has another shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.platforms.bigcommerce import test_contract
from tests.platforms.contract_suite import Bench
from tests.platforms.contract_suite.wire import Path, changed, leaves
from tests.support.till import basket_lines, listed, offer_of
from tillbridge.domain.errors import AnswerUnreadable, Drift
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.bigcommerce import PLATFORM

Read = Callable[[Bench], Awaitable[object]]
SHAPES: tuple[Any, ...] = ({"new": ["shape"]}, ["new", 7])


async def customer(bench: Bench) -> object:
    return await PLATFORM.customer(bench.session).find_by_email("aoife.byrne@example.com")


async def stock(bench: Bench) -> object:
    listing, _, _ = await listed(PLATFORM.product(bench.session), "MUG-BLU")
    levels = await PLATFORM.inventory(bench.session).read_levels([listing])
    return [(each.inventory_id, each.available) for each in levels]


async def gift_card(bench: Bench) -> object:
    return await PLATFORM.gift_card(bench.session).check_balance(Secret("GIFT-AAAA-1111-2222"))


async def shop(bench: Bench) -> object:
    return [await PLATFORM.shop(bench.session).check_step(each.name) for each in PLATFORM.spec.preparation]


def code(name: str) -> Read:
    async def read(bench: Bench) -> object:
        lines = await basket_lines(PLATFORM.product(bench.session), {"TEE-M": 2, "SOAP-1": 4})
        return (await PLATFORM.discount(bench.session).check_code(name, offer_of(lines))).amount

    return read


READS = {
    "customer": customer,
    "stock": stock,
    "gift card": gift_card,
    "shop": shop,
    "promotion": code("HARBOUR10"),
    "coupon": code("FIVEOFF"),
    "code in a cart": code("SOAPDEAL"),
}


@pytest.mark.parametrize("shape", SHAPES, ids=["object", "list"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_another_shape_is_harmless_or_drift(read: Read, shape: Any) -> None:
    async with test_contract.TestBigCommerce().opened() as bench:
        seen: list[tuple[int, Path]] = []

        def note(call: int, body: Any) -> Any:
            seen.extend((call, path) for path in leaves(body))
            return body

        bench.wire.reset()
        bench.wire.change = note
        expected = await read(bench)
        assert seen
        for call, path in seen:
            bench.wire.reset()
            bench.wire.change = _at(call, path, shape)
            try:
                found = await read(bench)
            except (Drift, AnswerUnreadable):
                continue
            assert found == expected, f"{path} of call {call} changed what was read without a word"


def _at(call: int, path: Path, shape: Any) -> Callable[[int, Any], Any]:
    return lambda number, body: changed(body, path, shape) if number == call else body
