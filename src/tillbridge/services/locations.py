"""Our locations and the places of the stores they stand for; stock is pushed to the place a location is mapped to.

The command line calls LocationsService.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import InvalidInput, NotFound, UnknownConnection
from tillbridge.domain.stock import ExternalLocation
from tillbridge.messages import text
from tillbridge.net.gate import interactive
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.storage import Storage

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class LocationView:
    """A location of ours; ``places`` are ids of the stores' places by connection name."""

    name: str
    places: Mapping[str, str]


class LocationsService:
    def __init__(self, storage: Storage, registry: PlatformServiceRegistry, clock: Clock) -> None:
        self._storage, self._registry, self._clock = storage, registry, clock

    async def list(self) -> tuple[LocationView, ...]:
        """All our locations, by name."""
        connections = await self._storage.connections.all()
        maps = {each.name: await self._storage.connections.location_map(each.id) for each in connections}
        return tuple(
            LocationView(each.name, {name: known[each.name] for name, known in maps.items() if each.name in known})
            for each in await self._storage.shop.locations()
        )

    async def places(self, name: str) -> tuple[ExternalLocation, ...]:
        """The places a store keeps stock at, asked of the store; none when it knows only one."""
        return await self._places(await self._connection(name))

    async def add(self, location: str, actor: Actor) -> None:
        """A location of ours, before a till stands there. One that is known is no change."""
        name = location.strip()
        if not 0 < len(name) <= _LONGEST:
            raise InvalidInput(field="location", reason=text("shop.location_length", most=_LONGEST))
        async with self._storage.transaction():
            await self._storage.shop.add_location(name)
            await self._audit(actor, "shop.audit.location_added", {"location": name}, name)

    async def map(self, name: str, location: str, external_id: str, actor: Actor) -> None:
        """Stock of a location of ours goes to that place of the store.

        Raises NotFound for a location nobody knows, InvalidInput naming the store's places for one it does not have.
        """
        connection = await self._connection(name)
        if location not in {each.name for each in await self._storage.shop.locations()}:
            raise NotFound(what="location", name=location)
        places = {each.external_id: each.name for each in await self._places(connection)}
        if external_id not in places:
            known = ", ".join(f"{id_} ({title})" for id_, title in places.items()) or "–"
            raise InvalidInput(field="place", reason=text("shop.no_place", connection=connection.name, known=known))
        facts = {"location": location, "connection": connection.name, "place": places[external_id]}
        async with self._storage.transaction():
            await self._storage.connections.map_location(connection.id, location, external_id)
            await self._audit(actor, "shop.audit.location_mapped", facts, connection.name)

    async def _places(self, connection: Connection) -> tuple[ExternalLocation, ...]:
        with interactive():
            return await (await self._registry.get_shop_service(connection)).locations()

    async def _connection(self, name: str) -> Connection:
        found = await self._storage.connections.by_name(name)
        if found is None:
            raise UnknownConnection(name=name)
        return found

    async def _audit(self, actor: Actor, message_id: str, facts: Mapping[str, str], subject: str) -> None:
        await self._storage.audit.add(AuditEntry(self._clock.now(), actor, message_id, dict(facts), subject))
