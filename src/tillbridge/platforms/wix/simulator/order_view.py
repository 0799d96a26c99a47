"""An order as Wix answers it, and as the ledger keeps it."""

from __future__ import annotations

from decimal import Decimal

from .speech import ZERO, Row, iso, money
from .state import Site, given_back, paid_so_far


def payment_status(site: Site, row: Row) -> str:
    """How far an order is paid; right after a payment the order may not know yet."""
    if row.get("stated_payment"):
        return str(row["stated_payment"])
    total, back = row["summary"]["total"], given_back(row)
    paid = sum((each["counted"] for each in row["payments"] if each["known"] <= site.now()), Decimal(0))
    if back and back >= paid:
        return "FULLY_REFUNDED"
    if back:
        return "PARTIALLY_REFUNDED"
    if paid >= total and (paid or not total):
        return "PAID" if paid else "NOT_PAID"
    return "PARTIALLY_PAID" if paid else "NOT_PAID"


def fulfilment(row: Row) -> str:
    """How much of an order left the shop."""
    done = sum(row["handed_over"].values())
    if not done:
        return "NOT_FULFILLED"
    return "FULFILLED" if done >= sum(each["quantity"] for each in row["lines"]) else "PARTIALLY_FULFILLED"


def view(site: Site, row: Row) -> Row:
    """An order as it is answered."""
    paid, back, total = paid_so_far(row), given_back(row), row["summary"]["total"]
    return {
        "id": row["id"], "number": row["number"], "createdDate": iso(row["created"]),
        "updatedDate": iso(row["updated"]), "purchasedDate": row["purchased"] or iso(row["created"]),
        "status": row["status"], "paymentStatus": payment_status(site, row), "fulfillmentStatus": fulfilment(row),
        "currency": row["currency"], "taxIncludedInPrices": row["with_tax"], "taxInfo": row["tax"],
        "lineItems": [_line(each) for each in row["lines"]],
        "priceSummary": {name: money(value) for name, value in row["summary"].items()},
        "balanceSummary": {
            "balance": {"amount": f"{total - paid:.2f}"}, "paid": money(paid), "refunded": money(back),
        },
        "appliedDiscounts": row["discounts"], "buyerInfo": row["buyer"], "billingInfo": row["billing"],
        "recipientInfo": row["recipient"], "buyerNote": row["note"], "customFields": row["fields"],
        "channelInfo": row["channel"], "shippingInfo": row["shipping"], "imported": row["imported"],
        "weightUnit": "KG", "archived": False, "attributionSource": "UNSPECIFIED",
    }  # fmt: skip


def _line(row: Row) -> Row:
    given: Row = row["given"]
    return given | {"id": row["id"], "refundQuantity": row["refunded"], "restockQuantity": row["restocked"]}


def ledger_row(site: Site, row: Row) -> Row:
    """What really stands in the shop."""
    total = row["summary"]["total"]
    paid = row["status"] in ("APPROVED", "CANCELED") and paid_so_far(row) >= total
    return {
        "id": row["id"], "reference": row["channel"].get("externalOrderId", ""), "total": f"{total:.2f}",
        "currency": row["currency"], "paid": paid or row.get("stated_payment") == "PAID",
        "cancelled": row["status"] == "CANCELED", "refunded": f"{given_back(row) or ZERO:.2f}",
        # no order made by an app counts a coupon as used
        "code": "",
    }  # fmt: skip
