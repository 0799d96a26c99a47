"""Views of the services as table rows, for all panels that show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.widgets.pill import content, custom, pill
from tillbridge.console.widgets.rows import Cell, Row
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.notifications import Notification
    from tillbridge.domain.tokens import TokenFacts
    from tillbridge.services.connections import ConnectionView
    from tillbridge.services.orders import SaleView

_TONES = {"info": ("●", "quiet"), "warning": ("▲", "warn"), "error": ("▲", "bad")}


def connection_pill(view: ConnectionView) -> Cell:
    """The state of a connection: paused before ready, and how far its preparation is."""
    connection = view.connection
    if connection.paused:
        return custom("‖", text("console.state.connection.paused"), "warn")
    if connection.state.value == "connected":
        return pill(
            connection.state, text("console.state.prepared_of", done=view.prepared_count, steps=view.step_count)
        )
    return pill(connection.state)


def connection_row(view: ConnectionView, titles: Mapping[str, str]) -> Row:
    connection = view.connection
    return Row(
        connection.name,
        (
            Cell(connection.name),
            connection_pill(view),
            Cell(titles.get(connection.platform, connection.platform), "quiet"),
            Cell(formats.count(view.waiting_jobs)),
            Cell(formats.count(view.failed_jobs), "bad" if view.failed_jobs else ""),
        ),
    )


def ready_line(view: ConnectionView) -> Content:
    """``Outlet  product, order, customer: ready``, or where the connection stands instead."""
    name = Content.styled(f"{view.connection.name}  ", "bold")
    if not view.ready_nouns:
        return Content.assemble(name, content(connection_pill(view)))
    nouns = ", ".join(text(f"console.noun.{each.value}") for each in view.ready_nouns)
    ready = Content.styled(text("console.readiness.ready"), "$tone-good")
    return Content.assemble(name, f"{nouns}: ", ready)


def notification_row(each: Notification, zone: str, now: datetime) -> Row:
    sign, tone = _TONES[each.severity.value]
    return Row(
        each.id,
        (
            custom(sign, text(each.message_id, **each.params), tone),
            Cell(f"{each.count} ×" if each.count > 1 else ""),
            Cell(formats.clock_time(each.last_at, zone, now), "quiet"),
        ),
    )


def sale_row(view: SaleView, zone: str, now: datetime) -> Row:
    """A sale with its overall status."""
    order = view.order
    return Row(
        order.id,
        (
            Cell(order.receipt),
            Cell(formats.clock_time(order.sold_at, zone, now), "quiet"),
            Cell(formats.money(order.totals.total)),
            pill(view.status),
        ),
    )


def token_row(each: TokenFacts, zone: str, now: datetime) -> Row:
    if not each.usable:
        life = custom("▲", text("console.left.unusable"), "bad")
    elif each.expires_at is None:
        life = custom("●", text("console.left.never"), "good")
    elif each.expires_at <= now:
        life = custom("▲", text("console.left.over"), "bad")
    else:
        life = custom("●", formats.left(each.expires_at, now), "good")
    renewal = formats.clock_time(each.renewed_at, zone, now) if each.renewed_at else text("console.tokens.not_yet")
    return Row(
        (each.connection, each.type),
        (
            Cell(each.connection),
            Cell(text(f"console.token.{each.type.value}")),
            life,
            Cell(formats.clock_time(each.issued_at, zone, now), "quiet"),
            Cell(
                renewal if each.renewable else text("console.tokens.not_renewable"), "" if each.renewable else "quiet"
            ),
            Cell(str(each.generation), "quiet"),
        ),
    )
