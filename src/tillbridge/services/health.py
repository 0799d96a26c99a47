"""Is everything as it should be? Each check says what it found and what to do. ``doctor`` and Home call it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from tillbridge.domain.connections import BreakerState, Connection, ConnectionState
from tillbridge.domain.errors import TillbridgeError, UnknownPlatform
from tillbridge.domain.specs import PlatformSpec
from tillbridge.messages import text
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.locked import lock_out
from tillbridge.services.readiness import state_of
from tillbridge.storage import Storage

_LOW_DISK = 200 * 1024 * 1024
_SKEW = 120.0


class Verdict(StrEnum):
    """WELL needs nothing, WATCH soon, ILL now."""

    WELL = "well"
    WATCH = "watch"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Check:
    """``words`` say what was found; ``next_step`` what to do, empty when all is well."""

    name: str
    verdict: Verdict
    words: str
    next_step: str = ""


class HealthService:
    """``skews`` tells by how many seconds platforms' clocks differ from ours, where they answered lately."""

    def __init__(
        self,
        storage: Storage,
        registry: PlatformServiceRegistry,
        folder: Path,
        keyring: Path,
        skews: Callable[[], Mapping[UUID, float]],
    ) -> None:
        self._storage, self._registry, self._skews = storage, registry, skews
        self._folder, self._keyring = folder, keyring

    async def doctor(self, *, live: bool = False) -> tuple[Check, ...]:
        """All checks; ``live`` also asks each store who it is."""
        connections = await self._storage.connections.all()
        checks = [await self._database(), self._permissions(), self._disk(), await self._vault(connections)]
        for each in connections:
            checks.append(await self._connection(each, live=live))
        checks.append(self._clock())
        return tuple(checks)

    async def _database(self) -> Check:
        if not await self._storage.is_sound():
            words = text("health.damaged", place=self._storage.place)
            return Check("database", Verdict.ILL, words, text("health.damaged_step"))
        sales = await self._storage.sales.count()
        return Check("database", Verdict.WELL, text("health.database", place=self._storage.place, sales=sales))

    def _permissions(self) -> Check:
        loose = [path.name for path in (self._keyring, *self._folder.glob("*.db")) if _is_loose(path)]
        if loose:
            words = text("health.loose", files=", ".join(loose))
            return Check("permissions", Verdict.ILL, words, text("health.loose_step", files=" ".join(loose)))
        if not os.access(self._folder, os.W_OK):
            words = text("health.read_only", path=self._folder)
            return Check("permissions", Verdict.ILL, words, text("health.read_only_step"))
        return Check("permissions", Verdict.WELL, text("health.permissions"))

    def _disk(self) -> Check:
        free = shutil.disk_usage(self._folder).free
        words = text("health.disk", megabytes=free // 2**20)
        if free < _LOW_DISK:
            return Check("disk", Verdict.WATCH, words, text("health.disk_step"))
        return Check("disk", Verdict.WELL, words)

    async def _vault(self, connections: tuple[Connection, ...]) -> Check:
        unreadable = await self._storage.vault.unreadable()
        if unreadable:
            names = ", ".join(each.name for each in connections if each.id in unreadable)
            return Check("vault", Verdict.ILL, text("health.vault_locked", names=names), text("health.vault_step"))
        return Check("vault", Verdict.WELL, text("health.vault", keys=len(self._storage.vault.keys())))

    async def _connection(self, connection: Connection, *, live: bool) -> Check:
        name = f"connection {connection.name}"
        if live:
            try:
                shop = await self._registry.get_shop_service(connection)
                await shop.test()
            except TillbridgeError as error:
                card = error.card()
                return Check(name, Verdict.ILL, f"{card.title}: {card.explanation}", card.next_step)
        if connection.state is not ConnectionState.READY:
            words = text(f"health.connection.{connection.state.value}")
            return Check(name, Verdict.WATCH, words, text(f"health.connection_step.{connection.state.value}"))
        if connection.breaker is not BreakerState.CLOSED:
            return Check(name, Verdict.WATCH, text("health.breaker"), text("health.breaker_step"))
        if connection.paused:
            return Check(name, Verdict.WATCH, text("health.paused"), text("health.paused_step"))
        return Check(name, Verdict.WELL, text("health.connection.ready"))

    def _clock(self) -> Check:
        worst = max(self._skews().values(), key=abs, default=0.0)
        if abs(worst) > _SKEW:
            words = text("health.clock_off", seconds=round(abs(worst)))
            return Check("clock", Verdict.ILL, words, text("health.clock_step"))
        return Check("clock", Verdict.WELL, text("health.clock"))


def _is_loose(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


async def park_what_does_not_open(storage: Storage, spec_of: Callable[[str], PlatformSpec]) -> tuple[str, ...]:
    """At start: connections whose credentials do not open wait, all others go on. Answers their names.

    ``spec_of`` by slug: one that opens again is as ready as it was.
    """
    unreadable = set(await storage.vault.unreadable())
    names = []
    for each in await storage.connections.all():
        if each.id in unreadable:
            names.append(each.name)
            await lock_out(storage, each.id)
        elif each.state is ConnectionState.LOCKED:
            await storage.connections.change(each.id, lambda now: replace(now, state=_unlocked(now, spec_of)))
    return tuple(names)


def _unlocked(connection: Connection, spec_of: Callable[[str], PlatformSpec]) -> ConnectionState:
    try:
        return state_of(connection, spec_of(connection.platform))
    except UnknownPlatform:
        return ConnectionState.CONNECTED
