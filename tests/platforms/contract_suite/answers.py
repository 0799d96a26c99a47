"""What answers can look like: slow down, web pages, half answers, failures, and fields of another shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.platforms.contract_suite.ground import Bench, Ground
from tests.platforms.contract_suite.wire import Path, changed, leaves
from tillbridge.domain.errors import AnswerUnreadable, Drift, RateLimited, TillbridgeError

STRANGE: dict[str, Any] = {"new": ["shape"]}
_MOST = 60


class AnswerCases(Ground):
    async def test_throttling_is_waited_out_and_a_storm_left_to_the_queue(self, bench: Bench) -> None:
        bench.shop.faults.arm("storm_429", times=2)
        assert await self.platform.product(bench.session).find_by_code("TEE-M")
        bench.shop.faults.arm("storm_429", times=50)
        with pytest.raises(RateLimited):
            await self.platform.product(bench.session).find_by_code("TEE-M")

    @pytest.mark.parametrize("fault", ["html", "truncated", "error_5xx", "reset"])
    async def test_a_read_survives_a_passing_fault(self, bench: Bench, fault: str) -> None:
        bench.shop.faults.arm(fault, times=1)
        assert await self.platform.product(bench.session).find_by_code("TEE-M")

    @pytest.mark.parametrize("fault", ["html", "truncated", "error_5xx", "reset"])
    async def test_a_lasting_fault_is_a_typed_error_in_shop_language(self, bench: Bench, fault: str) -> None:
        bench.shop.faults.arm(fault, times=100)
        with pytest.raises(TillbridgeError) as caught:
            await self.platform.product(bench.session).find_by_code("TEE-M")
        card = caught.value.card()
        assert card.title
        assert card.next_step
        assert "Traceback" not in card.explanation
        assert "<html" not in card.explanation.lower()

    async def test_goods_of_a_drifted_answer_are_the_same_or_refused_as_drift(self, bench: Bench) -> None:
        products = self.platform.product(bench.session)
        await self._drift(bench, lambda: products.find_by_code("TEE-M"))

    async def test_an_order_of_a_drifted_answer_is_the_same_or_refused_as_drift(self, bench: Bench) -> None:
        placed = await bench.push(await bench.sale())
        orders = self.platform.order(bench.session)
        await self._drift(bench, lambda: orders.read_placed(placed.platform_order_id, "EUR"))

    async def _drift(self, bench: Bench, read: Callable[[], Awaitable[object]]) -> None:
        """Each value of each answer in turn becomes something else; what is read must not silently differ."""
        bodies: list[Any] = []

        def note(_: int, body: Any) -> Any:
            bodies.append(body)
            return body

        bench.wire.change = note
        expected = await read()
        assert bodies
        for call, body in enumerate(bodies, start=1):
            paths = list(leaves(body))
            for path in paths[:: max(1, len(paths) // _MOST)]:
                bench.wire.reset()
                bench.wire.change = _at(call, path)
                try:
                    found = await read()
                except (Drift, AnswerUnreadable):
                    continue
                assert found == expected, f"{path} changed what was read without a word"


def _at(call: int, path: Path) -> Callable[[int, Any], Any]:
    return lambda number, body: changed(body, path, STRANGE) if number == call else body
