"""An order's life after the cart: placed, paid, handed over, given back, cancelled, and what that does to stock."""

from __future__ import annotations

from . import promotions
from .collections import listed, ordered
from .http import ApiError, Call, Reply, context, invalid, not_found
from .order_views import adjustments, payment_view, staff_view, sums_of
from .reckoning import reckon
from .state import ADMIN, Row, Shop


def complete_checkout(shop: Shop, row: Row, notes: object) -> None:
    """The cart becomes an order: it holds its goods, counts its code and confirms itself by mail."""
    sums = reckon(shop, row)
    row |= {"sums": sums, "applied": [each["code"] for each in sums.applied], "notes": notes}
    row |= {"state": "new", "checkoutState": "completed", "completedAt": shop.now()}
    row["number"] = f"{shop.next_id('numbers'):09d}"
    row["paymentState"] = "awaiting_payment" if row["payments"] else "paid"
    row["shippingState"] = "ready" if row["shipments"] else "shipped"
    for payment in row["payments"]:
        payment |= {"state": "new", "updatedAt": shop.now()}
    for shipment in row["shipments"]:
        shipment["state"] = "ready"
    _move(shop, row, held=1)
    if not row["payments"]:
        _move(shop, row, held=-1, on_hand=-1)
    promotions.count_use(shop, row, sums.applied)
    _mail(shop, row, "Order confirmation")


def _move(shop: Shop, row: Row, *, held: int = 0, on_hand: int = 0) -> None:
    """Goods whose stock is not kept are passed over."""
    for item in row["items"]:
        variant = shop.variants[item["variant"]]
        if variant["tracked"]:
            variant["onHold"] += held * item["quantity"]
            variant["onHand"] += on_hand * item["quantity"]
            variant["updatedAt"] = shop.now()


def _mail(shop: Shop, row: Row, subject: str) -> None:
    if row["channel"] not in shop.switches.mails_off:
        shop.mail(shop.customers[row["customer"]]["email"], subject)


def order_list(call: Call) -> Reply:
    """Placed orders; carts are hidden, and filters nobody knows are not heard."""
    shop = call.shop
    rows = [each for each in shop.orders.values() if each["state"] != "cart"]
    if wanted := call.every("customer.id"):
        rows = [each for each in rows if str(each["customer"]) in wanted]
    if channel := call.first("channel.code"):
        rows = [each for each in rows if channel in each["channel"]]
    if currencies := call.every("currencyCode"):
        rows = [each for each in rows if each["currency"] in currencies]
    rows = _in_total(call, _in_time(call, rows))
    rows = ordered(call, rows, ("number",), default="id")
    return listed(call, "Order", rows, lambda row: staff_view(shop, row, single=False), "orders")


def _in_time(call: Call, rows: list[Row]) -> list[Row]:
    for name in ("after", "strictly_after", "before", "strictly_before"):
        text = call.first(f"checkoutCompletedAt[{name}]")
        if text is None:
            continue
        try:
            limit = call.shop.read(text)
        except ValueError:
            continue
        rows = [each for each in rows if _beside(each["completedAt"].timestamp(), limit.timestamp(), name)]
    return rows


def _in_total(call: Call, rows: list[Row]) -> list[Row]:
    names = {"gt": "strictly_after", "gte": "after", "lt": "strictly_before", "lte": "before"}
    for name, word in names.items():
        if (text := call.first(f"total[{name}]")) is not None:
            rows = [each for each in rows if _beside(sums_of(call.shop, each).total, float(text), word)]
    return rows


def _beside(value: float, limit: float, word: str) -> bool:
    match word:
        case "after":
            return value >= limit
        case "strictly_after":
            return value > limit
        case "before":
            return value <= limit
    return value < limit


def order_of(call: Call) -> Row:
    """The placed order of the path; a cart is hidden from staff."""
    row = call.shop.orders.get(call.words["token"])
    if row is None or row["state"] == "cart":
        raise not_found()
    return row


def order_read(call: Call) -> Reply:
    """One order as staff see it."""
    return Reply(context("Order", staff_view(call.shop, order_of(call))))


def order_payments(call: Call) -> Reply:
    """The payments of one order."""
    row = order_of(call)
    return listed(call, "Payment", row["payments"], lambda each: payment_view(call.shop, row, each))


