"""A refund as the variables of ``RefundCreate``, pure: which lines go back and which payments the money returns to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.platforms.reading import parse
from tillbridge.platforms.shopify import marks, wire
from tillbridge.platforms.shopify.reading import bag
from tillbridge.platforms.writing import is_whole

Json = dict[str, Any]


def refund_input(raw: Any, order: Order, refund: Refund, location_id: str) -> Json:
    """The ``RefundInput`` for an order as just read. Raises InvalidInput when it holds less money or fewer goods."""
    node = parse(wire.Order, raw, "$.order")
    lines = [part for line in refund.lines for part in _line_parts(node, order, line, location_id)]
    body: Json = {
        "orderId": node.id,
        "note": f"{refund.reference} {refund.reason}".strip(),
        "notify": False,
        "currency": order.currency,
        "refundLineItems": lines,
        "transactions": list(_transactions(node, refund.amount)),
    }
    # money alone, or money that is not the lines' own worth, is booked as a difference that must have a reason
    return body | {"discrepancyReason": "OTHER"}


def _line_parts(node: wire.Order, order: Order, line: RefundLine, location_id: str) -> Iterator[Json]:
    """A till's line may stand as two on Shopify, and weighed goods as one piece."""
    theirs = [each for each in node.lineItems.nodes if marks.read(each.customAttributes, marks.LINE) == line.line_id]
    if not theirs:
        raise InvalidInput(field="refund line", reason=f"the order on Shopify has no line {line.line_id}")
    left = _pieces(order, line)
    for each in theirs:
        count = min(left, each.refundableQuantity)
        if count:
            yield _line_item(each, count, line, location_id)
        left -= count
    if left:
        raise InvalidInput(field="refund line", reason=f"{theirs[0].title}: {left} more than can still go back")


def _pieces(order: Order, line: RefundLine) -> int:
    """Whole pieces; of weighed goods the one piece when all of it goes back, else money alone."""
    if is_whole(line.quantity):
        sold = next((each.quantity for each in order.lines if each.id == line.line_id), Decimal(0))
        if is_whole(sold):
            return int(line.quantity)
    whole = any(each.id == line.line_id and each.quantity == line.quantity for each in order.lines)
    return 1 if whole else 0


def _line_item(node: wire.OrderLine, count: int, line: RefundLine, location_id: str) -> Json:
    item: Json = {"lineItemId": node.id, "quantity": count}
    if line.restock and location_id and node.variant is not None:
        return item | {"restockType": "RETURN", "locationId": location_id}
    return item | {"restockType": "NO_RESTOCK"}


def _transactions(node: wire.Order, amount: Money) -> Iterator[Json]:
    """The money goes back to the payments it came from, the shop's own cash rounding last."""
    left = amount
    for payment in sorted(_payments(node), key=lambda each: (each.gateway or "") == marks.ROUNDING):
        part = min(left, _remaining(node, payment))
        if part.minor > 0:
            yield {
                "orderId": node.id, "parentId": payment.id, "kind": "REFUND",
                "gateway": payment.gateway or "", "amount": str(part.amount),
            }  # fmt: skip
            left -= part
    if left.minor > 0:
        raise InvalidInput(field="refund amount", reason=f"{left} more than was paid and not yet given back")


def _payments(node: wire.Order) -> list[wire.Transaction]:
    return [each for each in node.transactions if each.kind in ("SALE", "CAPTURE") and each.status == "SUCCESS"]


def _remaining(node: wire.Order, payment: wire.Transaction) -> Money:
    """What of a payment was not given back yet."""
    currency = node.currencyCode
    back = [
        bag(each.amountSet, "$.order.transactions", currency)
        for each in node.transactions
        if each.kind == "REFUND" and each.status == "SUCCESS"
        and each.parentTransaction is not None and each.parentTransaction.id == payment.id
    ]  # fmt: skip
    return bag(payment.amountSet, "$.order.transactions", currency) - sum(back, Money.zero(currency))
