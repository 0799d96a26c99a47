"""Which connections record a sale. Pure; called by services.recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.orders import Order, OrderLine, OrderStatus, Origin
from tillbridge.sync.followers import RECORDING


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
    reason: str = ""


def plan(order: Order, connections: Sequence[Connection], named: Sequence[tuple[str, str]] = ()) -> Plan:
    """Decide a sale's way. ``named`` are (line id, connection name) of lines that name their connection.

    Raises InvalidInput for a name that no connection has. An online order never goes to another platform.
    """
    able = [each for each in connections if each.state in RECORDING]
    if order.origin is not Origin.POS:
        return Plan((), "orders.reason.online")
    wanted = _named_lines(named, {each.name: each for each in connections})
    elsewhere = {line for line, _ in named}
    rest = tuple(each.id for each in _placed(order) if each.id not in elsewhere)
    destinations = [_destination(order, each, lines) for each, lines in wanted]
    already = {each.connection.id for each in destinations}
    if rest:
        matching = [each for each in able if each.id not in already and each.route.matches(order.till, order.location)]
        destinations += [_destination(order, each, rest if wanted else ()) for each in matching]
    return Plan(tuple(destinations), "" if destinations else _reason(connections, able))


def _placed(order: Order) -> Sequence[OrderLine]:
    """Goods given back travel as refunds; a sale of nothing else still has a way, for what matches no earlier sale."""
    return [each for each in order.lines if each.quantity > 0] or order.lines


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
    if connection.state not in RECORDING:
        return Destination(connection, lines, OrderStatus.FAILED, "orders.not_ready", facts)
    return Destination(connection, lines)


def _reason(connections: Sequence[Connection], able: Sequence[Connection]) -> str:
    if not connections:
        return "orders.reason.no_connection"
    return "orders.reason.no_route" if able else "orders.reason.none_ready"
