"""Refunds of the pretended shop: goods and money going back, once per idempotency key."""

from __future__ import annotations

from decimal import Decimal

from .order_views import order_view, refund_view, totals
from .shop import Row, Shop


def create(shop: Shop, input: Row) -> Row:
    row = shop.orders.get(input["orderId"])
    if row is None:
        return _refused(["orderId"], "Order does not exist")
    if shop.switches.refuses_refunds:
        return _refused(["transactions"], "The payment has not been settled yet")
    if problem := _problem(row, input):
        return problem
    for part in input.get("refundLineItems") or ():
        _give_back(shop, row, part)
    payments = [_payment(shop, each) for each in input.get("transactions") or ()]
    row["payments"] += payments
    refund = {
        "id": shop.gid("Refund"), "note": input.get("note"), "createdAt": shop.stamp(),
        "payment_ids": [each["id"] for each in payments],
        "parts": [(each["lineItemId"], each["quantity"]) for each in input.get("refundLineItems") or ()],
    }  # fmt: skip
    row["refunds"].append(refund)
    row["updatedAt"] = shop.stamp()
    if input.get("notify") and row["email"]:
        shop.mail(row["email"], f"Refund for order {row['name']}")
    shop.tell("REFUNDS_CREATE", (row["id"], refund["id"]))
    shop.tell("ORDERS_UPDATED", row["id"])
    return {"refund": refund_view(row, refund), "order": order_view(shop, row), "userErrors": []}


def _problem(row: Row, input: Row) -> Row | None:
    lines = {line["id"]: line for line in row["lines"]}
    for part in input.get("refundLineItems") or ():
        line = lines.get(part["lineItemId"])
        if line is None:
            return _refused(["refundLineItems", "lineItemId"], "Line item does not exist")
        if part["quantity"] > line["quantity"] - line["returned"]:
            return _refused(["refundLineItems", "quantity"], "Quantity cannot refund more items than were purchased")
        if part.get("restockType") in ("RETURN", "CANCEL") and not part.get("locationId"):
            return _refused(["refundLineItems", "locationId"], "Location must be given when restocking")
    sums = totals(row)
    asked = sum((Decimal(str(each["amount"])) for each in input.get("transactions") or ()), Decimal(0))
    if asked > sums["paid"] - sums["back"]:
        return _refused(["transactions"], "Amount must be less than or equal to the amount received")
    return None


def _give_back(shop: Shop, row: Row, part: Row) -> None:
    line = next(each for each in row["lines"] if each["id"] == part["lineItemId"])
    line["returned"] += part["quantity"]
    variant = shop.variants.get(line["variant_id"] or "")
    if variant and variant["tracked"] and part.get("restockType") in ("RETURN", "CANCEL"):
        shop.move_stock(variant["item_id"], part["locationId"], part["quantity"])


def _payment(shop: Shop, given: Row) -> Row:
    return {
        "id": shop.gid("OrderTransaction"), "kind": given["kind"], "status": "SUCCESS", "gateway": given["gateway"],
        "processedAt": shop.stamp(), "amount": Decimal(str(given["amount"])), "parent": given.get("parentId"),
    }  # fmt: skip


def _refused(path: list[str], words: str) -> Row:
    return {"refund": None, "order": None, "userErrors": [{"field": path, "message": words}]}