def order_shipments(call: Call) -> Reply:
    """The shipments of one order."""
    row = order_of(call)

    def view(each: Row) -> Row:
        at = f"{ADMIN}/shipments/{each['id']}"
        return {
            "@id": at,
            "@type": "Shipment",
            "order": f"{ADMIN}/orders/{row['token']}",
            "id": each["id"],
            "state": each["state"],
            "method": f"{ADMIN}/shipping-methods/{each['method']}",
            "units": [],
            "tracking": each.get("tracking"),
            "shippedAt": call.shop.written(each.get("shippedAt")),
            "createdAt": call.shop.written(row["createdAt"]),
            "updatedAt": call.shop.written(row["completedAt"]),
        }

    return listed(call, "Shipment", row["shipments"], view)


def order_adjustments(call: Call) -> Reply:
    """What came on or off an order, by type where one is asked for."""
    wanted = call.first("type")
    rows = [each for each in adjustments(call.shop, order_of(call), ADMIN) if wanted in (None, each["type"])]
    return listed(call, "Adjustment", rows, lambda each: each)


def cancel(call: Call) -> Reply:
    """From new only. Goods come back: from hold when unpaid, on hand when they had been paid."""
    row, shop = order_of(call), call.shop
    if row["state"] != "new":
        raise ApiError(422, "Cannot cancel the order.")
    if row["paymentState"] in ("paid", "refunded"):
        _move(shop, row, on_hand=1)
    else:
        _move(shop, row, held=-1)
        row["paymentState"] = "cancelled"
    for payment in row["payments"]:
        if payment["state"] == "new":
            payment |= {"state": "cancelled", "updatedAt": shop.now()}
    row |= {"state": "cancelled", "shippingState": "cancelled"}
    promotions.count_use(shop, row, [shop.promotions[each] for each in row["applied"]], by=-1)
    return Reply(context("Order", staff_view(shop, row)))


def _payment(call: Call) -> tuple[Row, Row]:
    for row in call.shop.orders.values():
        for payment in row["payments"]:
            if str(payment["id"]) == call.words["id"] and row["state"] != "cart":
                return row, payment
    raise not_found()


def _demand_step(payment: Row, verb: str, allowed: str) -> None:
    if payment["state"] != allowed:
        raise ApiError(422, f'Transition "{verb}" cannot be applied on "{payment["state"]}" payment.')


def pay(call: Call) -> Reply:
    """Mark a payment as completed: the goods leave the shelf."""
    row, payment = _payment(call)
    _demand_step(payment, "complete", "new")
    payment |= {"state": "completed", "updatedAt": call.shop.now()}
    row["paymentState"] = "paid"
    _move(call.shop, row, held=-1, on_hand=-1)
    _fulfil(row)
    return Reply(context("Payment", payment_view(call.shop, row, payment)))


def refund(call: Call) -> Reply:
    """The whole payment, and a change of state only: no goods come back by it."""
    row, payment = _payment(call)
    _demand_step(payment, "refund", "completed")
    payment |= {"state": "refunded", "updatedAt": call.shop.now()}
    row["paymentState"] = "refunded"
    return Reply(context("Payment", payment_view(call.shop, row, payment)))


def payment_list(call: Call) -> Reply:
    """The payments of all orders."""
    shop = call.shop
    wanted = call.every("state")
    rows = [
        {**payment, "of": order}
        for order in shop.orders.values()
        if order["state"] != "cart"
        for payment in order["payments"]
        if not wanted or payment["state"] in wanted
    ]
    rows = ordered(call, rows, ("createdAt",), default="id")
    return listed(call, "Payment", rows, lambda row: payment_view(shop, row["of"], row), "payments")


def payment_read(call: Call) -> Reply:
    """One payment."""
    row, payment = _payment(call)
    return Reply(context("Payment", payment_view(call.shop, row, payment)))


def ship(call: Call) -> Reply:
    """Mark as handed over; the shopper is told by mail. The answer has no body."""
    for row in call.shop.orders.values():
        for shipment in row["shipments"]:
            if str(shipment["id"]) != call.words["id"] or row["state"] == "cart":
                continue
            if shipment["state"] != "ready":
                raise invalid(("", "You cannot ship a shipment that was shipped before."))
            shipment |= {"state": "shipped", "shippedAt": call.shop.now()}
            row["shippingState"] = "shipped"
            _fulfil(row)
            _mail(call.shop, row, "Shipment confirmation")
            return Reply(status=202)
    raise not_found()


def _fulfil(row: Row) -> None:
    if row["paymentState"] == "paid" and row["shippingState"] == "shipped":
        row["state"] = "fulfilled"


def resend(call: Call) -> Reply:
    """The confirmation once more, since somebody wants it."""
    _mail(call.shop, order_of(call), "Order confirmation")
    return Reply(status=202)
