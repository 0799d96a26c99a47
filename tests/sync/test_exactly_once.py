"""Whatever fails and whenever the power goes: each sale once in the shop, never twice, and the status says so."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.support.clock import VirtualClock
from tests.support.counters import TILL, BackOffice
from tests.support.databases import copy_template
from tests.support.memory_shop import Killed, MemoryShop, lost
from tests.support.sales import line, record
from tillbridge.domain.errors import NetworkFailure, PlatformUnavailable, RateLimited
from tillbridge.domain.orders import OrderStatus
from tillbridge.storage import open_storage

POINTS = ("create.before", "create.committed", "create.read", "look_up", "refund.before", "refund.committed")
NOTHING_DONE = {"create.before", "look_up", "refund.before"}


@dataclass(frozen=True)
class Fault:
    """``kind`` at ``point``, after ``spared`` calls that go well."""

    point: str
    kind: str
    spared: int

    def error(self) -> BaseException:
        match self.kind:
            case "lost":
                return lost()
            case "killed":
                return Killed(self.point)
            case "storm":
                return RateLimited(retry_after=4.0)
            case "down":
                return PlatformUnavailable(status="503")
        return NetworkFailure(reason="reset")


def _kinds(point: str) -> st.SearchStrategy[str]:
    harmless = ["storm", "down", "reset"] if point in NOTHING_DONE else []
    return st.sampled_from(["killed", *harmless, *([] if point == "look_up" else ["lost"])])


faults = st.sampled_from(POINTS).flatmap(
    lambda point: st.builds(Fault, st.just(point), _kinds(point), st.integers(0, 2))
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, list[Fault], list[tuple[int, bool]], int]:
    """Sales to make, faults of the shop, power cuts at our own n-th write, and the shop's lag in seconds."""
    cuts = st.tuples(st.integers(0, 40), st.booleans())
    return (
        draw(st.integers(1, 3)),
        draw(st.lists(faults, max_size=6)),
        draw(st.lists(cuts, max_size=3)),
        draw(st.sampled_from([0, 5, 45])),
    )


def _arm(shop: MemoryShop, plan: list[Fault]) -> None:
    for each in plan:
        shop.fail(each.point, *[None] * each.spared, each.error())


async def _live_through(folder: Path, plan: tuple[int, list[Fault], list[tuple[int, bool]], int]) -> None:
    sales, shop_faults, cuts, lag = plan
    clock = VirtualClock()
    async with open_storage(copy_template(folder), clock, keyring_path=folder / "keyring") as storage:
        office = BackOffice(storage, clock)
        shop = await office.connect()
        shop.lag = timedelta(seconds=lag)
        _arm(shop, shop_faults)
        receipts = [str(1001 + at) for at in range(sales)]
        await office.orders.add([record(each) for each in receipts], TILL)
        await office.orders.add([record("2001", lines=[line(quantity="-1", return_of="1001")])], TILL)
        for calls, after in cuts:
            office.fuse.set(calls, after=after)
            await office.work()
        office.fuse.set(None)
        while not await office.work():
            event("power cut by the shop's own fault")
        await _judge(office, shop, receipts)


async def _judge(office: BackOffice, shop: MemoryShop, receipts: list[str]) -> None:
    for each in receipts:
        sale = await office.orders.show(each)
        assert len(shop.numbered(sale.reference)) == 1
        assert sale.status is OrderStatus.SYNCED
    assert len(shop.orders) == len(receipts)
    assert len(shop.refunds) == 1
    assert (await office.orders.show("2001")).status is OrderStatus.SYNCED


def _run(plan: tuple[int, list[Fault], list[tuple[int, bool]], int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_live_through(Path(folder), plan))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_each_sale_arrives_exactly_once(plan: tuple[int, list[Fault], list[tuple[int, bool]], int]) -> None:
    _run(plan)


@pytest.mark.soak
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_each_sale_arrives_exactly_once_at_full_size(
    plan: tuple[int, list[Fault], list[tuple[int, bool]], int],
) -> None:
    _run(plan)


@pytest.mark.parametrize("after", [False, True])
async def test_a_power_cut_at_every_single_write_of_a_push(office: BackOffice, after: bool) -> None:
    """Ends with the first push that needs fewer calls than the fuse has: by then each of them was cut once."""
    shop = await office.connect()
    for calls in itertools.count():
        receipt = str(5000 + calls)
        await office.orders.add([record(receipt)], TILL)
        office.fuse.set(calls, after=after)
        whole = await office.work()
        office.fuse.set(None)
        await office.work()
        sale = await office.orders.show(receipt)
        assert sale.status is OrderStatus.SYNCED, calls
        assert len(shop.numbered(sale.reference)) == 1, calls
        if whole:
            break
    assert calls > 10, "a push makes more calls than that"
