"""The matrix of harm: every fault in every phase of a sale's way to its stores, each cell one sale.

A round arms the same cell at all stores at once and sends one sale to all of them; counts are kept per platform.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import asyncpg

from tests.faults.stage import Stage
from tests.faults.storm import EITHER, FAULTS
from tests.support.records import sale
from tillbridge.domain.orders import OrderStatus
from tillbridge.training.faults import PHASES


class When(StrEnum):
    """The phases of a sale's way."""

    BEFORE_SEND = "before send"
    AFTER_COMMIT = "after commit"
    BETWEEN = "between steps"
    SETTLING = "settling"
    RENEWING = "renewing"


KILL, LATE, LOCKED = "killed", "killed_on_the_way", "database_locked"
"""The worker taken away without a word, before its request arrives or long before; a database somebody else holds."""
OURS = (KILL, LATE, LOCKED)
ALL = (*FAULTS, *OURS)
TOTAL = Decimal("22.41")
_MEASUREMENTS = 6
_CODE = {"type": "percentage", "value": "10", "code": "HARBOUR10", "title": "HARBOUR10"}


@dataclass(frozen=True, slots=True)
class Way:
    """How many requests a sale takes at a store when all goes well, and which of them places the order, from 1."""

    steps: int
    create: int


@dataclass(frozen=True, slots=True)
class Round:
    """One cell at all stores. ``step`` from 0: the request before the send, or after the create, that is struck."""

    fault: str
    when: When
    phase: str
    step: int = 0

    def struck(self, way: Way) -> int | None:
        """The number of the request to strike at a store; None when its way has no such request."""
        match self.when:
            case When.BEFORE_SEND:
                last = way.create if self.phase == "before" else way.create - 1
                return last - self.step if last - self.step > 0 else None
            case When.AFTER_COMMIT:
                return way.create
            case When.BETWEEN:
                at = way.create + 1 + self.step
                return at if at <= way.steps else None
            case When.SETTLING:
                return way.steps
        return 2


def phases_of(fault: str) -> Sequence[str]:
    """Before or after the store did what it was asked; of ours: at which side of a request it happens."""
    if fault in (*EITHER, KILL):
        return ("before", "after")
    return (PHASES.get(fault, "before"),)


@dataclass
class Matrix:
    """Counts by platform, fault and phase of the way; ``declared`` says why a cell cannot be."""

    stage: Stage
    ways: dict[str, Way] = field(default_factory=dict)
    counts: Counter[tuple[str, str, When]] = field(default_factory=Counter)
    sales: int = 0

    async def measure(self) -> None:
        """Send sales on a good day and count their requests, until two in a row take the same: the first ask more."""
        for _ in range(_MEASUREMENTS):
            before, self.ways = self.ways, await self._measured()
            if self.ways == before:
                return
        raise AssertionError(f"no two sales took the same requests: {before}, then {self.ways}")

    async def _measured(self) -> dict[str, Way]:
        for platform in self.stage.stores:
            door = self.stage.door(platform)
            assert door.places_order, f"the simulator of {platform} does not say which call places an order"
            door.forget_faults()
            door.post("faults", {"fault": "slow", "seconds": 0, "match": door.places_order})
        await self.sell()
        await self.stage.services.work()
        told = {each: self.stage.door(each).get("faults") for each in self.stage.stores}
        return {each: Way(seen["seen"], seen["faults"][0]["at"]) for each, seen in told.items()}

    async def sell(self) -> str:
        """A sale with a code, to all stores; its reference."""
        self.sales += 1
        name = f"M{id(self) % 10_000}-{self.sales}"
        paid = {"totals": {"total": str(TOTAL)}, "tenders": [{"kind": "card", "amount": str(TOTAL)}]}
        [reference] = await self.stage.take_in({**sale(name), **paid, "discounts": [_CODE]})
        return reference

    def declared(self, platform: str, fault: str, when: When) -> str:
        """Why a cell cannot be; empty when it must be filled."""
        way, before = self.ways[platform], "before" in phases_of(fault)
        if when is When.RENEWING and not self.renews(platform):
            return "its keys do not end"
        if fault == "expired_token" and not self.renews(platform):
            return "its keys do not end"
        if when is When.RENEWING and fault == "expired_token":
            return "it is what makes a renewal"
        if when is When.SETTLING and fault not in (KILL, LOCKED):
            return "nothing goes over the line"
        if when is When.AFTER_COMMIT and "after" not in phases_of(fault):
            return "it strikes before the store acts"
        if when is When.BEFORE_SEND and not before and way.create == 1:
            return "nothing is asked before the send"
        if when is When.BETWEEN and way.create == way.steps:
            return "the create is the last request"
        return ""

    def renews(self, platform: str) -> bool:
        return self.stage.ground.registry.platform(platform).renew is not None

    def empty(self, faults: Sequence[str] = ALL) -> list[str]:
        """Cells nothing struck, though they can be."""
        return [
            f"{platform}: {fault} {when}"
            for platform in self.ways
            for fault in faults
            for when in When
            if not self.counts[platform, fault, when] and not self.declared(platform, fault, when)
        ]

    def told(self, faults: Sequence[str] = ALL) -> str:
        """The table, a line per platform and fault; a dash is a cell that cannot be."""
        lines = [f"  {'':34}" + "  ".join(when.value for when in When)]
        for platform, way in self.ways.items():
            lines.append(f"  {platform}: {way.steps} requests, the order is placed by number {way.create}")
            for fault in faults:
                row = [
                    "–" if self.declared(platform, fault, when) else str(self.counts[platform, fault, when])
                    for when in When
                ]
                lines.append(
                    f"    {fault:32}" + "  ".join(f"{each:>{len(when)}}" for each, when in zip(row, When, strict=True))
                )
        return "\n".join(lines)

    def meant(self, cell: Round) -> dict[str, int]:
        """The number of the request to strike by platform, wherever the cell can be."""
        found = {platform: cell.struck(way) for platform, way in self.ways.items()}
        return {
            platform: at
            for platform, at in found.items()
            if at is not None and not self.declared(platform, cell.fault, cell.when)
        }

    def arm(self, cell: Round) -> dict[str, int]:
        """Arm a cell wherever it can be; as ``meant``."""
        meant = self.meant(cell)
        for platform in self.ways:
            self.stage.door(platform).forget_faults()
        for platform, at in meant.items():
            if cell.when is When.RENEWING:
                self.stage.door(platform).arm("expired_token")
            # the request a token ends on is not seen by the faults behind it
            skip = 0 if cell.when is When.RENEWING else at - 1
            self.stage.door(platform).post("faults", {**_armed(cell), "skip": skip})
        return meant

    def struck(self, meant: dict[str, int]) -> list[str]:
        """The platforms whose fault has struck."""
        found = []
        for platform in meant:
            if self.stage.door(platform).get("faults")["faults"][-1]["fired"]:
                found.append(platform)
        return found

    def note(self, cell: Round, platforms: Sequence[str]) -> None:
        for each in platforms:
            self.counts[each, cell.fault, cell.when] += 1

    async def wrongs(self, cell: Round, reference: str) -> list[str]:
        """What a round left behind that must not be."""
        view = await self.stage.services.orders.show(reference)
        found = []
        for platform, store in self.stage.stores.items():
            orders = await asyncio.to_thread(self.stage.door(platform).orders, reference)
            at = view.connections[store]
            what = f"{cell.fault} {cell.phase} {cell.when.value} {cell.step} at {platform} {self.ways[platform]}:"
            if [Decimal(each["total"]) for each in orders] != [TOTAL]:
                found.append(f"{what} the store has {[each['total'] for each in orders]}")
            if at.status is not OrderStatus.SYNCED or at.total is None or at.total.amount != TOTAL:
                found.append(f"{what} the till says {at.status.value} {at.total} {at.reason}")
        return found


