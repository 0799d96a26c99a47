"""The training shop: simulators of all platforms, connected and stocked, and the lessons to practise on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, cast

from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.clock import Clock
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.catalog import CatalogService
from tillbridge.services.connections import ConnectionDraft, ConnectionsService
from tillbridge.training.kit import Simulator
from tillbridge.training.scenarios import LESSONS, Lesson, lesson

TEACHER = Actor(ActorKind.OPERATOR, "training")


def build_simulators(registry: PlatformServiceRegistry, clock: Clock, seed: int = 1) -> tuple[Simulator, ...]:
    """A pretended shop of each known platform that has one."""
    return tuple(_load(registry.platform(slug).simulator)(clock, seed) for slug in registry.slugs())


def _load(path: str) -> Callable[[Clock, int], Simulator]:
    module, _, name = path.partition(":")
    return cast(Any, getattr(import_module(module), name))  # type: ignore[no-any-return]


class TrainingService:
    def __init__(
        self,
        simulators: Sequence[Simulator],
        connections: ConnectionsService,
        catalog: CatalogService,
        titles: Sequence[str],
    ) -> None:
        self.simulators = tuple(simulators)
        self._connections, self._catalog, self._titles = connections, catalog, tuple(titles)

    async def enrol(self) -> None:
        """Connect every simulator that is not connected yet, prepare it and ask for its catalogue."""
        known = {each.connection.platform for each in await self._connections.list()}
        for simulator, title in zip(self.simulators, self._titles, strict=True):
            if simulator.name in known:
                continue
            name = f"{title} training"
            await self._connections.add(
                ConnectionDraft(simulator.name, name, simulator.credentials(), simulator.setup), TEACHER
            )
            for view in await self._connections.prepare(name, TEACHER):
                if view.open and view.report.choices:
                    await self._connections.prepare(name, TEACHER, view.step.name, view.report.choices[0][0])
            await self._catalog.pull(name)

    def lessons(self) -> tuple[Lesson, ...]:
        """What can be practised: each has a title, a task and what to watch."""
        return LESSONS

    def begin(self, name: str) -> Lesson:
        """Set a lesson up on every pretended shop. Raises LookupError for one that is not there."""
        chosen = lesson(name)
        for each in self.simulators:
            chosen.begin(each)
        return chosen
