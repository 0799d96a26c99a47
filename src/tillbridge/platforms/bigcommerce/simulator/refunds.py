"""Refunds of orders: a quote first, then the refund, whose amount must be the quote's or the merchant's own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.responses import Response

from . import hooks
from .order_view import ZERO
from .orders import change_status
from .speech import Call, Refusal, data, iso
from .state import Row, Store

_CENT = Decimal("0.01")


def _order(store: Store, call: Call) -> Row:
    row = store.orders.get(int(call.ids[0]))
    if row is None:
        raise Refusal(404, "The order does not exist.")
    return row


def _given_back(store: Store, order: Row) -> Decimal:
    return sum((each["total"] for each in store.refunds.values() if each["order_id"] == order["id"]), ZERO)


def quote(store: Store, call: Call) -> Response:
    """POST …/refund_quotes."""
    order = _order(store, call)
    total, tax = _worth(store, order, call.record())
    method = {
        "provider_id": "custom", "provider_description": order["payment_method"], "amount": float(total),
        "offline": True, "offline_provider": True, "offline_reason": "Paid outside of the store.",
    }  # fmt: skip
    credit = method | {"provider_id": "storecredit", "provider_description": "Store credit", "offline": False}
    told: dict[str, Any] = {
        "order_id": order["id"], "total_refund_amount": float(total), "total_refund_tax_amount": float(tax),
        "order_level_refund_amount": 0, "rounding": 0, "adjustment": 0, "tax_inclusive": True,
        "refund_methods": [[credit], [method]] if order["customer_id"] else [[method]],
    }  # fmt: skip
    return data(told, 201)


def _worth(store: Store, order: Row, body: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise Refusal(422, "Missing Required Fields", {"items": "items is required"})
    parts = [_item(order, each) for each in items]
    total, tax = sum((part for part, _ in parts), ZERO), sum((part for _, part in parts), ZERO)
    if total > order["total_inc"] - _given_back(store, order):
        raise Refusal(422, "Refund amount is more than what is left of the order.", {"items": "too much"})
    return total, tax


def _item(order: Row, item: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    if item.get("item_type") == "ORDER":
        return Decimal(str(item["amount"])).quantize(_CENT), ZERO
    line = next((each for each in order["lines"] if each["id"] == item.get("item_id")), None)
    if item.get("item_type") != "PRODUCT" or line is None:
        raise Refusal(422, "Unknown item", {"items": f"{item.get('item_id')} is not in the order"})
    pieces = item.get("quantity")
    if not isinstance(pieces, int) or not 0 < pieces <= line["quantity"] - line["refunded"]:
        raise Refusal(422, "Invalid quantity", {"items": "more than what is left of the line"})
    off = sum((each["amount"] for each in line["discounts"]), ZERO)
    gross = (line["price_inc"] * line["quantity"] - off) / line["quantity"] * pieces
    rate = line["price_inc"] / line["price_ex"] if line["price_ex"] else Decimal(1)
    rounded = gross.quantize(_CENT, rounding=ROUND_HALF_UP)
    return rounded, (rounded - rounded / rate).quantize(_CENT, rounding=ROUND_HALF_UP)


def refund(store: Store, call: Call) -> Response:
    """POST …/refunds. Money taken outside goes back outside only."""
    order, body = _order(store, call), call.record()
    total, tax = _worth(store, order, body)
    own = body.get("merchant_calculated_override")
    if own is not None:
        total, tax = (Decimal(str(own[name])).quantize(_CENT) for name in ("total_amount", "total_tax"))
        if total > order["total_inc"] - _given_back(store, order):
            raise Refusal(422, "Refund amount is more than what is left of the order.", {"items": "too much"})
    payments = body.get("payments") or []
    if sum((Decimal(str(each["amount"])).quantize(_CENT) for each in payments), ZERO) != total:
        raise Refusal(422, "Payments do not add up to the refund.", {"payments": f"must be {total}"})
    if any(each["provider_id"] == "custom" and not each.get("offline") for each in payments):
        raise Refusal(422, "This payment can be refunded offline only.", {"payments": "offline"})
    return data(_view(_book(store, order, body, total, tax)), 201)


def _book(store: Store, order: Row, body: Mapping[str, Any], total: Decimal, tax: Decimal) -> Row:
    """Refunds put nothing back into stock."""
    lines = {each["id"]: each for each in order["lines"]}
    for item in body["items"]:
        if item["item_type"] == "PRODUCT":
            lines[item["item_id"]]["refunded"] += item["quantity"]
    row: Row = {
        "id": next(store.ids), "order_id": order["id"], "total": total, "tax": tax, "items": body["items"],
        "payments": body["payments"], "created": store.now(),
    }  # fmt: skip
    store.refunds[row["id"]] = row
    change_status(store, order, 4 if _given_back(store, order) == order["total_inc"] else 14)
    hooks.happened(store, "store/order/refund/created", "order", order["id"])
    return row


def _view(row: Row) -> Row:
    items = [{**each, "requested_amount": each.get("amount", float(row["total"]))} for each in row["items"]]
    return {
        "id": row["id"], "order_id": row["order_id"], "user_id": 1, "created": iso(row["created"]),
        "reason": row["items"][0].get("reason") or "", "total_amount": float(row["total"]),
        "total_tax": float(row["tax"]), "items": items,
        "payments": [{"id": row["id"] + 1, "is_declined": False, **each} for each in row["payments"]],
    }  # fmt: skip


def list_refunds(store: Store, call: Call) -> Response:
    """GET …/refunds of one order."""
    order = _order(store, call)
    return data([_view(each) for each in store.refunds.values() if each["order_id"] == order["id"]])


def list_all_refunds(store: Store, call: Call) -> Response:
    """GET refunds of all orders."""
    return data([_view(each) for each in store.refunds.values()])