def _armed(cell: Round) -> dict[str, object]:
    if cell.fault == KILL and cell.when is not When.SETTLING:
        # a request that hangs: never done, or done and not answered, when its sender dies
        return {"fault": f"timeout_{cell.phase}_commit", "times": 1}
    if cell.fault in OURS:
        # for LATE less than any store's look-up waits: what arrives later than that is its stated residual risk
        return {"fault": "slow", "times": 1, "seconds": 15.0}
    times = 5 if cell.fault == "storm_429" else 1
    return {"fault": cell.fault, "times": times, "phase": cell.phase, "seconds": 10.0}


def all_rounds(ways: Sequence[Way]) -> list[Round]:
    """Every fault at every request of the longest way."""
    deepest = max(way.steps for way in ways)
    rounds = []
    for fault in ALL:
        for phase in phases_of(fault):
            rounds += [Round(fault, When.BEFORE_SEND, phase, step) for step in range(deepest)]
            if phase == "after":
                rounds.append(Round(fault, When.AFTER_COMMIT, phase))
            rounds += [Round(fault, When.BETWEEN, phase, step) for step in range(deepest)]
            if fault != "expired_token":
                rounds.append(Round(fault, When.RENEWING, phase))
        if fault in (KILL, LOCKED):
            rounds.append(Round(fault, When.SETTLING, "before"))
    return [each for each in rounds if any(each.struck(way) is not None for way in ways)]


def some_rounds(ways: Sequence[Way], draw: random.Random) -> list[Round]:
    """A few of them: one fault of the line in each phase, a killed worker, and both troubles while settling."""
    every = all_rounds(ways)
    line = [each for each in every if each.fault not in OURS]
    killed = [each for each in every if each.fault in (KILL, LATE) and each.when not in (When.SETTLING, When.RENEWING)]
    chosen = [
        draw.choice([each for each in line if each.when is when])
        for when in (When.BEFORE_SEND, When.AFTER_COMMIT, When.BETWEEN, When.RENEWING)
    ]
    return [*chosen, draw.choice(killed), *(each for each in every if each.when is When.SETTLING)]


@asynccontextmanager
async def database_held(stage: Stage) -> AsyncIterator[None]:
    """Somebody else writes and does not come to an end."""
    address = stage.ground.settings.database
    if address.startswith("postgresql"):
        connection = await asyncpg.connect(address)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE job, budget IN EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()
        return
    other = sqlite3.connect(address, isolation_level=None, timeout=30, check_same_thread=False)
    try:
        # in a thread: who writes now needs this loop to come to an end
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()
