"""Connections and their maps of locations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from tillbridge.domain.connections import BreakerState, Connection, ConnectionState, Route, RouteKind
from tillbridge.domain.errors import InvalidInput, UnknownConnection
from tillbridge.storage.changes import Changes
from tillbridge.storage.database import Database
from tillbridge.storage.documents import document, moment
from tillbridge.storage.schema import (
    BudgetRow,
    ConnectionLocationRow,
    ConnectionRow,
    CursorRow,
    LaneRow,
    ListingRow,
    ProductRow,
    RenewalRow,
    SecretRow,
    TokenRow,
)

_WITH_BREAKER = (
    "SELECT connection.*, budget.breaker, budget.breaker_until FROM connection "
    "LEFT JOIN budget ON budget.connection_id = connection.id"
)


class ConnectionRepository:
    def __init__(self, database: Database, changes: Changes) -> None:
        self._db, self._changes = database, changes

    async def add(self, connection: Connection) -> None:
        """Raises InvalidInput when the name is taken, whatever its case."""
        with _free_name(connection):
            async with self._db.transaction():
                await ConnectionRow.create(**_values(connection))
                await LaneRow.create(connection_id=connection.id, fence=0)
                await self._changes.note("connection", connection.id)

    async def change(self, connection_id: UUID, change: Callable[[Connection], Connection]) -> Connection:
        """Read, change and write the row while nobody else can; answers it as it is now.

        The row stays locked until the caller's transaction ends. An equal one is not written. ``change`` must not wait.
        Raises UnknownConnection, and InvalidInput as ``add`` does.
        """
        async with self._db.transaction():
            if not self._db.is_sqlite:
                await self._db.rows("SELECT id FROM connection WHERE id = ? FOR UPDATE", connection_id)
            before = await self.get(connection_id)
            after = change(before)
            if after != before:
                await self.save(after)
        return after

    async def save(self, connection: Connection) -> None:
        """The whole row, for one that nobody else can have changed; breaker numbers belong to the budget.

        Raises InvalidInput as ``add`` does.
        """
        values = _values(connection)
        with _free_name(connection):
            async with self._db.transaction():
                await ConnectionRow.filter(id=values.pop("id")).update(**values)
                await self._changes.note("connection", connection.id)

    async def get(self, connection_id: UUID) -> Connection:
        rows = await self._db.rows(f"{_WITH_BREAKER} WHERE connection.id = ?", connection_id)
        if not rows:
            raise UnknownConnection(name=connection_id)
        return _connection(rows[0])

    async def by_name(self, name: str) -> Connection | None:
        row = await ConnectionRow.get_or_none(folded_name=name.casefold())
        return None if row is None else await self.get(row.id)

    async def by_platform(self, slug: str) -> tuple[Connection, ...]:
        return tuple(each for each in await self.all() if each.platform == slug)

    async def all(self) -> tuple[Connection, ...]:
        """In the order they were made."""
        return tuple(_connection(row) for row in await self._db.rows(f"{_WITH_BREAKER} ORDER BY connection.id"))

    async def remove(self, connection_id: UUID) -> None:
        """The connection with its secrets, tokens and listings. Sales and their deliveries stay."""
        async with self._db.transaction():
            for model in (SecretRow, TokenRow, RenewalRow, LaneRow, BudgetRow, CursorRow, ListingRow, ProductRow):
                await model.filter(connection_id=connection_id).delete()
            await ConnectionLocationRow.filter(connection_id=connection_id).delete()
            await ConnectionRow.filter(id=connection_id).delete()
            await self._changes.note("connection", connection_id)

    async def location_map(self, connection_id: UUID) -> Mapping[str, str]:
        """Our location's name to their id."""
        rows = await ConnectionLocationRow.filter(connection_id=connection_id)
        return {row.location: row.external_id for row in rows}

    async def map_location(self, connection_id: UUID, location: str, external_id: str) -> None:
        await ConnectionLocationRow.update_or_create(
            connection_id=connection_id, location=location, defaults={"external_id": external_id}
        )


@contextmanager
def _free_name(connection: Connection) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise InvalidInput(field="name", reason=f"{connection.name} is already taken") from None


def _values(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id, "name": connection.name, "folded_name": connection.name.casefold(),
        "platform": connection.platform, "setup": connection.setup, "settings": dict(connection.settings),
        "facts": dict(connection.facts), "base_url": connection.base_url, "ca_file": connection.ca_file,
        "insecure_http": connection.insecure_http, "currency": connection.currency, "zone": connection.zone,
        "state": connection.state.value, "prepared": list(connection.prepared),
        "route_kind": connection.route.kind.value, "route_names": list(connection.route.names),
        "paused": connection.paused, "created_at": connection.created_at, "tested_at": connection.tested_at,
    }  # fmt: skip


def _connection(row: Mapping[str, Any]) -> Connection:
    """A raw row: on SQLite times and documents are text, truths numbers. Without a budget nothing has failed yet."""
    return Connection(
        id=UUID(str(row["id"])), name=row["name"], platform=row["platform"], setup=row["setup"],
        settings=document(row["settings"]), facts=document(row["facts"]), base_url=row["base_url"],
        ca_file=row["ca_file"], insecure_http=bool(row["insecure_http"]), currency=row["currency"], zone=row["zone"],
        state=ConnectionState(row["state"]), prepared=tuple(document(row["prepared"])),
        route=Route(RouteKind(row["route_kind"]), tuple(document(row["route_names"]))), paused=bool(row["paused"]),
        breaker=BreakerState(row["breaker"] or BreakerState.CLOSED), breaker_until=_maybe(row["breaker_until"]),
        created_at=moment(row["created_at"]), tested_at=_maybe(row["tested_at"]),
    )  # fmt: skip


def _maybe(value: Any) -> datetime | None:
    return moment(value) if value else None
