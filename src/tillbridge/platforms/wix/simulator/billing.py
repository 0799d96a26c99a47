"""Payments and refunds of an order: records only, no money moves. A payment sent twice is booked twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from starlette.responses import Response

from .order_view import view
from .orders import move_goods, order_of, settle
from .speech import Call, Refusal, Row, amount, answer, invalid, iso, money
from .state import Site, paid_so_far

_MOST_PAYMENTS = 50


def add_payments(site: Site, call: Call) -> Response:
    """POST /ecom/v1/payments/orders/{id}/add-payment."""
    row = order_of(site, call.ids[0])
    made = [_payment(site, given) for given in call.listed("payments", _MOST_PAYMENTS)]
    row["payments"] += made
    _changed(site, row)
    return answer({"orderTransactions": _transactions(row), "paymentsIds": [each["id"] for each in made]})


def _payment(site: Site, given: Row) -> Row:
    details = given.get("regularPaymentDetails")
    if not isinstance(details, dict):
        raise invalid("payments.regularPaymentDetails", "must not be empty", "REQUIRED_FIELD")
    handed = amount(given.get("amount"), "payments.amount")
    exact = (given.get("cashRounding") or {}).get("unroundedAmount")
    counted = amount(exact, "payments.cashRounding.unroundedAmount") if exact else handed
    state = given.get("status") or details.get("status")
    known = site.now() + timedelta(seconds=site.switches.payment_lag)
    return {
        "id": site.new_id("payment"), "given": given, "amount": handed, "state": state, "at": site.now(),
        "counted": counted if state == "APPROVED" else Decimal(0), "known": known,
        "offline": bool(details.get("offlinePayment")),
    }  # fmt: skip


def _changed(site: Site, row: Row) -> None:
    settle(site, row)
    site.touch(row)
    site.happened("wix.ecom.v1.order_payment_status_updated", "payment_status_updated", row["id"], view(site, row))


def mark_as_paid(site: Site, call: Call) -> Response:
    """POST /ecom/v1/payments-collector/orders/{id}/mark-as-paid: one payment of what is left."""
    row = order_of(site, call.ids[0])
    left = row["summary"]["total"] - paid_so_far(row)
    if left <= 0:
        raise Refusal(409, "the order is paid already", code="ORDER_ALREADY_PAID")
    details = {"offlinePayment": True, "status": "APPROVED"}
    given = {"amount": money(left), "status": "APPROVED", "regularPaymentDetails": details}
    row["payments"].append(_payment(site, given))
    _changed(site, row)
    return answer({"paymentOrderId": row["payments"][-1]["id"]})


def list_transactions(site: Site, call: Call) -> Response:
    """GET /ecom/v1/payments/orders/{id}."""
    return answer({"orderTransactions": _transactions(order_of(site, call.ids[0]))})


def _transactions(row: Row) -> Row:
    return {
        "orderId": row["id"],
        "payments": [_payment_view(row, each) for each in row["payments"]],
        "refunds": [_refund_view(each) for each in row["refunds"]],
    }


def _payment_view(row: Row, each: Row) -> Row:
    back = _back(row, each["id"])
    state = each["state"]
    if back:
        state = "REFUNDED" if back >= each["counted"] else "PARTIALLY_REFUNDED"
    given: Row = each["given"]
    return given | {"id": each["id"], "createdDate": iso(each["at"]), "status": state, "refundDisabled": False}


def _back(row: Row, payment_id: str) -> Decimal:
    parts = [part for refund in row["refunds"] for part in refund["parts"]]
    return sum((part["amount"] for part in parts if part["payment"] == payment_id), Decimal(0))


def _refund_view(row: Row) -> Row:
    whole = sum((part["amount"] for part in row["parts"]), Decimal(0))
    parts = [
        {
            "paymentId": part["payment"], "amount": money(part["amount"]), "refundStatus": "SUCCEEDED",
            "externalRefund": True,
        }
        for part in row["parts"]
    ]  # fmt: skip
    return {
        "id": row["id"], "createdDate": iso(row["at"]), "transactions": parts,
        "details": {"reason": row["reason"], "lineItems": row["lines"]},
        "summary": {"requestedRefund": money(whole), "refunded": money(whole)},
    }  # fmt: skip


def refund(site: Site, call: Call) -> Response:
    """POST /ecom/v1/order-billing/refund-payments."""
    row = order_of(site, str(call.body.get("orderId", "")))
    parts = [_part(row, given) for given in call.listed("paymentRefunds", 50)]
    lines = (call.body.get("refundItems") or {}).get("lineItems") or []
    effects = call.body.get("sideEffects") or {}
    back = (effects.get("restock") or {}).get("lineItems") or []
    for each in lines:
        _take(row, each, "refunded", "INVALID_LINE_ITEM_REFUND_QUANTITY")
    for each in back:
        line = _take(row, each, "restocked", "INVALID_LINE_ITEM_RESTOCK_QUANTITY")
        if row["lowered"]:
            move_goods(site, [(line, each["quantity"])])
    reason = str(call.body.get("customerReason") or "")
    made = {"id": site.new_id("refund"), "parts": parts, "reason": reason, "lines": lines, "at": site.now()}
    row["refunds"].append(made)
    _changed(site, row)
    email = row["buyer"].get("email")
    if email and (effects.get("notifications") or {}).get("sendCustomerEmail"):
        site.mail(email, f"Money back for order {row['number']}")
    return answer({"refund": _refund_view(made), "orderTransactions": _transactions(row)})


def _part(row: Row, given: Row) -> Row:
    payment = next((each for each in row["payments"] if each["id"] == given.get("paymentId")), None)
    if payment is None:
        raise Refusal(404, "the order has no such payment", code="PAYMENT_NOT_FOUND")
    if payment["offline"] and not given.get("externalRefund"):
        raise Refusal(428, "the payment was made outside", code="EXTERNAL_REFUND_EXPECTED")
    wanted = amount(given.get("amount"), "paymentRefunds.amount")
    if not wanted or wanted > payment["counted"] - _back(row, payment["id"]):
        raise Refusal(400, "more than is left of the payment", code="INVALID_PAYMENT_REFUND_AMOUNT")
    return {"payment": payment["id"], "amount": wanted}


def _take(row: Row, given: Row, counter: str, code: str) -> Row:
    line: Row | None = next((each for each in row["lines"] if each["id"] == given.get("lineItemId")), None)
    if line is None:
        raise Refusal(404, "the order has no such line", code="LINE_ITEM_NOT_FOUND")
    if line[counter] + given["quantity"] > line["quantity"]:
        raise Refusal(400, "more than is left of the line", code=code)
    line[counter] += given["quantity"]
    return line
