"""A shop's stock behind the contract's inventory service: remembers keys, compares, loses answers on cue."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tillbridge.domain.catalog import Listing
from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.stock import StockChange, StockLevel, StockOutcome


@dataclass
class StockShop:
    """``levels`` by inventory id. ``lose`` holds failures raised after a write took effect.

    ``compares``: a write is refused when the number moved; else it is written whatever was expected. ``remembers``: a
    key is answered from memory, and refused with other input.
    """

    clock: Clock
    levels: dict[str, Decimal | None] = field(default_factory=dict)
    before: deque[BaseException] = field(default_factory=deque)
    lose: deque[BaseException] = field(default_factory=deque)
    writes: int = 0
    compares: bool = True
    remembers: bool = True
    sold_meanwhile: deque[Decimal] = field(default_factory=deque)
    """What an online shopper takes between our reading and our writing, once each."""
    known: dict[str, tuple[tuple[StockChange, ...], tuple[StockOutcome, ...]]] = field(default_factory=dict)

    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]:
        now = self.clock.now()
        ids = [each.inventory_id for each in listings if each.inventory_id in self.levels]
        return tuple(StockLevel(each, location_id, self.levels[each], now) for each in ids)

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        if self.before:
            raise self.before.popleft()
        if self.sold_meanwhile:
            for each in changes:
                self.levels[each.inventory_id] = (self.levels[each.inventory_id] or 0) - self.sold_meanwhile.popleft()
        done = self._remembered(tuple(changes), idempotency_key)
        if self.lose:
            raise self.lose.popleft()
        return done

    def _remembered(self, changes: tuple[StockChange, ...], key: str) -> tuple[StockOutcome, ...]:
        if self.remembers and key in self.known:
            asked, answer = self.known[key]
            if asked != changes:
                raise PlatformRefused(field="idempotency key", code="MISMATCH", reason="known with other input")
            return answer
        done = tuple(self._set(each) for each in changes)
        self.known[key] = (changes, done)
        return done

    def _set(self, change: StockChange) -> StockOutcome:
        found = self.levels[change.inventory_id]
        if self.compares and change.expected is not None and found != change.expected:
            return StockOutcome(change.inventory_id, change.location_id, applied=False, found=found)
        self.levels[change.inventory_id] = change.quantity
        self.writes += 1
        return StockOutcome(change.inventory_id, change.location_id, applied=True)

    async def adjust(self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str) -> StockOutcome:
        raise AssertionError("the worker writes absolute levels only")
