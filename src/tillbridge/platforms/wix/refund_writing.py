"""A refund as the body Wix books it from: lines by their own ids, money by the payments it came in with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tillbridge.domain.errors import PlatformRefused
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Order, Refund, RefundLine
from tillbridge.platforms.wix import wire_orders
from tillbridge.platforms.wix.order_writing import amount, as_goods, line_id, sent_pieces

_LONGEST_REASON = 200
_FAILED = "FAILED"


def refund_body(
    node: wire_orders.Order, booked: wire_orders.Transactions, order: Order, refund: Refund
) -> dict[str, Any]:
    """The body of ``refund-payments``. Raises PlatformRefused for a line the order lacks, or more than is left."""
    known = {each.id for each in node.lineItems}
    lines = {each.id: each for each in order.lines}
    for each in refund.lines:
        if each.line_id not in lines or line_id(order.reference, each.line_id) not in known:
            reason = f"the shop's order has no line {each.line_id}"
            raise PlatformRefused(field="lines", code="unknown_line", reason=reason)
    whole = [_row(each, order) for each in refund.lines]
    back = [_row(each, order) for each in refund.lines if each.restock and as_goods(lines[each.line_id])]
    body: dict[str, Any] = {
        "orderId": node.id,
        "paymentRefunds": _parts(booked, refund.amount),
        "sideEffects": {"notifications": {"sendCustomerEmail": False}},
        # the reference comes first, so that cutting the reason never cuts it
        "customerReason": f"{refund.reference} {refund.reason}".strip()[:_LONGEST_REASON],
    }
    if named := [each for each in whole if each is not None]:
        body["refundItems"] = {"lineItems": named}
    if restocked := [each for each in back if each is not None]:
        body["sideEffects"]["restock"] = {"lineItems": restocked}
    return body


def _row(asked: RefundLine, order: Order) -> Mapping[str, Any] | None:
    """A line and its pieces; None for a part of what was weighed, which can go back as money only."""
    line = next(each for each in order.lines if each.id == asked.line_id)
    pieces = sent_pieces(line) if asked.quantity == line.quantity else asked.quantity
    if pieces % 1 or (sent_pieces(line) != line.quantity and asked.quantity != line.quantity):
        return None
    return {"lineItemId": line_id(order.reference, line.id), "quantity": int(pieces)}


def _parts(booked: wire_orders.Transactions, wanted: Money) -> list[dict[str, Any]]:
    """The payments the money is taken back from, oldest first, each at most what is left of it."""
    parts: list[dict[str, Any]] = []
    due = wanted
    for payment in booked.payments:
        left = Money(payment.booked, wanted.currency) - _given_back(booked, payment.id, wanted.currency)
        part = min(left, due)
        if payment.approved and part.minor > 0:
            parts.append({"paymentId": payment.id, "amount": amount(part), "externalRefund": True})
            due = due - part
    if due.minor > 0:
        reason = f"only {wanted - due} is left of the payments Wix has for this order, and {wanted} was given back"
        raise PlatformRefused(field="amount", code="more_than_paid", reason=reason)
    return parts


def _given_back(booked: wire_orders.Transactions, payment_id: str, currency: str) -> Money:
    taken = Money.zero(currency)
    for refund in booked.refunds:
        for part in refund.transactions:
            if part.paymentId == payment_id and part.refundStatus != _FAILED:
                taken += Money(part.amount.amount, currency)
    return taken
