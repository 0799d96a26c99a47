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

Read = Callable[[], Awaitable[object]]
Prepare = Callable[[Bench], Awaitable[Read]]
SHAPES: tuple[Any, ...] = ({"new": ["shape"]}, ["new", 7])


async def customer(bench: Bench) -> Read:
    return lambda: PLATFORM.customer(bench.session).find_by_email("aoife.byrne@example.com")


async def stock(bench: Bench) -> Read:
    listing, _, _ = await listed(PLATFORM.product(bench.session), "MUG-BLU")

    async def read() -> object:
        levels = await PLATFORM.inventory(bench.session).read_levels([listing])
        return [(each.inventory_id, each.available) for each in levels]

    return read


async def gift_card(bench: Bench) -> Read:
    return lambda: PLATFORM.gift_card(bench.session).check_balance(Secret("GIFT-AAAA-1111-2222"))


async def taxes(bench: Bench) -> Read:
    return lambda: PLATFORM.shop(bench.session).check_step("taxes")


async def stock_settings(bench: Bench) -> Read:
    return lambda: PLATFORM.shop(bench.session).check_step("stock")


def code(name: str) -> Prepare:
    async def prepare(bench: Bench) -> Read:
        lines = await basket_lines(PLATFORM.product(bench.session), {"TEE-M": 2, "SOAP-1": 4})

        async def read() -> object:
            return (await PLATFORM.discount(bench.session).check_code(name, offer_of(lines))).amount

        return read

    return prepare


PREPARED = {
    "customer": customer,
    "stock": stock,
    "gift card": gift_card,
    "taxes": taxes,
    "stock settings": stock_settings,
    "promotion": code("HARBOUR10"),
    "coupon": code("FIVEOFF"),
    "code in a cart": code("SECONDHALF"),
}


@pytest.mark.parametrize("shape", SHAPES, ids=["object", "list"])
@pytest.mark.parametrize("prepare", PREPARED.values(), ids=PREPARED)
async def test_another_shape_is_harmless_or_drift(prepare: Prepare, shape: Any) -> None:
    """A single value never changes what is read without a word; a whole record may lack what is optional."""
    async with test_contract.TestBigCommerce().opened() as bench:
        single: dict[tuple[int, Path], bool] = {}

        def note(call: int, body: Any) -> Any:
            for path in leaves(body):
                single.update({(call, path[:end]): end == len(path) for end in range(1, len(path) + 1)})
            return body

        read = await prepare(bench)
        bench.wire.reset()
        bench.wire.change = note
        expected = await read()
        assert expected
        for (call, path), is_value in single.items():
            bench.wire.reset()
            bench.wire.change = _at(call, path, shape)
            try:
                found = await read()
            except (Drift, AnswerUnreadable):
                continue
            assert found == expected or not is_value, f"{path} of call {call} changed what was read without a word"


def _at(call: int, path: Path, shape: Any) -> Callable[[int, Any], Any]:
    return lambda number, body: changed(body, path, shape) if number == call else body
