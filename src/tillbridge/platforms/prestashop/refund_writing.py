"""A refund as the credit slip PrestaShop files, and its line in the order's note, by which it is found. Pure.

The shop checks nothing of a slip and gives it no room for a reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money, share
from tillbridge.domain.orders import Order, OrderLine, Refund
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.order_writing import article_of
from tillbridge.platforms.prestashop.xml_text import Links, Value

_BEGUN = re.compile(r"begun after slip (\d+)")
_SLIP = re.compile(r"slip (\d+)")


@dataclass(frozen=True, slots=True)
class Trace:
    """What the note says of a refund. ``after``: the newest slip before it."""

    after: int | None = None
    slip: int | None = None


def line_name(reference: str) -> str:
    """The name of a refund's line in the note."""
    return f"Refund {reference}"


def begun(after: int) -> str:
    return f"begun after slip {after}"


def booked(slip: int) -> str:
    return f"slip {slip}"


def trace_of(text: str) -> Trace:
    """What a line says; nothing for an empty one."""
    if match := _BEGUN.fullmatch(text):
        return Trace(after=int(match[1]))
    if match := _SLIP.fullmatch(text):
        return Trace(slip=int(match[1]))
    return Trace()


def slip_body(node: wire.Order, order: Order, refund: Refund) -> tuple[dict[str, Value], Links]:
    """The slip of ``POST /order_slip``. Raises PlatformRefused for a line the platform's order lacks."""
    found = [_find(each.line_id, node, order) for each in refund.lines]
    weights = [
        int(abs(line.gross.minor) * 1000 * each.quantity / abs(line.quantity))
        for each, (line, _) in zip(refund.lines, found, strict=True)
    ]
    amount = refund.amount
    parts = share(amount, weights) if any(weights) else tuple(Money.zero(amount.currency) for _ in found)
    nets = [_net(part, row) for part, (_, row) in zip(parts, found, strict=True)]
    whole_net = sum((each.amount for each in nets), Decimal(0)) if any(weights) else _net_of_all(node, amount).amount
    rows: list[Mapping[str, Value]] = [
        {
            "id_order_detail": row.id,
            "product_quantity": int(each.quantity),
            "amount_tax_excl": net.amount,
            "amount_tax_incl": part.amount,
        }
        for each, (_, row), part, net in zip(refund.lines, found, parts, nets, strict=True)
    ]
    values: dict[str, Value] = {
        "id_customer": node.id_customer,
        "id_order": node.id,
        "conversion_rate": 1,
        "total_products_tax_excl": whole_net,
        "total_products_tax_incl": amount.amount,
        "total_shipping_tax_excl": 0,
        "total_shipping_tax_incl": 0,
        "amount": amount.amount,
        "shipping_cost": 0,
        "shipping_cost_amount": 0,
        "partial": 1,
    }
    return values, ({"order_slip_details": ("order_slip_detail", rows)} if rows else {})


def _find(line_id: str, node: wire.Order, order: Order) -> tuple[OrderLine, wire.OrderRow]:
    line = next((each for each in order.lines if each.id == line_id), None)
    row = _row(node.associations.order_rows, line) if line else None
    if line is None or row is None:
        raise PlatformRefused(field="lines", code="unknown_line", reason=f"the shop's order has no line {line_id}")
    return line, row


def _row(rows: Sequence[wire.OrderRow], line: OrderLine) -> wire.OrderRow | None:
    """By article for our own pushes, by the row's id for orders that came from the shop."""
    if line.external_id:
        return next((each for each in rows if each.id == line.external_id), None)
    article = article_of(line)
    return next((each for each in rows if (each.product_id, each.product_attribute_id) == article), None)


def _net(gross: Money, row: wire.OrderRow) -> Money:
    if not row.unit_price_tax_incl:
        return gross
    return Money(gross.amount * row.unit_price_tax_excl / row.unit_price_tax_incl, gross.currency)


def _net_of_all(node: wire.Order, gross: Money) -> Money:
    """Money alone is split as the whole order is."""
    if not node.total_paid_tax_incl:
        return gross
    return Money(gross.amount * node.total_paid_tax_excl / node.total_paid_tax_incl, gross.currency)
