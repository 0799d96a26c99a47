"""Which connections record a sale, and which only follow its stock. Pure; called by services.orders and the till."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.orders import Order, OrderStatus, Origin

_RECORDING = frozenset({ConnectionState.READY, ConnectionState.NEEDS_REAUTHENTICATION, ConnectionState.LOCKED})
"""A connection that was ready once keeps receiving: its jobs wait until it can work again."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A connection that records a sale. ``lines`` empty: all of them. ``reason`` set: it needs a person first."""

    connection: Connection
    lines: tuple[str, ...] = ()
    status: OrderStatus = OrderStatus.LOCAL
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a sale goes. ``reason`` says why it stays local when nobody records it."""

    destinations: tuple[Destination, ...]
    followers: tuple[Connection, ...]
    reason: str = ""

    @property
    def recorded_by(self) -> frozenset[UUID]:
        return frozenset(each.connection.id for each in self.destinations)


def plan(order: Order, connections: Sequence[Connection], named: Sequence[tuple[str, str]] = ()) -> Plan:
    """Decide a sale's way. ``named`` are (line id, connection name) of lines that name their connection.

    Raises InvalidInput for a name that no connection has. An online order never goes to another platform.
    """
    able = [each for each in connections if each.state in _RECORDING]
    if order.origin is not Origin.POS:
        return Plan((), tuple(able), "orders.reason.online")
    wanted = _named_lines(named, {each.name: each for each in connections})
    rest = tuple(each.id for each in order.lines if each.id not in {line for line, _ in named})
    destinations = [_destination(order, each, lines) for each, lines in wanted]
    already = {each.connection.id for each in destinations}
    if rest:
        matching = [each for each in able if each.id not in already and each.route.matches(order.till, order.location)]
        destinations += [_destination(order, each, rest if wanted else ()) for each in matching]
    taken = {each.connection.id for each in destinations}
    followers = tuple(each for each in able if each.id not in taken)
    return Plan(tuple(destinations), followers, "" if destinations else _reason(connections, able))


def _named_lines(
    named: Sequence[tuple[str, str]], by_name: Mapping[str, Connection]
) -> list[tuple[Connection, tuple[str, ...]]]:
    lines: dict[str, list[str]] = {}
    for line, name in named:
        if name not in by_name:
            known = ", ".join(sorted(by_name)) or "none"
            raise InvalidInput(field="connection", reason=f"there is no connection {name}; known: {known}")
        lines.setdefault(name, []).append(line)
    return [(by_name[name], tuple(ids)) for name, ids in sorted(lines.items())]


def _destination(order: Order, connection: Connection, lines: tuple[str, ...]) -> Destination:
    facts = {"connection": connection.name, "ours": order.currency, "theirs": connection.currency}
    if connection.currency != order.currency:
        return Destination(connection, lines, OrderStatus.FAILED, "orders.other_currency", facts)
    if connection.state not in _RECORDING:
        return Destination(connection, lines, OrderStatus.FAILED, "orders.not_ready", facts)
    return Destination(connection, lines)


def _reason(connections: Sequence[Connection], able: Sequence[Connection]) -> str:
    if not connections:
        return "orders.reason.no_connection"
    return "orders.reason.no_route" if able else "orders.reason.none_ready"
