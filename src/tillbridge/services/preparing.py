"""Preparing a connection: the platform's steps done in order, and the moment it becomes ready to record sales.

services.connections calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection, ConnectionState, Route, RouteKind
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.events import ConnectionChanged, Event
from tillbridge.domain.specs import PlatformSpec
from tillbridge.messages import text
from tillbridge.net.gate import interactive
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.readiness import StepView, state_of
from tillbridge.storage import Storage

_SETTLED = frozenset({ConnectionState.NEW, ConnectionState.CONNECTED, ConnectionState.READY})
_HAVE_BEEN_READY = frozenset({ConnectionState.READY, ConnectionState.NEEDS_REAUTHENTICATION, ConnectionState.LOCKED})


class Preparation:
    """``publish`` hears of each change after it is committed."""

    def __init__(
        self, storage: Storage, registry: PlatformServiceRegistry, clock: Clock, publish: Callable[[Event], None]
    ) -> None:
        self._storage, self._registry, self._clock, self._publish = storage, registry, clock, publish

    async def look(self, connection: Connection) -> tuple[StepView, ...]:
        """Where each step stands; changes nothing."""
        steps = self._registry.spec(connection.platform).preparation
        with interactive():
            shop = await self._registry.get_shop_service(connection)
            return tuple([StepView(each, await shop.check_step(each.name)) for each in steps])

    async def go_on(
        self, connection: Connection, actor: Actor, step: str | None, choice: str | None
    ) -> tuple[StepView, ...]:
        """Do one step, or all in order. Raises InvalidInput for a step the platform does not have."""
        steps = self._registry.spec(connection.platform).preparation
        known = [each.name for each in steps]
        if step is not None and step not in known:
            raise InvalidInput(field="step", reason=text("connections.unknown_step", known=", ".join(known)))
        done: list[StepView] = []
        with interactive():
            for each in steps:
                # asked anew for each, since a step leaves facts the next one builds on
                shop = await self._registry.get_shop_service(connection)
                wanted = step in (None, each.name)
                chosen = choice if step else None
                report = await (shop.do_step(each.name, chosen) if wanted else shop.check_step(each.name))
                done.append(StepView(each, report))
                connection = await self._keep(connection, done[-1])
        await self._settle(connection, actor)
        return tuple(done)

    async def _keep(self, connection: Connection, view: StepView) -> Connection:
        def change(now: Connection) -> Connection:
            others = tuple(each for each in now.prepared if each != view.step.name)
            prepared = others if view.open else (*others, view.step.name)
            return replace(now, prepared=prepared, facts={**now.facts, **view.report.facts})

        return await self._storage.connections.change(connection.id, change)

    async def _settle(self, connection: Connection, actor: Actor) -> None:
        """The first connection that becomes ready records all sales; later ones none until they are routed."""
        spec = self._registry.spec(connection.platform)
        async with self._storage.transaction():
            # those that become ready together take turns, so that one of them is the first
            await self._storage.shop.hold()
            before = await self._storage.connections.get(connection.id)
            others = [each for each in await self._storage.connections.all() if each.id != connection.id]
            alone = not any(each.state in _HAVE_BEEN_READY for each in others)
            now = await self._storage.connections.change(connection.id, lambda each: _settled(each, spec, alone=alone))
            if now.state is before.state:
                return
            verb = "ready" if now.state is ConnectionState.READY else "not_ready"
            facts = {"connection": now.name}
            entry = AuditEntry(self._clock.now(), actor, f"connections.audit.{verb}", facts, now.name)
            await self._storage.audit.add(entry)
        self._publish(ConnectionChanged(connection.id))


def _settled(now: Connection, spec: PlatformSpec, *, alone: bool) -> Connection:
    state = state_of(now, spec) if now.state in _SETTLED else now.state
    first = alone and state is ConnectionState.READY and state is not now.state
    route = Route(RouteKind.ALL) if first and now.route.kind is RouteKind.OFF else now.route
    return replace(now, state=state, route=route)
